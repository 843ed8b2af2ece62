"""Which documented outcomes tests met: reports as values, merged over worlds, workers and machines, and written for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from msgspec import Struct

VERSION = 1


class Coverage(Struct, frozen=True):
    """How often each outcome (``operation/what``) was met, 0 for none; ``ignored`` are those left out, by reason."""

    outcomes: dict[str, int]
    revisions: tuple[str, ...] = ()
    ignored: dict[str, str] = {}
    version: int = VERSION

    @property
    def met(self) -> int:
        """Return how many outcomes were met."""
        return sum(1 for count in self.outcomes.values() if count)

    @property
    def percent(self) -> float:
        """Return how many of a hundred outcomes were met; 100 where there are none."""
        return 100 * self.met / len(self.outcomes) if self.outcomes else 100.0

    @property
    def missing(self) -> list[str]:
        """Return the outcomes that were not met."""
        return [outcome for outcome, count in self.outcomes.items() if not count]

    def shown(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "version": self.version, "revisions": list(self.revisions), "met": self.met, "of": len(self.outcomes),
            "percent": round(self.percent, 1), "outcomes": self.outcomes, "ignored": self.ignored,
        }  # fmt: skip

    def without(self, ignored: Mapping[str, str]) -> Coverage:
        """Return it without outcomes that patterns name, each with a reason. Raise ValueError on one that names none."""
        left = dict(self.outcomes)
        reasons = dict(self.ignored)
        for pattern, reason in ignored.items():
            named = [outcome for outcome in (*self.outcomes, *self.ignored) if fnmatchcase(outcome, pattern)]
            if not named:
                raise ValueError(f"no outcome is called {pattern}")
            for outcome in named:
                left.pop(outcome, None)
                reasons[outcome] = reason
        return Coverage(left, self.revisions, reasons)


def read(value: Any) -> Coverage:
    """Return a report from its JSON. Raise ValueError on anything else."""
    if not isinstance(value, dict) or value.get("version") != VERSION or not isinstance(value.get("outcomes"), dict):
        raise ValueError(f"is not a report on coverage, version {VERSION}")
    counts, ignored = value["outcomes"], value.get("ignored", {})
    if not all(isinstance(count, int) and count >= 0 for count in counts.values()) or not isinstance(ignored, dict):
        raise ValueError("has counts that are none")
    return Coverage(counts, tuple(map(str, value.get("revisions", ()))), ignored)


def merged(reports: Iterable[Coverage]) -> Coverage:
    """Return one report for several: counts add up; what one of them ignores is ignored."""
    counts: dict[str, int] = {}
    revisions: list[str] = []
    ignored: dict[str, str] = {}
    for report in reports:
        ignored |= report.ignored
        revisions += [each for each in report.revisions if each not in revisions]
        for outcome, count in report.outcomes.items():
            counts[outcome] = counts.get(outcome, 0) + count
    return Coverage({each: n for each, n in counts.items() if each not in ignored}, tuple(revisions), ignored)


def as_text(report: Coverage) -> Iterator[str]:
    """Write a line for each operation with what is missing, then the percentage."""
    for operation, missing in _by_operation(report.missing).items():
        yield f"{operation}: {', '.join(missing)}"
    yield summary(report)


def as_markdown(report: Coverage) -> Iterator[str]:
    """Write a table for a pipeline's summary page: each operation with how many of its outcomes were met."""
    yield f"### {summary(report)}"
    yield ""
    yield "| Operation | Met | Missing |"
    yield "| --- | ---: | --- |"
    missing = _by_operation(report.missing)
    for operation, all_ in _by_operation(report.outcomes).items():
        left = missing.get(operation, [])
        yield f"| {operation} | {len(all_) - len(left)} of {len(all_)} | {', '.join(left) or '-'} |"
    for outcome, reason in report.ignored.items():
        yield from ("", f"Ignored: `{outcome}`, {reason}")


def summary(report: Coverage) -> str:
    """Return the percentage in words."""
    under = f" of revision {', '.join(report.revisions)}" if report.revisions else ""
    left_out = f", {len(report.ignored)} ignored" if report.ignored else ""
    return f"{report.met} of {len(report.outcomes)} outcomes{under} met: {report.percent:.1f}%{left_out}"


def _by_operation(outcomes: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for outcome in outcomes:
        operation, _, what = outcome.partition("/")
        found.setdefault(operation, []).append(what)
    return found
