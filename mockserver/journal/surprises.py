"""What surprises an app's developer in an exchange, and is right: notes that are made when the exchange is shown.

They are read out of what was sent and answered, so that a request does nothing for them. ``docs/api.md`` tells of each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from mockserver.exchange import Note
from mockserver.journal.entry import Entry
from mockserver.values.choices import GRANTED_TYPES
from mockserver.values.instants import iso

_NAMED = 3


def surprises(entry: Entry) -> list[Note]:
    """Return notes on an exchange: none where its bodies were let go."""
    find = _FINDERS.get(entry.operation or "")
    found = list(find(entry)) if find is not None else []
    if entry.refusal == "path_not_found" and entry.request.path.endswith("/"):
        found.append(("slash", "A slash at the end makes another path: without it this one may be known"))
    return [Note("surprise", name, text) for name, text in found]


def _in_answers(entry: Entry) -> Iterator[tuple[str, str]]:
    """Find what offers and usages of an answer have that an app may take for a mistake."""
    now, seen = (
        iso(entry.at),
        [(offer.get("id", entry.offer_id), offer, offer.get("usage")) for offer in _offers(entry)],
    )
    usages = [(id_, offer, usage) for id_, offer, usage in seen if isinstance(usage, dict)]
    active = [id_ for id_, _, usage in usages if usage.get("usable") and str(usage.get("active_until") or "") > now]
    if active:
        yield (
            "active",
            f"{_named(active)} usable while active, and still cannot be used before active_until (Already active)",
        )
    over = [
        id_ for id_, _, usage in usages
        if not usage.get("usable") and usage.get("uses_left", 0) is None
        and isinstance(usage.get("period"), dict) and usage["period"].get("uses_left") == 0
    ]  # fmt: skip
    if over:
        text = (
            "not usable with uses_left null: it counts the limit in all, of which there is none; period.uses_left is 0"
        )
        yield "period", f"{_named(over)} {text}"
    ungranted = [
        id_ for id_, offer, usage in usages if offer.get("type") in GRANTED_TYPES and usage.get("max_uses") == 0
    ]
    if ungranted:
        yield "grant", f"{_named(ungranted)} shown to everybody, and usable only once granted to the member"


def _offers(entry: Entry) -> list[dict[str, Any]]:
    """Return the offers of an answer; the answer to a use is as one offer with nothing but its usage."""
    answer = _json(entry.response.body)
    if not isinstance(answer, dict):
        return []
    offers = answer.get("offers", [answer.get("offer", answer)])
    return [each for each in offers if isinstance(each, dict)] if isinstance(offers, list) else []


def _made_drafts(entry: Entry) -> Iterator[tuple[str, str]]:
    """Find items of an update that had no ``status``, and so are drafts now."""
    sent, answer = _json(entry.request.body), _json(entry.response.body)
    if not isinstance(sent, dict) or not isinstance(answer, dict) or not answer.get("ids"):
        return
    changed = [
        each["id"]
        for each in sent.get("offers") or ()
        if isinstance(each, dict) and each.get("id") in answer["ids"] and each.get("status") is None
    ]
    if changed:
        yield (
            "draft",
            f"{_named(changed)} a draft now, which no member sees: an update empties what it leaves out, status too",
        )


def _without_body(entry: Entry) -> Iterator[tuple[str, str]]:
    deleting = entry.request.method == "DELETE" and not entry.shed
    if deleting and entry.refusal == "invalid_parameters" and not entry.request.body:
        yield (
            "body",
            'The ids stand in a body: {"ids": [1]}; some clients send none with DELETE unless told to',
        )


_FINDERS: dict[str, Callable[[Entry], Iterator[tuple[str, str]]]] = {
    "get_offer": _in_answers,
    "list_offers": _in_answers,
    "use_offer": _in_answers,
    "update_offers": _made_drafts,
    "delete_offers": _without_body,
    "clone_offers": _without_body,
}


def _named(ids: list[Any]) -> str:
    """Name offers, such as ``Offer#1 is`` or ``Offers 1, 2, 3 and 4 more are``."""
    if len(ids) == 1:
        return f"Offer#{ids[0]} is"
    more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
    return f"Offers {', '.join(map(str, ids[:_NAMED]))}{more} are"


def _json(body: bytes) -> Any:
    import orjson

    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
