"""Explanations of responses: the checks made, the rules considered, and what may have been meant."""

from __future__ import annotations

from typing import Any

from mockserver.api.nearby import nearest_operation
from mockserver.errors import REFUSALS
from mockserver.journal import Check, Entry, delivery, view
from mockserver.journal.redaction import Redactor, scrub
from mockserver.revisions import REVISIONS
from mockserver.values.instants import iso
from mockserver.values.problems import shown

# names of the instants that checks of a use compare: found, and expected
_INSTANTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "member_is_banned": (("banned_until",), ("now",)),
    "already_active": (("active_until",), ("now",)),
    "not_in_usable_timeframes": (("now",), ("usable_since", "usable_until")),
}
_MOMENTS = ("now", "visible_since", "visible_until", "archived_at")
_SAYS_WHY = ("override", "cors", "body")  # notes that explain a response
_UNKNOWN = ("path_not_found", "method_not_allowed")


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
        "checks": [scrub(_check(check, redactor), masked) for check in entry.checks],
        "rule": entry.rule,
        "rules": [scrub(_rule(considered), masked) for considered in entry.considered],
        "notes": view.notes(entry),
        "nearest": _meant(entry),
        "delivery": view.delivery_view(entry),
    }


def _meant(entry: Entry) -> dict[str, str] | None:
    """Return the nearest operation for an unknown path or method; nothing for a preflight."""
    if entry.operation or entry.refusal not in _UNKNOWN or _told(entry):
        return None
    return nearest_operation(entry.request.method, entry.request.path, REVISIONS[entry.revision])


def _told(entry: Entry) -> str | None:
    return next((note.text for note in entry.notes if note.about in _SAYS_WHY), None)


def _check(check: Check, redactor: Redactor) -> dict[str, Any]:
    names = _INSTANTS.get(check.name, (None, None))
    found, expected = (_named(value, of) for value, of in zip((check.found, check.expected), names, strict=True))
    key = check.name.rpartition(".")[2]
    found = redactor.value({key: found})[key]  # a wrong parameter may be a password
    return {"check": check.name, "passed": check.passed, "found": found, "expected": expected}


def _rule(considered: Any) -> dict[str, Any]:
    """Return a rule that was considered; of what was compared no more than can be read."""
    row: dict[str, Any] = considered.shown()
    return row | {name: shown(row[name]) for name in ("expected", "found") if name in row}


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
    told = _told(entry)
    if told is not None:
        return told
    failed = [check.name for check in entry.checks if not check.passed]
    if entry.refusal and failed and entry.refusal not in failed:
        return f"{entry.refusal}: the check of {' and '.join(failed)} failed"
    if acted is not None:
        scenario = f" of scenario {acted.scenario}" if acted.scenario else ""
        return f"rule {acted.rule}{scenario} acted"
    if entry.refusal:
        return f"{entry.refusal}: {REFUSALS[entry.refusal].meaning}"
    idle = next((each for each in entry.considered if each.outcome == "revision"), None)
    if idle is not None:
        return f"every check passed; rule {idle.rule} did not act, for {idle.found} has no refusal {idle.expected}"
    return "every check passed"
