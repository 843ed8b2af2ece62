"""``requests/verify``: how often something should have been asked, and what came nearest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from msgspec import Struct

from mockserver.api.overrides import below_world
from mockserver.control.reading import status
from mockserver.documents.problems import suggestion
from mockserver.documents.reading import Part
from mockserver.errors import REFUSALS
from mockserver.journal import Entry, redaction, view
from mockserver.revisions import REVISIONS
from mockserver.scenarios.facts import Facts
from mockserver.scenarios.when import KEYS, Condition, Difference, read_when

OWN_KEYS: Mapping[str, Callable[[Part], Any]] = {
    "status": status,
    "refusal": lambda part: None if part.value is None else part.one_of(REFUSALS),
    "rule": lambda part: None if part.value is None else part.text(),
    "revision": lambda part: part.one_of(REVISIONS),
    "committed": Part.boolean,
}
"""What ``where`` may ask of an answer, beside what a rule may ask of a request; null is none."""
BOUNDS = ("count", "at_least", "at_most")
NEAREST = 3
Check = Callable[[Entry, Facts], Difference | None]


class Expectation(Struct, frozen=True):
    """Exchanges of ``operation`` that meet all ``checks`` number at least ``least`` and at most ``most`` (None: any number)."""

    operation: str | None
    checks: tuple[Check, ...]
    least: int
    most: int | None

    def verify(self, entries: Sequence[Entry]) -> dict[str, Any]:
        """Return ``{"ok": true, "found"}``, or what was found instead with the nearest misses; newest first."""
        compared = [(entry, self._differences(entry)) for entry in entries]
        found = [entry for entry, differences in compared if not differences]
        if len(found) >= self.least and (self.most is None or len(found) <= self.most):
            return {"ok": True, "found": len(found)}
        misses = sorted((each for each in compared if each[1]), key=lambda each: len(each[1]))[:NEAREST]
        nearest = [_miss(entry, differences) for entry, differences in misses] if len(found) < self.least else []
        return {
            "ok": False,
            "error": {"message": f"expected {self.wanted} of {self.operation or 'any operation'}, found {len(found)}"}
            | ({"hint": _hint(nearest[0])} if nearest else {}),
            "expected": {"operation": self.operation, "at_least": self.least, "at_most": self.most},
            "found": len(found),
            "matches": [view.row_with_request(entry) for entry in found],
            "nearest": nearest,
        }

    @property
    def wanted(self) -> str:
        """The expected number in words."""
        if self.most is None:
            return f"at least {self.least}"
        if self.least == self.most:
            return f"exactly {self.least}"
        return f"{self.least} to {self.most}" if self.least else f"at most {self.most}"

    def _differences(self, entry: Entry) -> list[Difference]:
        facts = facts_of(entry)
        found = [difference for check in self.checks if (difference := check(entry, facts)) is not None]
        if self.operation is not None and entry.operation != self.operation:
            # another operation is farther away than any number of other conditions
            found[:0] = [Difference("operation", self.operation, entry.operation)] * (len(self.checks) + 1)
        return found


def facts_of(entry: Entry) -> Facts:
    """Return what rules, too, would have looked at."""
    request = entry.request
    return Facts(
        entry.operation,
        request.method,
        below_world(request.path),
        entry.club,
        entry.offer_id,
        entry.member_id,
        request.headers,
        parse_qs(request.query, keep_blank_values=True, errors="replace"),
        request.body,
        entry.at,
    )


def read_expectation(fields: Mapping[str, Part], operations: tuple[str, ...]) -> Expectation:
    """Read ``{operation, where?, count | at_least | at_most}``; without a number, at least one is expected."""
    given = [name for name in BOUNDS if name in fields]
    if "count" in given and len(given) > 1:
        fields["count"].wrong("count, or at_least and at_most", found=f"count beside {given[1]}")
    exact = fields["count"].integer() if "count" in fields else None
    most = fields["at_most"].integer() if "at_most" in fields else exact
    least = fields["at_least"].integer() if "at_least" in fields else (0 if most is not None else 1)
    if exact is None and most is not None and least > most:
        fields["at_most"].wrong(f"{least} or more, as at_least is {least}")
    return Expectation(
        fields["operation"].one_of(operations) if "operation" in fields else None,
        _read_where(fields["where"], operations) if "where" in fields else (),
        least if exact is None else exact,
        most,
    )


def _read_where(part: Part, operations: tuple[str, ...]) -> tuple[Check, ...]:
    """Read the conditions: those of a rule's ``when``, and those about the answer."""
    known = (*KEYS, *OWN_KEYS)
    entries = part.entries()
    for name, each in entries.items():
        if name not in known:
            each.wrong(f"one of {', '.join(known)}", suggestion(name, known), found=f"the key {name}")
    asked = {name: each.value for name, each in entries.items() if name in KEYS}
    when = read_when(Part(asked, part.path, part.document), operations)
    return (
        *map(_of_request, when.conditions),
        *(_of_answer(name, entries[name]) for name in OWN_KEYS if name in entries),
    )


def _of_request(condition: Condition) -> Check:
    return lambda _, facts: condition(facts)


def _of_answer(name: str, part: Part) -> Check:
    wanted = [OWN_KEYS[name](each) for each in part.elements()]

    def check(entry: Entry, _: Facts) -> Difference | None:
        found = entry.status if name == "status" else getattr(entry, name)
        met = found in wanted or (name == "status" and found // 100 in wanted)
        return None if met else Difference(name, part.value, found)

    return check


def _miss(entry: Entry, differences: Sequence[Difference]) -> dict[str, Any]:
    secrets = redaction.secrets(entry.request.headers.items(), entry.request.query, entry.request.body)
    unique = {difference.key: difference for difference in differences}.values()
    return {
        "request": view.row_with_request(entry),
        "differs": [
            {
                "condition": each.key,
                "expected": each.expected,
                "found": redaction.scrub(redaction.value(each.found), secrets),
            }
            for each in unique
        ],
    }


def _hint(miss: dict[str, Any]) -> str:
    first = miss["differs"][0]
    return (
        f"request {miss['request']['id']} came nearest: {first['condition']} was {first['found']!r}, "
        f"not {first['expected']!r}"
    )
