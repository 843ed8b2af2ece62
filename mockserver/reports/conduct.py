"""An app's conduct, from the journal: undocumented parts of requests, and reactions to refusals and lost responses.

Pure functions from entries of a journal to findings. Gaps between requests are real time, so that a frozen clock causes no
findings; the order of requests is the journal's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from msgspec import Struct

from mockserver.journal import Entry
from mockserver.journal.delivery import delivered
from mockserver.values.nesting import loads

STORM, STORM_WITHIN = 4, 10_000  # so many equal failed requests, each within this many ms of the one before
POLLS, POLL_WITHIN = 10, 1_000  # so many equal reads, likewise
PARALLEL = 1_000  # ms within which two requests count as sent in parallel
READS = frozenset({"get_offer", "list_offers"})  # operations whose responses show a member's uses


class Finding(Struct, frozen=True):
    """One finding: the broken rule, what happened, and the requests by id."""

    rule: str
    text: str
    requests: tuple[int, ...]


ConductRule = Callable[[Sequence[Entry]], Iterator[Finding]]


def findings(entries: Iterable[Entry]) -> list[Finding]:
    """Return the findings in the entries of one world, rule by rule."""
    oldest_first = sorted(entries, key=lambda entry: entry.id)
    return [finding for rule in RULES.values() for finding in rule(oldest_first)]


def _refused(rule: str, *refusals: str) -> ConductRule:
    def find(entries: Sequence[Entry]) -> Iterator[Finding]:
        for entry in entries:
            if entry.refusal in refusals and entry.rule is None:
                yield Finding(rule, f"{_named(entry)} was refused: {entry.refusal}", (entry.id,))

    return find


def _headers(rule: str) -> ConductRule:
    def find(entries: Sequence[Entry]) -> Iterator[Finding]:
        for entry in entries:
            if entry.rule is None and _header_rule(entry) == rule:
                failed = next((check.name for check in entry.checks if not check.passed), "")
                named = f" ({failed})" if failed and rule != "missing_headers" else ""
                yield Finding(rule, f"{_named(entry)} was refused: {entry.refusal}{named}", (entry.id,))

    return find


def _header_rule(entry: Entry) -> str | None:
    """Return the rule that a refused header broke: it was missing or empty, sent several times, or has a wrong value."""
    if entry.refusal == "header_missing":
        return "missing_headers"
    if entry.refusal != "header_incorrect":
        return None
    found = next((check.found for check in entry.checks if not check.passed), "")
    if found == "several values":  # as the gate says it
        return "repeated_headers"
    return "wrong_headers" if str(found).strip() else "missing_headers"


def _noted(rule: str, about: str) -> ConductRule:
    def find(entries: Sequence[Entry]) -> Iterator[Finding]:
        seen: dict[tuple[str, str], list[int]] = {}
        for entry in entries:
            for note in entry.notes:
                if note.about == about:
                    seen.setdefault((entry.operation or "no operation", note.text), []).append(entry.id)
        for (operation, text), ids in seen.items():
            yield Finding(rule, f"{operation}: {text}", tuple(ids))

    return find


def double_uses(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Find uses of an offer while the member's use before was still active: a button that can be tapped twice.

    The retry of a use whose response was lost is correct.
    """
    for uses in _uses(entries):
        unheard = False  # a booked use whose response was lost
        for use in uses:
            if use.operation == "use_offer" and use.refusal == "already_active" and not use.rule and not unheard:
                text = f"member {use.member_id} used offer {use.offer_id} again while it was active"
                yield Finding("double_uses", text, (use.id,))
            unheard = (unheard or use.committed) and not delivered(use)


