"""Reads queries and bodies with ``Schema.load`` and writes responses with ``Schema.dump``.

A world may have a faster codec (``fast/codec.py``). The first call imports marshmallow, so that the start need not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from mockserver.exchange import sized

if TYPE_CHECKING:
    from mockserver.api.schemas.reading import QueryRead


def read_query(name: str, query: str, accepted: frozenset[str] | None, revision: str) -> QueryRead:
    """Return the parameters of a raw query string and the notes on it. Raise ``invalid_parameters``."""
    from mockserver.api.schemas.reading import load_query

    return load_query(name, query, accepted, revision)


def read_payload(name: str, body: Any, revision: str) -> dict[str, Any]:
    """Return the attributes of a decoded JSON body (None: it was empty). Raise ``invalid_parameters``."""
    from mockserver.api.schemas.reading import load_payload

    return load_payload(name, body, revision)


def write(response: str, value: Any, revision: str) -> bytes:
    """Return a view's result as JSON; ``response`` is ``Operation.response``."""
    from mockserver.api.schemas.answers import form_of
    from mockserver.api.schemas.named import schema_named

    form = form_of(response)
    return sized(orjson.dumps(schema_named(form.model, revision).dump(value, many=form.is_array)))
