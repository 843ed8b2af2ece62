"""For each outcome, the steps that lead to it with the default fixtures: honestly, by data and time, and by force.

A test walks the whole plan, so an outcome without a way to it, or a fixture that changes its nature, is noticed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.api.outcomes import MOMENTS, OK, RETRY, SIDES
from mockserver.control.outcomes import show_step
from mockserver.errors import REFUSALS
from mockserver.errors.recipe import CLUB, ME, Step

_OFFERS = f"{CLUB}/offers"
_FILE = f"{CLUB}/files/offers/1000115/offer_default"
_TOKEN = f"{CLUB}/members/oauth/token"
_AS_42 = f"{CLUB}/members/42/offers"
_AS_45 = f"{CLUB}/members/45/offers"
_EVENT = {"events": [{"offer_id": 1000203, "created_at": "2019-03-13T17:32:00.000Z"}]}
_NAMELESS = {"offers": [{"name": "New"}, {"name": 1}]}
SAMPLES: Mapping[str, Step] = {
    "get_offers_meta": Step("GET", f"{ME}/offers/meta"),
    "get_offer": Step("GET", f"{ME}/offers/1000203"),
    "list_offers": Step("GET", f"{ME}/offers"),
    "use_offer": Step("POST", f"{ME}/offers/1000203/use"),
    "like_offer": Step("PUT", f"{ME}/offers/1000203/like"),
    "unlike_offer": Step("PUT", f"{ME}/offers/1000203/unlike"),
    "grant_offer": Step("POST", f"{CLUB}/members/44/offers/1000220/grant", {}),
    "register_offers_clicked": Step("POST", f"{ME}/events/offers_clicked", _EVENT),
    "register_offers_seen": Step("POST", f"{ME}/events/offers_seen", _EVENT),
    "get_offer_admin": Step("GET", f"{_OFFERS}/1000203"),
    "list_offers_admin": Step("GET", _OFFERS),
    "create_offers": Step("POST", _OFFERS, {"offers": [{"name": "New"}]}),
    "update_offers": Step("PUT", _OFFERS, {"offers": [{"id": 1000203, "name": "Newer"}]}),
    "clone_offers": Step("POST", f"{_OFFERS}/clones", {"ids": [1000203]}),
    "delete_offers": Step("DELETE", _OFFERS, {"ids": [1000203]}),
    "grant_offers": Step("POST", f"{_OFFERS}/grant", {"offers": [{"id": 1000220, "audience_id": 10}]}),
    "create_token": Step(
        "POST", _TOKEN, {"grant_type": "refresh_token", "refresh_token": "refresh-token-of-member-42"}
    ),
    "revoke_token": Step("POST", f"{CLUB}/members/oauth/revoke", {"token": "token-of-member-43"}),
    "get_token_info": Step("GET", f"{CLUB}/members/oauth/token/info"),
    "get_me": Step("GET", ME),
    "list_stores": Step("GET", f"{CLUB}/stores"),
    "get_store": Step("GET", f"{CLUB}/stores/501"),
    "list_translations": Step("GET", f"{CLUB}/translations"),
    "get_file_schema": Step("GET", f"{CLUB}/files/schema"),
    "create_file": Step("POST", _FILE, picture=True),
    "update_file": Step("PUT", _FILE, picture=True),
    "reprocess_file": Step("PUT", f"{_FILE}/reprocess"),
    "delete_file": Step("DELETE", _FILE),
}
"""For each operation a call that succeeds."""
_HONEST: Mapping[str, Step] = {
    "list_offers/empty_page": Step("GET", f"{ME}/offers?search=nothing-is-called-so"),
    "list_offers/last_page": Step("GET", f"{ME}/offers"),
    "list_offers/out_of_range": Step("GET", f"{ME}/offers?page_no=9999"),
    "list_offers_admin/empty_page": Step("GET", f"{_OFFERS}?search=nothing-is-called-so"),
    "list_offers_admin/last_page": Step("GET", _OFFERS),
    "list_offers_admin/out_of_range": Step("GET", f"{_OFFERS}?page_no=9999"),
    "use_offer/last_use": Step("POST", f"{ME}/offers/1000204/use"),
    "create_offers/partial_success": Step("POST", _OFFERS, _NAMELESS),
    "update_offers/partial_success": Step("PUT", _OFFERS, {"offers": [{"id": 1000203, "name": "Newer"}, {"id": 9}]}),
    "get_offer/offer_not_found": Step("GET", f"{ME}/offers/9"),
    "use_offer/offer_not_found": Step("POST", f"{ME}/offers/9/use"),
    "like_offer/offer_not_found": Step("PUT", f"{ME}/offers/9/like"),
    "unlike_offer/offer_not_found": Step("PUT", f"{ME}/offers/9/unlike"),
    "grant_offer/offer_not_found": Step("POST", f"{_AS_42}/9/grant", {}),
    "grant_offer/member_is_banned": Step("POST", f"{_AS_45}/1000220/grant", {}),
    "get_offer_admin/offer_not_found": Step("GET", f"{_OFFERS}/9"),
    "clone_offers/offer_not_found": Step("POST", f"{_OFFERS}/clones", {"ids": [9]}),
    "get_store/store_not_found": Step("GET", f"{CLUB}/stores/999999"),
    "delete_file/offer_not_found": Step("DELETE", f"{CLUB}/files/offers/9/offer_default"),
}
_FREEZE = Step("PUT", "/__mock/clock", {"frozen": True})
_EDGES: Mapping[str, tuple[tuple[Step, ...], dict[str, Any], Step]] = {
    "use_offer/active_until": (
        (_FREEZE, SAMPLES["use_offer"]), {"to": "offer:1000203.active_until", "member_id": 42}, SAMPLES["use_offer"],
    ),
    "use_offer/usable_since": ((_FREEZE,), {"to": "offer:1000210.usable_since"}, Step("POST", f"{ME}/offers/1000210/use")),
    "use_offer/usable_until": ((_FREEZE,), {"to": "offer:1000210.usable_until"}, Step("POST", f"{ME}/offers/1000210/use")),
    "use_offer/banned_until": ((_FREEZE,), {"to": "member:45.banned_until"}, Step("POST", f"{_AS_45}/1000203/use")),
    "grant_offer/banned_until": ((_FREEZE,), {"to": "member:45.banned_until"}, Step("POST", f"{_AS_45}/1000220/grant", {})),
}  # fmt: skip
"""For each moment: what comes first, where the clock jumps to, and the call that is made a millisecond before, then, after."""
_FAULTS = {
    "reset": "connection-reset", "empty": "empty-reply", "truncate": "truncated-body", "malformed_chunk": "malformed-chunk",
    "garbage": "garbage", "dribble": "dribble", "hang": "hang",
}  # fmt: skip


def show_plan(outcome: str) -> dict[str, Any]:
    """Return the ways to an outcome, each as steps from a world that has just been reset; null where there is none."""
    return {"outcome": outcome, "honest": _shown(honest(outcome)), "forced": _shown(forced(outcome))}


def _shown(steps: tuple[Step, ...]) -> list[dict[str, Any]] | None:
    return [show_step(step) for step in steps] or None


def honest(outcome: str) -> tuple[Step, ...]:
    """Return the steps that lead to an outcome by data and time; none where it takes a scenario."""
    operation, _, what = outcome.partition("/")
    moment, _, side = what.partition(":")
    if moment in MOMENTS.get(operation, ()):
        before, jump, call = _EDGES[f"{operation}/{moment}"]
        plus = next(f"{ms}ms" for ms, name in SIDES.items() if name == side)
        return (*before, Step("POST", "/__mock/clock/jump", jump | {"plus": plus}), call)
    if outcome in _HONEST:
        return (_HONEST[outcome],)
    if what == OK:
        return tuple(filter(None, (SAMPLES.get(operation),)))
    refusal = REFUSALS.get(what)
    recipe = None if refusal is None else refusal.recipe
    if recipe is None or (operation != "any" and recipe.honest and _is_another(recipe.honest[-1], operation)):
        return ()
    return recipe.honest


def forced(outcome: str) -> tuple[Step, ...]:
    """Return the steps that lead to an outcome by a scenario; none where none does."""
    operation, _, what = outcome.partition("/")
    kind, _, fault = what.partition(":")
    if outcome == RETRY:
        return (_active("redeemed-but-unheard"), SAMPLES["use_offer"], SAMPLES["use_offer"])
    if kind == "fault":
        return (_active(_FAULTS[fault]), SAMPLES["list_offers"])
    if what not in REFUSALS or (operation != "any" and operation not in SAMPLES):
        return ()
    if operation == "any":
        return (_active(what.replace("_", "-")), REFUSALS[what].recipe.forced)
    rule = {"when": {"operation": operation}, "then": {"refuse": what}}
    return (Step("POST", "/__mock/rules", rule), SAMPLES[operation])


def _active(scenario: str) -> Step:
    return Step("PUT", "/__mock/scenarios", {"active": [scenario]})


def _is_another(step: Step, operation: str) -> bool:
    """Return whether a call is not one of this operation, by method and the path's last part."""
    sample = SAMPLES.get(operation)
    return sample is None or (step.method, step.path.rpartition("/")[2]) != (
        sample.method,
        sample.path.rpartition("/")[2],
    )
