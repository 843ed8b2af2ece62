"""``requests/verify``: the expected number of requests, and the nearest misses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs

from msgspec import Struct

from mockserver.api.overrides import below_world
from mockserver.api.table import OPERATIONS
from mockserver.control.reading import status
from mockserver.documents.problems import described, suggestion
from mockserver.documents.reading import Part
from mockserver.errors import REFUSALS
from mockserver.journal import Entry, Journal, delivery, view
from mockserver.journal.kept import READS
from mockserver.journal.redaction import Redactor, scrub
from mockserver.journal.tallies import DroppedKind
from mockserver.revisions import REVISIONS
from mockserver.scenarios.facts import Facts
from mockserver.scenarios.when import KEYS, Condition, Difference, read_when

OWN_KEYS: Mapping[str, Callable[[Part], Any]] = {
    "status": status,
    "refusal": lambda part: None if part.value is None else part.one_of(REFUSALS),
    "rule": lambda part: None if part.value is None else part.text(),
    "revision": lambda part: part.one_of(REVISIONS),
    "committed": Part.boolean,
    "delivered": Part.boolean,
}
"""Conditions of ``where`` on the response, besides a rule's conditions on the request; null means none."""
BOUNDS = ("count", "at_least", "at_most")
NEAREST = 3
DECIDED_BY_TALLIES = frozenset({"operation", "status", "refusal", "member_id", "offer_id", "delivered"})
ExpectationCheck = Callable[[Entry | DroppedKind, Facts], Difference | None]


class Expectation(Struct, frozen=True):
    """The number of exchanges of ``operation`` that meet all ``checks`` is from ``least`` to ``most`` (None: any number)."""

    operation: str | None
    checks: Mapping[str, ExpectationCheck]
    least: int
    most: int | None

    def verify(self, journal: Journal, redactor: Redactor) -> dict[str, Any]:
        """Return ``{"ok": true, "found"}``, or the requests found instead and the nearest misses, newest first.

        If the result depends on requests that the journal has dropped, it is not ok, ``reason`` ``journal_overflowed``; on reads
        that a crash may have taken, ``journal_gap``.
        """
        counts, entries = journal.since(0)  # both of one moment: a request that is dropped meanwhile counts once
        compared = [(entry, self._differences(entry)) for entry in entries]
        found = [entry for entry, differences in compared if not differences]
        fewest, most = (len(found) + each for each in self._let_go(counts["tallies"], counts["untold"]))
        gap = journal.skipped > 0 and self._may_be_reads
        if fewest >= self.least and (self.most is None or (most <= self.most and not gap)):
            return {"ok": True, "found": fewest}
        if gap and (self.most is None or fewest <= self.most):
            return self._has_gap(journal, fewest)
        if most >= self.least and (self.most is None or fewest <= self.most):
            return self._overflowed(journal, fewest, most)
        misses = sorted((each for each in compared if each[1]), key=lambda each: len(each[1]))[:NEAREST]
        nearest = (
            [_miss(entry, differences, redactor) for entry, differences in misses] if len(found) < self.least else []
        )
        return {
            "ok": False,
            "error": {
                "message": f"expected {self.wanted} of {self.operation or 'any operation'}, found {fewest}{_lost(found)}"
            }
            | ({"hint": _hint(nearest[0])} if nearest else {}),
            "expected": {"operation": self.operation, "at_least": self.least, "at_most": self.most},
            "found": fewest,
            "dropped": journal.dropped,
            "matches": [view.row_with_request(entry, redactor) for entry in found],
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

    def _let_go(self, tallies: Iterable[Sequence[Any]], untold: int) -> tuple[int, int]:
        """Return the least and the greatest possible number of matching requests that the journal has dropped."""
        counted = sum(count for *kind, count in tallies if self._may_meet(DroppedKind._make(kind)))
        decided = self.checks.keys() <= DECIDED_BY_TALLIES
        return counted if decided else 0, counted + untold

    def _may_meet(self, kind: DroppedKind) -> bool:
        """Return whether requests of a kind may meet the conditions, judging by a tally's fields."""
        if self.operation is not None and kind.operation != self.operation:
            return False
        facts = Facts(kind.operation, "", "", offer_id=kind.offer_id, member_id=kind.member_id)
        return all(check(kind, facts) is None for name, check in self.checks.items() if name in DECIDED_BY_TALLIES)

    def _overflowed(self, journal: Journal, fewest: int, most: int) -> dict[str, Any]:
        dropped = journal.dropped
        message = f"the journal let {dropped} requests go, and only they could tell: {fewest} to {most} match"
        enough = max(1_000, 2 * (dropped + len(journal)))
        return {
            "ok": False,
            "reason": "journal_overflowed",
            "error": {"message": message, "hint": f"start the server with --journal {enough}"},
            "expected": {"operation": self.operation, "at_least": self.least, "at_most": self.most},
            "found": fewest,
            "dropped": dropped,
        }

    @property
    def _may_be_reads(self) -> bool:
        """Whether requests that change nothing may match: their rows are stored a moment after their answers."""
        return self.operation is None or OPERATIONS[self.operation].method in READS

    def _has_gap(self, journal: Journal, fewest: int) -> dict[str, Any]:
        message = f"reads of before a crash may be missing: {fewest} or more match"
        return {
            "ok": False,
            "reason": "journal_gap",
            "error": {
                "message": message,
                "hint": "reset the world, or DELETE /__mock/requests, before what is to be counted",
            },
            "expected": {"operation": self.operation, "at_least": self.least, "at_most": self.most},
            "found": fewest,
            "dropped": journal.dropped,
        }

    def _differences(self, entry: Entry) -> list[Difference]:
        facts = facts_of(entry)
        found = [difference for check in self.checks.values() if (difference := check(entry, facts)) is not None]
        if self.operation is not None and entry.operation != self.operation:
            # another operation outweighs any number of other unmet conditions
            found[:0] = [Difference("operation", self.operation, entry.operation)] * (len(self.checks) + 1)
        return found


def facts_of(entry: Entry) -> Facts:
    """Return the facts of an exchange that conditions of rules use."""
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
        _read_where(fields["where"], operations) if "where" in fields else {},
        least if exact is None else exact,
        most,
    )


