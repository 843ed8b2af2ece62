"""The coverage of the documents by the contract: every documented fact, and whether the contract has it as documented."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from mockserver.contract import documented
from mockserver.contract.document import document
from mockserver.contract.documented import Attributes, DocumentedOperation
from mockserver.contract.errors import pattern_of
from mockserver.errors import REFUSALS
from mockserver.revisions import UNION
from mockserver.values.kinds import Json

FactKind = Literal["operation", "permit", "parameter", "attribute", "refusal"]
KINDS: tuple[FactKind, ...] = ("operation", "permit", "parameter", "attribute", "refusal")
_PREFIX = "/v3/{loyalty_club_slug}/"


class DocumentedFact(Struct, frozen=True):
    """A documented fact of an operation or a model; ``problem`` says what the contract has instead, if it differs."""

    of: str
    revision: str
    kind: FactKind
    name: str
    problem: str | None = None


def facts() -> Iterator[DocumentedFact]:
    """Return all facts of the documents, compared with the contracts of their revisions."""
    for operation in documented.operations():
        yield from _operation_facts(operation)
    for model in documented.models():
        contract = document(model.revision)
        schema = contract["components"]["schemas"].get(model.name)
        yield from _attribute_facts(model.name, model.revision, model.attributes, _explicit(contract, schema or {}))
    for name, revision, words in documented.enums():
        found = document(revision)["components"]["schemas"].get(name, {}).get("enum", [])
        for word in dict.fromkeys((*words, *found)):
            problem = None if word in found and word in words else f"{found} instead of {list(words)}"
            yield DocumentedFact(name, revision, "attribute", word, problem)


def _operation_facts(told: DocumentedOperation) -> Iterator[DocumentedFact]:
    contract = document(told.revision)
    row = contract["paths"].get(_PREFIX + told.path, {}).get(told.method.lower())
    if row is None or row["operationId"] != told.name:
        yield DocumentedFact(
            told.name, told.revision, "operation", told.name, f"{told.method} {told.path} is not there"
        )
        return
    yield DocumentedFact(told.name, told.revision, "operation", told.name)
    yield from _permit_facts(contract, told)
    yield from _parameter_facts(told, row)
    if isinstance(told.response, dict):
        body = row["responses"]["200"]["content"]["application/json"]["schema"]
        schema = _resolved(contract, body)
        yield from _attribute_facts(told.name, told.revision, told.response, _explicit(contract, schema))
    for name in told.body:
        sent = _resolved(contract, row["requestBody"]["content"]["application/json"]["schema"])
        problem = None if name in sent["properties"] else "not in the body"
        yield DocumentedFact(told.name, told.revision, "attribute", name, problem)
    for status, text in told.refusals:
        yield DocumentedFact(
            told.name, told.revision, "refusal", f"{status} {text}", _refusal(contract, row, status, text)
        )


def _permit_facts(contract: Json, told: DocumentedOperation) -> Iterator[DocumentedFact]:
    rows = {each["operationId"]: each for item in contract["paths"].values() for each in item.values()}
    permits = {told.name: told.permit}
    permits |= {f"{told.name}_{ending}": f"Offers:Api:MemberOffers:{name}" for ending, name in told.contexts.items()}
    for name, permit in permits.items():
        found = rows.get(name, {}).get("x-permit")
        named = found["anyOf"] if isinstance(found, dict) else [found]
        yield DocumentedFact(
            told.name, told.revision, "permit", permit, None if permit in named else f"{name} has {found}"
        )


def _parameter_facts(told: DocumentedOperation, row: Json) -> Iterator[DocumentedFact]:
    known = {each["name"]: each for each in row["parameters"] if "name" in each}
    for name, type_ in told.parameters.items():
        found = known.get(f"{name}[]" if type_.endswith("[]") else name)
        problem = "not there" if found is None else _differs(type_, found["schema"])
        yield DocumentedFact(told.name, told.revision, "parameter", name, problem)
    names = {f"{name}[]" if type_.endswith("[]") else name for name, type_ in told.parameters.items()}
    for name, parameter in known.items() if told.revision != UNION else ():
        if parameter["in"] == "query" and name not in names:
            yield DocumentedFact(told.name, told.revision, "parameter", name, "not documented")
    for name in told.headers:
        yield DocumentedFact(told.name, told.revision, "parameter", name, None if name in known else "not there")


def _explicit(contract: Json, schema: Json) -> Json:
    """Return an object's schema in which each property says whether it may be null, if that was in the property's model."""
    properties = {
        name: {"anyOf": [each, {"type": "null"}]} if "$ref" in each and _takes_null(contract, each) else each
        for name, each in schema.get("properties", {}).items()
    }
    return schema | {"properties": properties}


def _takes_null(contract: Json, node: Json) -> bool:
    return "null" in _resolved(contract, node).get("type", "")


def _attribute_facts(of: str, revision: str, told: Attributes, schema: Json) -> Iterator[DocumentedFact]:
    properties = schema.get("properties", {})
    order = [name for name in properties if name in told]
    for place, (name, type_) in enumerate(told.items()):
        problem = "not there" if name not in properties else _differs(type_, properties[name])
        if problem is None and order[place : place + 1] != [name]:
            problem = f"not in the documented order {list(told)}"
        yield DocumentedFact(of, revision, "attribute", name, problem)
    for name in properties.keys() - told.keys() if revision != UNION else ():
        yield DocumentedFact(of, revision, "attribute", name, "not documented")


def _refusal(contract: Json, row: Json, status: int, text: str) -> str | None:
    response = row["responses"].get(str(status))
    if response is None:
        return f"no status {status}"
    names = _resolved(contract, response)["x-refusals"]
    if any(pattern_of(REFUSALS[name]).fullmatch(text) for name in names if REFUSALS[name].text is not None):
        return None
    return f"{status} is {', '.join(names)}"


def _differs(told: str, schema: Json) -> str | None:
    """Return the difference of a schema from a documented type; None if there is none."""
    if told == "any":
        return None
    wanted, nullable = told.removesuffix("?"), told.endswith("?")
    found = _type_of(schema)
    if found == f"{wanted}{'?' if nullable else ''}":
        return None
    return f"{found} instead of {told}"


def _type_of(schema: Json) -> str:
    """Return a schema's type in the documents' words."""
    if "anyOf" in schema:
        return "".join(_type_of(option) for option in schema["anyOf"] if option != {"type": "null"}) + "?"
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return "string" if name in _NAMED_TEXTS else str(name)
    types = schema.get("type", "any")
    types = types if isinstance(types, list) else [types]
    kind = next(each for each in types if each != "null")
    if kind == "array":
        kind = _type_of(schema["items"]).removesuffix("?") + "[]"
    if schema.get("format") == "date-time":
        kind = "date"
    return f"{kind}?" if "null" in types else str(kind)


_NAMED_TEXTS = frozenset({"OfferType", "OfferStatus", "Timespan"})


def _resolved(contract: Json, node: Json) -> Json:
    if "anyOf" in node:
        node = node["anyOf"][0]
    found: Any = node
    while "$ref" in found:
        kind, name = found["$ref"].split("/")[2:]
        found = contract["components"][kind][name]
    resolved: Json = found
    return resolved


def table(found: Iterable[DocumentedFact]) -> Iterator[str]:
    """Write a table of covered and documented facts: a line for each operation and model, the total, the missing facts."""
    rows: dict[tuple[str, str], dict[str, list[DocumentedFact]]] = {}
    missing = []
    for fact in found:
        for key in ((fact.of, fact.revision), ("total", "")):
            rows.setdefault(key, {}).setdefault(fact.kind, []).append(fact)
        if fact.problem is not None:
            missing.append(f"missing: {fact.of} ({fact.revision}), {fact.kind} {fact.name}: {fact.problem}")
    rows["total", ""] = rows.pop(("total", ""), {})
    yield _line("", "", dict.fromkeys(KINDS, ""), KINDS)
    for (of, revision), kinds in rows.items():
        yield _line(of, revision, {kind: _counted(kinds.get(kind, [])) for kind in KINDS})
    yield from missing


def _line(of: str, revision: str, cells: Mapping[str, str], titles: Sequence[str] | None = None) -> str:
    texts = [f"{kind}s" for kind in titles] if titles else list(cells.values())
    return f"{of:<26}{revision:<9}" + "".join(f"{text:>12}" for text in texts)


def _counted(found: Sequence[DocumentedFact]) -> str:
    return f"{sum(fact.problem is None for fact in found)}/{len(found)}" if found else ""
