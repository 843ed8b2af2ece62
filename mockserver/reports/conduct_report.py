"""The report on an app's conduct over all worlds, dropped ones included, as text or JUnit XML."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Protocol
from xml.etree import ElementTree

from msgspec import Struct

from mockserver.journal import Journal
from mockserver.printable import printable
from mockserver.reports.conduct import Finding, findings

DROPPED_KEPT = 200  # reports on dropped worlds; the oldest is removed first
_SHOWN = 5  # requests named in a line of the report
_LONGEST = 1_000  # characters of a finding: a path or a name may be as long as a request


class ReportedWorld(Protocol):
    """The parts of a world that its report needs."""

    name: str
    journal: Journal


class WorldReport(Struct, frozen=True):
    """The report on one world; ``overflowed`` counts requests that its journal has dropped."""

    world: str
    requests: int
    findings: tuple[Finding, ...] = ()
    overflowed: int = 0
    dropped: bool = False


def report_on(world: ReportedWorld, *, dropped: bool = False) -> WorldReport:
    """Return the report on a world's present journal."""
    entries = world.journal.newest_first()
    overflowed = world.journal.dropped
    return WorldReport(world.name, len(entries) + overflowed, tuple(findings(entries)), overflowed, dropped)


class DroppedWorlds:
    """Reports on dropped worlds with requests, newest last."""

    def __init__(self, most: int = DROPPED_KEPT) -> None:
        self._reports: deque[WorldReport] = deque(maxlen=most)

    def keep(self, world: ReportedWorld) -> None:
        """Store the report on a world that is about to be dropped."""
        if len(world.journal):
            self._reports.append(report_on(world, dropped=True))

    def __iter__(self) -> Iterator[WorldReport]:
        return iter(tuple(self._reports))


def as_text(reports: Sequence[WorldReport], *, named: bool = False) -> Iterator[str]:
    """Return one line per finding for people, and a last line with the counts; ``named`` names a single world, too."""
    several = len(reports) > 1
    for report in reports:
        world = f"{report.world}: " if several or named else ""
        for finding in report.findings:
            ids = ", ".join(f"#{number}" for number in finding.requests[:_SHOWN])
            more = f" and {len(finding.requests) - _SHOWN} more" if len(finding.requests) > _SHOWN else ""
            yield f"{world}{finding.rule}: {_text(finding)} ({ids}{more})"
    counts = f"{_count(sum(each.requests for each in reports), 'request')}"
    counts += f" in {len(reports)} worlds" if several else ""
    counts += f", {_count(sum(len(each.findings) for each in reports), 'finding')}"
    overflowed = sum(each.overflowed for each in reports)
    yield counts + (f"; {overflowed} no longer in the journal were not judged (raise --journal)" if overflowed else "")


def as_junit(reports: Sequence[WorldReport]) -> str:
    """Return JUnit XML in ASCII, right in any code page: a failed test case for each broken rule, or one that passed."""
    broken: dict[str, list[tuple[str, Finding]]] = {}
    for report in reports:
        for finding in report.findings:
            broken.setdefault(finding.rule, []).append((report.world, finding))
    count = str(len(broken) or 1)
    suite = ElementTree.Element("testsuite", name="mockserver conduct", tests=count, failures=str(len(broken)))
    suite.attrib |= {"errors": "0", "skipped": "0"}
    for rule, found in broken.items():
        case = ElementTree.SubElement(suite, "testcase", classname="mockserver.conduct", name=rule)
        failure = ElementTree.SubElement(case, "failure", message=_text(found[0][1]))
        failure.text = "\n".join(f"{world}: {_text(each)} (requests {each.requests})" for world, each in found)
    if not broken:
        ElementTree.SubElement(suite, "testcase", classname="mockserver.conduct", name="conduct")
    ElementTree.indent(suite)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(suite).decode("ascii") + "\n"


def _text(finding: Finding) -> str:
    text = printable(finding.text[:_LONGEST])
    return text if len(finding.text) <= _LONGEST else f"{text}… ({len(finding.text):,} characters)"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