def _read_where(part: Part, operations: tuple[str, ...]) -> Mapping[str, ExpectationCheck]:
    """Read the conditions by name: those of a rule's ``when``, and those on the response."""
    known = (*KEYS, *OWN_KEYS)
    entries = part.entries()
    for name, each in entries.items():
        if name not in known:
            each.wrong(f"one of {', '.join(known)}", suggestion(name, known), found=f"the key {name}")
    asked = {name: each.value for name, each in entries.items() if name in KEYS}
    when = read_when(Part(asked, part.path, part.document), operations)
    of_request = zip((key for key in KEYS if key in asked), map(_of_request, when.conditions), strict=False)
    return dict(of_request) | {name: _of_answer(name, entries[name]) for name in OWN_KEYS if name in entries}


def _of_request(condition: Condition) -> ExpectationCheck:
    return lambda _, facts: condition(facts)


def _of_answer(name: str, part: Part) -> ExpectationCheck:
    wanted = [OWN_KEYS[name](each) for each in part.elements()]

    def check(entry: Entry | DroppedKind, _: Facts) -> Difference | None:
        of_entry = name == "delivered" and isinstance(entry, Entry)
        found = delivery.delivered(entry) if of_entry else getattr(entry, name)  # type: ignore[arg-type]
        met = found in wanted or (name == "status" and found // 100 in wanted)
        return None if met else Difference(name, part.value, found)

    return check


def _lost(found: Sequence[Entry]) -> str:
    """Describe how many of the found requests' responses did not reach the client whole."""
    lost = [entry for entry in found if not delivery.delivered(entry)]
    return f", of which {len(lost)} got no whole answer ({delivery.told(lost[0])})" if lost else ""


def _miss(entry: Entry, differences: Sequence[Difference], redactor: Redactor) -> dict[str, Any]:
    masked = redactor.masked(entry.request.headers.items(), entry.request.query, entry.request.body)
    unique = {difference.key: difference for difference in differences}.values()
    return {
        "request": view.row_with_request(entry, redactor),
        "differs": [
            {
                "condition": each.key,
                "expected": each.expected,
                "found": scrub(redactor.value(each.found), masked),
            }
            for each in unique
        ],
    }


def _hint(miss: dict[str, Any]) -> str:
    first = miss["differs"][0]
    return (
        f"request {miss['request']['id']} came nearest: {first['condition']} was {described(first['found'])}, "
        f"not {described(first['expected'])}"
    )
