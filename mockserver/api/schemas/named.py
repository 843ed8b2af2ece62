"""All schemas of the API by name and revision: declared ones, and those made from the table of attributes."""

from __future__ import annotations

from functools import cache, partial
from types import ModuleType
from typing import Any

from mockserver.api.schemas import answers, club_answers, payloads, queries
from mockserver.attributes import OPEN, ROWS, SPARSE, answered, settable
from mockserver.revisions import REVISIONS, UNION
from mockserver.values.fields import Bound, field_of
from mockserver.values.kinds import Integer

_MODELS = {
    "Offer": "An offer as a member sees it.",
    "AdminOffer": "An offer as staff see it.",
    "Usage": "How often the member may still use the offer.",
    "Collection": "A named, ordered group of offers.",
    "Meta": "What the offers are associated with, and the club's configuration; times in seconds.",
    "File": "A file of an offer or a collection, in one size; width and height in pixels.",
    "Image": "An image of an offer.",
    "Period": "A limit of uses by one member within a calendar period.",
    "PeriodUsage": "The limit of uses by one member within a calendar period.",
    "ReadMore": "Additional offer display data.",
    "ActivationTexts": "What an app shows while the offer is activated.",
    "Display": "Display information.",
    "Member": "A member of the club.",
    "Store": "A shop of the mall.",
}


def schema_named(name: str, revision: str = UNION) -> Bound:
    """Return the schema of a query, a payload or a model in a revision. Raise KeyError on an unknown name."""
    return _schema(name, revision)


@cache
def _schema(name: str, revision: str) -> Bound:
    made = _class_of(name, revision)
    schema = made(exclude=[each for each, only in made.dated.items() if not REVISIONS[revision].has(only)])
    schema.revision, schema.named = revision, partial(schema_named, revision=revision)
    return schema


def _class_of(name: str, revision: str) -> type[Bound]:
    if name in ROWS:
        base = answers.Open if name in OPEN else answers.Sparse if name in SPARSE else answers.Answer
        return _made(name, _MODELS[name], base, _answered(name, revision))
    if name == "OfferPayload":
        return _made(name, 'The attributes of an offer that may be set (``docs/offers-admin-2019-10.md``, "OfferPayload").',
                     payloads.Payload, _settable(revision))  # fmt: skip
    if name == "OfferUpdatePayload":
        fields = _settable(revision) | {"id": field_of(Integer(), required=True)}
        return _made(name, "An OfferPayload with the id of the offer that it updates.", payloads.Payload, fields)
    if name not in _DECLARED:
        raise KeyError(f"no schema is called {name}: declare it in api/schemas/")
    return _DECLARED[name]


def _made(name: str, about: str, base: type[Bound], fields: dict[str, Any]) -> type[Bound]:
    return type(name, (base,), {"__doc__": about, **fields})


def _answered(model: str, revision: str) -> dict[str, Any]:
    return {
        name: field_of(
            row.kind,
            row.description(model, name),
            attribute=row.name,
            required=row.required or model not in SPARSE,
            null=row.null and model not in SPARSE,
            dump_only=True,
        )
        for name, row in answered(model, revision).items()
    }


def _settable(revision: str) -> dict[str, Any]:
    return {
        name: field_of(row.settable, attribute=row.name, null=True)
        for name, row in settable(revision).items()
        if row.settable is not None
    }


def _declared(*modules: ModuleType) -> dict[str, type[Bound]]:
    return {
        name: found
        for module in modules
        for name, found in vars(module).items()
        if isinstance(found, type) and issubclass(found, Bound) and found.__module__ == module.__name__
    }


_DECLARED = _declared(queries, payloads, answers, club_answers)
