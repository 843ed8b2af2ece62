"""How far the contract is what the documents say: every fact of either, and how they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import get_args

from msgspec import Struct

from mockserver.contract.document import document
from mockserver.contract.documented import Evidence, PageFact, orders, told
from mockserver.contract.facts import KINDS, FactKind, FactPlace, facts_of
from mockserver.revisions import REVISIONS


class DocumentedFact(Struct, frozen=True):
    """One fact of a revision. ``problem`` says how the contract differs from the page; ``evidence`` is None if no page has it."""

    revision: str
    of: str
    kind: FactKind
    name: str
    evidence: Evidence | None = None
    page: str | None = None
    problem: str | None = None


def facts() -> Iterator[DocumentedFact]:
    """Return every fact that the pages or the contract have, of each revision."""
    for revision in REVISIONS:
        yield from facts_in(revision)


def facts_in(revision: str) -> Iterator[DocumentedFact]:
    """Return the facts of a revision: what its pages say, compared with its contract, and what only the contract says."""
    known, found = told(revision), facts_of(document(revision))
    for place in {**known, **found}:
        said = known.get(place, ())
        evidence, page = (said[0].evidence, said[0].page) if said else (None, None)
        yield DocumentedFact(revision, place.of, place.kind, place.name, evidence, page, _problem(place, said, found))
    for model, wanted in orders(revision):
        there = [place.name for place in found if (place.of, place.kind) == (model, "attribute")]
        order = [name for name in there if name in wanted]
        if order != [name for name in wanted if name in there]:
            yield DocumentedFact(revision, model, "attribute", "(order)", problem=f"{order} instead of {wanted}")


def _problem(place: FactPlace, said: Sequence[PageFact], found: Mapping[FactPlace, str]) -> str | None:
    if place not in found:
        return "not there"
    if not said:
        return "not documented"
    value = found[place]
    wanted = [each.value for each in said]
    if place.kind == "refusal":  # of texts that are ours the status is told alone
        wanted += [value for each in wanted if each == value.partition(" ")[0]]
    return None if value in wanted else f"{value} instead of {' or '.join(dict.fromkeys(wanted))}"


def table(found: Iterable[DocumentedFact]) -> Iterator[str]:
    """Write facts as a table, right of all: a line for each operation and model with its pages, sums, and what is wrong."""
    rows: dict[tuple[str, str], list[DocumentedFact]] = {}
    sums: dict[tuple[str, str], list[DocumentedFact]] = {}
    for fact in found:
        rows.setdefault((fact.of.partition(".")[0], fact.revision), []).append(fact)
        sums.setdefault(("total", fact.revision), []).append(fact)
    if len(sums) > 1:
        sums["total", ""] = [fact for each in sums.values() for fact in each]
    yield _line("", "", [f"{kind}s" for kind in KINDS], "from")
    for (of, revision), some in rows.items():
        yield _line(of, revision, _counted(some), _sources(some))
    for (of, revision), some in sums.items():
        by_evidence = Counter(fact.evidence or "not documented" for fact in some)
        yield _line(of, revision, _counted(some), ", ".join(f"{count} {each}" for each, count in by_evidence.items()))
    for fact in (fact for some in rows.values() for fact in some if fact.problem is not None):
        yield f"wrong: {fact.of} ({fact.revision}), {fact.kind} {fact.name}: {fact.problem}"


def _sources(found: Sequence[DocumentedFact]) -> str:
    """Return where facts are from, such as ``documented (offers-events.md), reference (03_params.md), ours``."""
    pages: dict[str, dict[str, None]] = {each: {} for each in get_args(Evidence)}
    for fact in found:
        pages.setdefault(fact.evidence or "not documented", {})[fact.page or ""] = None
    told = {each: ", ".join(of) for each, of in pages.items() if of}
    return ", ".join(each if each in ("ours", "not documented") else f"{each} ({of})" for each, of in told.items())


def _line(of: str, revision: str, counts: Sequence[str], said: str) -> str:
    return f"{of:<26}{revision:<8}" + "".join(f"{text:>11}" for text in counts) + f"  {said}"


def _counted(found: Sequence[DocumentedFact]) -> list[str]:
    """Return how many facts are right, of how many, by kind."""
    of = [[fact.problem is None for fact in found if fact.kind == kind] for kind in KINDS]
    return [f"{sum(each)}/{len(each)}" if each else "" for each in of]
