"""What is known of the API, read from ``documented.yaml``: each fact with the page that has it, by date."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from msgspec import Struct

from mockserver.contract.facts import EVERY, FactPlace, place_of_refusal
from mockserver.revisions import REVISIONS

Evidence = Literal["documented", "reference", "ours"]
_BEST = ("documented", "reference", "ours")


class PageFact(Struct, frozen=True):
    """What a page says of a fact. ``evidence`` tells whether it is a document's, the reference's, or the project's own."""

    value: str
    evidence: Evidence
    page: str

    @property
    def shown(self) -> str:
        """Return the evidence with its page, such as ``reference: 15_oauth.md``."""
        return self.evidence if self.evidence == "ours" else f"{self.evidence}: {self.page}"


@cache
def told(revision: str) -> dict[FactPlace, tuple[PageFact, ...]]:
    """Return what the pages of a revision say, fact by fact, in the documented order; the first page is the better one.

    A revision has the pages of those that it is based on or unites.
    """
    found: dict[FactPlace, tuple[PageFact, ...]] = {}
    for name, page in _pages_of(revision):
        for place, value in _facts(page):
            found[place] = (*found.get(place, ()), PageFact(value, page["evidence"], name))
    headers = [(place.name, said) for place, said in found.items() if place.of == EVERY and place.kind == "header"]
    for operation in dict.fromkeys(place.of for place in found if place.kind == "path"):
        found |= {FactPlace(operation, "header", name): said for name, said in headers}
    return {place: said for place, said in found.items() if (place.of, place.kind) != (EVERY, "header")}


def orders(revision: str) -> Iterator[tuple[str, list[str]]]:
    """Return each model that a page of a revision has, with its attributes in the page's order."""
    for _, page in _pages_of(revision):
        yield from ((model, list(attributes)) for model, attributes in page.get("models", {}).items())


def evidence(revision: str, place: FactPlace) -> str:
    """Return the evidence of a fact with its page, as ``PageFact.shown``; what no page has is ours."""
    said = told(revision).get(place)
    return said[0].shown if said else "ours"


@cache
def evidence_of_refusal(revision: str, refusal_id: str) -> str:
    """Return the best evidence that an operation of a revision has of a refusal, with its page."""
    shown = [evidence(revision, place) for place in told(revision) if place[1:] == ("refusal", refusal_id)]
    return min(shown, key=lambda each: _BEST.index(each.partition(":")[0]), default="ours")


def _pages_of(revision: str) -> Iterator[tuple[str, dict[str, Any]]]:
    dates = _dates(revision)
    for title, page in _pages().items():
        if not dates.isdisjoint(page["in"]):
            yield title.partition(" ")[0], page


def _dates(revision: str) -> frozenset[str]:
    of = REVISIONS[revision]
    return frozenset({revision, *of.bases}).union(*(_dates(each) for each in of.unites))


@cache
def _pages() -> dict[str, Any]:
    import yaml

    text = files("mockserver.contract").joinpath("documented.yaml").read_text("utf-8")
    pages: dict[str, Any] = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return pages


def _facts(page: dict[str, Any]) -> Iterator[tuple[FactPlace, str]]:
    for name, row in page.get("operations", {}).items():
        yield from _of_operation(name, row)
    yield from _of_operation(EVERY, page.get("every", {}))
    for scope, permit in page.get("scopes", {}).items():
        yield FactPlace("scope", "permit", permit), scope
    for model, attributes in page.get("models", {}).items():
        yield from ((FactPlace(model, "attribute", name), type_) for name, type_ in attributes.items())
    for named, words in page.get("words", {}).items():
        for of in named.split(", "):
            yield from ((FactPlace(of, "word", word), "") for word in words)


def _of_operation(name: str, row: dict[str, Any]) -> Iterator[tuple[FactPlace, str]]:
    for path, permits in row.get("paths", {}).items():
        yield FactPlace(name, "path", path), ""
        yield from ((FactPlace(name, "permit", f"{path.partition(' ')[2]} {permit}"), "") for permit in permits)
    yield from ((FactPlace(name, "path", path), "") for path in row.get("also", ()))
    yield from ((FactPlace(name, "header", header), need) for header, need in row.get("headers", {}).items())
    for each, said in row.get("parameters", {}).items():
        type_, _, default = said.partition(" = ")
        yield FactPlace(name, "parameter", each), type_
        if default:
            yield FactPlace(name, "default", each), default
    for part in ("body", "answer"):
        if part in row:
            yield FactPlace(name, "attribute", f"({part})"), row[part]
    for refusal, answer in row.get("refusals", {}).items():
        yield place_of_refusal(name, refusal), str(answer)