def booked_twice(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Find uses booked after a booked use whose response was lost, without a read of the offer in between."""
    for uses in _uses(entries):
        lost: Entry | None = None
        for use in uses:
            booked = use.operation == "use_offer" and use.committed
            if lost is not None and booked:
                text = f"member {use.member_id} used offer {use.offer_id} twice: the first answer was lost, and booked"
                yield Finding("booked_twice", text, (lost.id, use.id))
            lost = None if delivered(use) else use if booked else lost


def retry_storms(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Find equal requests repeated after failures without a pause."""
    for tries in _same(entries):
        for storm in _series(tries, lambda entry: entry.status >= 400 or not delivered(entry), STORM_WITHIN):
            if len(storm) >= STORM:
                text = f"{_named(storm[0])} was tried {len(storm)} times in {_gap(storm[0], storm[-1]) / 1000:g} s"
                yield Finding("retry_storms", text, tuple(each.id for each in storm))


def polling(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Find equal reads repeated with equal responses."""
    for reads in _same(entry for entry in entries if entry.request.method == "GET" and entry.operation):
        for series in _series(reads, lambda entry: entry.status == 200, POLL_WITHIN):
            if len(series) >= POLLS and len({each.response.body for each in series}) == 1:
                text = f"{_named(series[0])} was read {len(series)} times in {_gap(series[0], series[-1]) / 1000:g} s"
                yield Finding("polling", text, tuple(each.id for each in series))


def ignored_retry_after(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Find requests repeated before the seconds of ``Retry-After`` had passed."""
    for tries in _same(entries):
        for first, again in pairwise(tries):
            asked = dict(first.response.headers).get("retry-after", "")
            if asked.isdecimal() and delivered(first) and _gap(first, again) < int(asked) * 1_000:
                text = f"{_named(again)} came after {_gap(first, again) / 1000:g} s; Retry-After asked for {int(asked)}"
                yield Finding("ignored_retry_after", text, (first.id, again.id))


def refresh_races(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Find refresh tokens sent twice in parallel: the second request is refused, and the member signed out."""
    asked: dict[str, Entry] = {}
    for entry in entries:
        token = _json(entry).get("refresh_token") if entry.operation == "create_token" else None
        if isinstance(token, str):
            first = asked.get(token)
            if first is not None and delivered(first) and _gap(first, entry) <= PARALLEL:
                ids = (first.id, entry.id)
                yield Finding("refresh_races", "one refresh token was sent twice in parallel", ids)
            asked[token] = entry


def reused_idempotency_keys(entries: Sequence[Entry]) -> Iterator[Finding]:
    """Find ``Idempotency-Key`` values sent with different requests."""
    first: dict[str, Entry] = {}
    for entry in entries:
        key = entry.request.headers.get("idempotency-key")
        if key is None or entry.shed:
            continue
        before = first.setdefault(key, entry)
        if (_asked(before), before.request.body) != (_asked(entry), entry.request.body):
            text = f"{_named(entry)} has the Idempotency-Key of another request"
            yield Finding("reused_idempotency_keys", text, (before.id, entry.id))


RULES: dict[str, ConductRule] = {
    "missing_headers": _headers("missing_headers"),
    "repeated_headers": _headers("repeated_headers"),
    "wrong_headers": _headers("wrong_headers"),
    "undocumented_paths": _refused("undocumented_paths", "path_not_found", "method_not_allowed"),
    "undocumented_parameters": _noted("undocumented_parameters", "parameter"),
    "undocumented_attributes": _noted("undocumented_attributes", "attribute"),
    "content_types": _noted("content_types", "content_type"),
    "alias_paths": _noted("alias_paths", "alias"),
    "double_uses": double_uses,
    "booked_twice": booked_twice,
    "retry_storms": retry_storms,
    "polling": polling,
    "ignored_retry_after": ignored_retry_after,
    "refresh_races": refresh_races,
    "reused_idempotency_keys": reused_idempotency_keys,
}
"""The rules of conduct, one row each."""


def _uses(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Group the requests that tell a member of uses of an offer: uses, and reads of the offer or of lists, in order."""
    uses = [entry for entry in entries if entry.member_id is not None and entry.operation in ("use_offer", *READS)]
    pairs = dict.fromkeys((each.member_id, each.offer_id) for each in uses if each.operation == "use_offer")
    return [
        [each for each in uses if each.member_id == member_id and each.offer_id in (offer_id, None)]
        for member_id, offer_id in pairs
    ]


def _same(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Group entries by equal request and member, in order."""
    groups: dict[tuple[Any, ...], list[Entry]] = {}
    for entry in entries:
        groups.setdefault((*_asked(entry), entry.member_id), []).append(entry)
    return list(groups.values())


def _series(entries: Sequence[Entry], goes_on: Callable[[Entry], bool], within: int) -> Iterator[list[Entry]]:
    """Split entries into series: after an entry that ends one, and before one that follows later than ``within`` ms."""
    series: list[Entry] = []
    for entry in entries:
        if series and not (goes_on(series[-1]) and _gap(series[-1], entry) <= within):
            yield series
            series = []
        series.append(entry)
    if series:
        yield series


def _gap(first: Entry, then: Entry) -> int:
    return then.real_at - first.real_at


def _asked(entry: Entry) -> tuple[str, str, str]:
    return entry.request.method, entry.request.path, entry.request.query


def _named(entry: Entry) -> str:
    return f"{entry.request.method} {entry.request.path}"


def _json(entry: Entry) -> dict[str, Any]:
    try:
        found = loads(entry.request.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
