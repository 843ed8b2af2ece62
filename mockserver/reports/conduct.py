"""An app's conduct, out of the journal: what it sent that the documents do not know, and how it took refusals.

Pure: exchanges as the control API shows them go in, findings come out. Times are the world's; under a frozen clock
everything happens at one moment, and is judged so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from msgspec import Struct

from mockserver.domain.instants import parse_iso
from mockserver.printable import printable

Exchange = dict[str, Any]
STORM, STORM_WITHIN = 4, 10_000  # so many failed tries of the same, each within this many ms of the one before


class Finding(Struct, frozen=True):
    """One thing to mend: the rule that it breaks, what happened, and the exchanges by id."""

    rule: str
    text: str
    requests: tuple[int, ...]


Rule = Callable[[Sequence[Exchange]], Iterator[Finding]]


def findings(exchanges: Iterable[Exchange]) -> list[Finding]:
    """Return what is to be found in exchanges, rule by rule; ``retry_after`` (seconds) stands in those that asked for it."""
    oldest_first = sorted(exchanges, key=lambda exchange: int(exchange["id"]))
    return [finding for rule in RULES.values() for finding in rule(oldest_first)]


def _refused(rule: str, *refusals: str) -> Rule:
    def find(exchanges: Sequence[Exchange]) -> Iterator[Finding]:
        for exchange in exchanges:
            if exchange["refusal"] in refusals and exchange["rule"] is None:
                yield Finding(rule, f"{_named(exchange)} was refused: {exchange['refusal']}", (exchange["id"],))

    return find


def _noted(rule: str, about: str) -> Rule:
    def find(exchanges: Sequence[Exchange]) -> Iterator[Finding]:
        seen: dict[tuple[str, str], list[int]] = {}
        for exchange in exchanges:
            for note in exchange["notes"]:
                if note["about"] == about:
                    seen.setdefault((_operation(exchange), note["text"]), []).append(exchange["id"])
        for (operation, text), ids in seen.items():
            yield Finding(rule, f"{operation}: {text}", tuple(ids))

    return find


def double_uses(exchanges: Sequence[Exchange]) -> Iterator[Finding]:
    """A member used an offer again while the use before was still active: a button that may be tapped twice."""
    for exchange in exchanges:
        if exchange["operation"] == "use_offer" and exchange["refusal"] == "already_active" and not exchange["rule"]:
            text = f"member {exchange['member_id']} used offer {exchange['offer_id']} again while it was active"
            yield Finding("double_uses", text, (exchange["id"],))


def retry_storms(exchanges: Sequence[Exchange]) -> Iterator[Finding]:
    """The same request again and again after failures, without giving the server time."""
    for tries in _same(exchanges):
        storm: list[Exchange] = []
        for one in [*tries, None]:
            if one is not None and storm and storm[-1]["status"] >= 400 and _gap(storm[-1], one) <= STORM_WITHIN:
                storm.append(one)
                continue
            if len(storm) >= STORM:
                text = f"{_named(storm[0])} was tried {len(storm)} times in {_gap(storm[0], storm[-1]) / 1000:g} s"
                yield Finding("retry_storms", text, tuple(each["id"] for each in storm))
            storm = [] if one is None else [one]


def ignored_retry_after(exchanges: Sequence[Exchange]) -> Iterator[Finding]:
    """A request came again before the seconds had passed that ``Retry-After`` asked for."""
    for tries in _same(exchanges):
        for first, again in pairwise(tries):
            asked = first.get("retry_after")
            if asked is not None and _gap(first, again) < asked * 1000:
                text = f"{_named(again)} came after {_gap(first, again) / 1000:g} s; Retry-After asked for {asked:g}"
                yield Finding("ignored_retry_after", text, (first["id"], again["id"]))


RULES: dict[str, Rule] = {
    "missing_headers": _refused("missing_headers", "header_missing", "header_incorrect"),
    "undocumented_paths": _refused("undocumented_paths", "path_not_found", "method_not_allowed"),
    "undocumented_parameters": _noted("undocumented_parameters", "parameter"),
    "undocumented_attributes": _noted("undocumented_attributes", "attribute"),
    "content_types": _noted("content_types", "content_type"),
    "alias_paths": _noted("alias_paths", "alias"),
    "double_uses": double_uses,
    "retry_storms": retry_storms,
    "ignored_retry_after": ignored_retry_after,
}
"""What an app's conduct is judged by, one row a rule; a report has a case for each."""


def as_text(found: Sequence[Finding], exchanges: int) -> Iterator[str]:
    """Write findings for people: one line each, and a last line with the counts."""
    for finding in found:
        ids = ", ".join(f"#{number}" for number in finding.requests[:5])
        more = f" and {len(finding.requests) - 5} more" if len(finding.requests) > 5 else ""
        yield f"{finding.rule}: {finding.text} ({ids}{more})"
    yield f"{exchanges} requests, {len(found)} findings"


def as_junit(found: Sequence[Finding]) -> str:
    """Write findings as JUnit XML: a test case a rule, failed where there are findings."""
    cases = []
    for rule in RULES:
        own = [finding for finding in found if finding.rule == rule]
        failures = "".join(
            f"<failure message={quoteattr(printable(finding.text))}>{escape(f'requests {finding.requests}')}</failure>"
            for finding in own
        )
        cases.append(f'  <testcase classname="mockserver.reports.conduct" name={quoteattr(rule)}>{failures}</testcase>')
    failed = len({finding.rule for finding in found})
    head = f'<testsuite name="mockserver conduct" tests="{len(RULES)}" failures="{failed}" errors="0" skipped="0">'
    return "\n".join(['<?xml version="1.0" encoding="utf-8"?>', head, *cases, "</testsuite>"]) + "\n"


def _same(exchanges: Sequence[Exchange]) -> list[list[Exchange]]:
    """Group exchanges by what was asked, and for whom, in the order in which they came."""
    groups: dict[tuple[Any, ...], list[Exchange]] = {}
    for exchange in exchanges:
        key = (exchange["method"], exchange["path"], exchange["query"], exchange["member_id"])
        groups.setdefault(key, []).append(exchange)
    return list(groups.values())


def _gap(first: Exchange, then: Exchange) -> int:
    return parse_iso(then["at"]) - parse_iso(first["at"])


def _operation(exchange: Exchange) -> str:
    return str(exchange["operation"] or "no operation")


def _named(exchange: Exchange) -> str:
    return f"{exchange['method']} {exchange['path']}"
