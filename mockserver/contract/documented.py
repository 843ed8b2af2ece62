"""The facts of the documents, read from ``documented.yaml``: models, operations, parameters, attributes, errors."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from msgspec import Struct

Attributes = dict[str, str]
"""The types of attributes, such as ``integer?`` or ``Offer[]``, in the documents' order."""


class DocumentedOperation(Struct, frozen=True):
    """One operation of one document; ``answer`` is a model's name or the attributes of the answer."""

    name: str
    documents: tuple[str, ...]
    revision: str
    method: str
    path: str
    permit: str
    contexts: dict[str, str]
    parameters: Attributes
    headers: tuple[str, ...]
    body: tuple[str, ...]
    response: str | Attributes
    refusals: tuple[tuple[int, str], ...]


class DocumentedModel(Struct, frozen=True):
    """One model of one document."""

    name: str
    documents: tuple[str, ...]
    revision: str
    attributes: Attributes


@cache
def _parts() -> dict[str, Any]:
    import yaml

    text = files("mockserver.contract").joinpath("documented.yaml").read_text("utf-8")
    parts: dict[str, Any] = yaml.safe_load(text)
    return parts


def models() -> Iterator[DocumentedModel]:
    """Return the documented models, each in its revision."""
    for name, part in _parts().items():
        for model, attributes in part["models"].items():
            yield DocumentedModel(model, tuple(part["documents"]), _revision(name, part), attributes)


def enums() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Return the documented fixed choices: name, revision, words in the documents' order."""
    for name, part in _parts().items():
        for enum, words in part.get("enums", {}).items():
            yield enum, _revision(name, part), tuple(words)


def operations() -> Iterator[DocumentedOperation]:
    """Return the documented operations, each in its revision."""
    for name, part in _parts().items():
        for operation, row in part["operations"].items():
            method, path = row["path"].split(" ")
            yield DocumentedOperation(
                operation,
                tuple(part["documents"]),
                _revision(name, part),
                method,
                path,
                row["permit"],
                row.get("contexts", {}),
                row.get("parameters", {}),
                tuple(row.get("headers", ())),
                tuple(row.get("body", ())),
                row["answer"],
                tuple((status, text) for status, text in row.get("refusals", ())),
            )


def _revision(name: str, part: dict[str, Any]) -> str:
    return str(part.get("revision", name))
