"""Writes a document as text: the same bytes for the same contract, so that a diff shows its changes."""

from __future__ import annotations

from mockserver.contract.document import document
from mockserver.revisions import REVISIONS
from mockserver.values.kinds import Json

CONTROL = "control"
"""The name of the control API's document, beside those of the revisions."""


def names() -> tuple[str, ...]:
    """Return the names of all documents."""
    return (*REVISIONS, CONTROL)


def described(name: str) -> Json:
    """Return a document by name. Raise KeyError on an unknown one."""
    if name == CONTROL:
        from mockserver.contract.control import control_document

        return control_document()
    return document(name)


def text_of(name: str) -> bytes:
    """Return a document as indented JSON with a newline at its end. Raise KeyError on an unknown name."""
    import orjson

    return orjson.dumps(described(name), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
