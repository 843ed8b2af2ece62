"""Why an exchange was answered so: the checks it went through, the rules considered, and what may have been meant."""

from __future__ import annotations

import re
from typing import Any

from mockserver.api.operations import Operation
from mockserver.api.table import OPERATIONS
from mockserver.domain.instants import iso
from mockserver.errors import REFUSALS
from mockserver.journal import Check, Entry, delivery, view
from mockserver.journal.redaction import Redactor, scrub
from mockserver.spelling import nearest

# what is compared in the checks of a use that compare instants: what was found, and what was expected
_INSTANTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "member_is_banned": (("banned_until",), ("now",)),
    "already_active": (("active_until",), ("now",)),
    "not_in_usable_timeframes": (("now",), ("usable_since", "usable_until")),
}
_MOMENTS = ("now", "visible_since", "visible_until", "archived_at")
_NUMBER = re.compile(r"(?<=/)\d+(?=/|$)")


def explain(entry: Entry, redactor: Redactor) -> dict[str, Any]:
    """Return the checks in order with the values compared, the rules with why they did or did not act, and a sentence."""
    request = entry.request
    masked = redactor.masked(request.headers.items(), request.query, request.body)
    refusal = REFUSALS.get(entry.refusal or "")
    return {
        "id": entry.id,
        "operation": entry.operation,
        "status": entry.status,
        "delivered": delivery.delivered(entry),
        "wire": delivery.told(entry),
        "because": _because(entry),
        "refusal": refusal and {"id": refusal.id, "status": entry.status, "meaning": refusal.meaning},
        "checks": [scrub(_check(check), masked) for check in entry.checks],
        "rule": entry.rule,
        "rules": [scrub(considered.shown(), masked) for considered in entry.considered],
        "notes": [view.note_view(note) for note in entry.notes],
        "nearest": None if entry.operation else nearest_operation(entry.request.method, entry.request.path),
        "delivery": view.delivery_view(entry),
    }


def _check(check: Check) -> dict[str, Any]:
    names = _INSTANTS.get(check.name, (None, None))
    found, expected = (_named(value, of) for value, of in zip((check.found, check.expected), names, strict=True))
    return {"check": check.name, "passed": check.passed, "found": found, "expected": expected}


def _named(value: Any, names: tuple[str, ...] | None) -> Any:
    """Return instants as the API writes them, each under its name; anything else as it is."""
    if names is not None:
        values = value if isinstance(value, tuple) else (value,)
        return {name: each if each is None else iso(each) for name, each in zip(names, values, strict=True)}
    if isinstance(value, dict):
        return {name: iso(each) if name in _MOMENTS and each is not None else each for name, each in value.items()}
    return value


def _because(entry: Entry) -> str:
    acted = next((each for each in entry.considered if each.acted), None)
    failed = next((check for check in entry.checks if not check.passed), None)
    if entry.refusal and failed and failed.name != entry.refusal:
        return f"{entry.refusal}: the check of {failed.name} failed"
    if acted is not None:
        scenario = f" of scenario {acted.scenario}" if acted.scenario else ""
        return f"rule {acted.rule}{scenario} acted"
    if entry.refusal:
        return f"{entry.refusal}: {REFUSALS[entry.refusal].meaning}"
    return "every check passed"


def nearest_operation(method: str, path: str) -> dict[str, str] | None:
    """Return the documented operation whose method and path are most like these; None if none is."""
    spelt = {each: operation for operation in OPERATIONS.values() for each in _spellings(operation)}
    asked = f"{method} {_below_the_club(path)}"
    near = nearest(asked, spelt, 0.3)
    if near is None:
        return None
    wanted, _, below = near.partition(" ")
    return {"operation": spelt[near].name, "method": wanted, "path": f"/v3/{{slug}}/{below}"}


def _spellings(operation: Operation) -> list[str]:
    contexts = ["{member_id}" if context == "member_id" else context for context in operation.contexts] or [""]
    return [f"{operation.method} {operation.path.replace('{context}', context)}" for context in contexts]


def _below_the_club(path: str) -> str:
    parts = path.split("/")
    at = next((place for place, part in enumerate(parts) if part == "v3"), 0)
    below = parts[at + 2 :] if parts[at] == "v3" else parts[1:]
    if parts[at + 1 : at + 2] == ["loyalty_clubs"]:
        below = below[1:]
    return _NUMBER.sub("{id}", "/" + "/".join(below)).removeprefix("/")
