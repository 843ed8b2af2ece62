"""Outcomes as agents name them: ``use_offer/not_granted``, ``not_granted``, or the text of the answer, ``Not granted``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mockserver.client import MockClient
from mockserver.spelling import nearest

_ANY = "any"


class UnknownOutcomeError(Exception):
    """No outcome has this name; the message has the nearest."""


def find_outcome(client: MockClient, name: str, operation: str | None) -> dict[str, Any]:
    """Return the plan's row of an outcome, ``{outcome, honest, forced}``. Raise UnknownOutcomeError.

    Without an operation it is the first that has this outcome, those with an honest way first.
    """
    rows = {row["outcome"]: row for row in client.plan()["outcomes"]}
    wanted = _id_of(client, name, rows)
    if "/" in wanted and operation is None:
        operation, _, wanted = wanted.partition("/")
    wanted = wanted.rpartition("/")[2]
    if operation is not None:
        for key in (f"{operation}/{wanted}", f"{_ANY}/{wanted}"):
            if key in rows:
                return dict(rows[key])
    else:
        having = [row for key, row in rows.items() if key.partition("/")[2] == wanted]
        if having:
            return dict(min(having, key=lambda row: row["honest"] is None))
    raise UnknownOutcomeError(_advice(wanted, operation, rows))


def _id_of(client: MockClient, name: str, rows: Mapping[str, Any]) -> str:
    """Return the outcome's id: the name itself, in snake case, or that of the refusal with this text."""
    if name in rows:
        return name
    plain = re.sub(r"[\s-]+", "_", name.strip().lower()) if ":" not in name else name.strip()
    for row in client.outcomes()["outcomes"]:
        if row["text"] and name.strip().lower() == row["text"].lower():
            return str(row["refusal"])
    return plain


def _advice(wanted: str, operation: str | None, rows: Mapping[str, Any]) -> str:
    of_operation = [key for key in rows if key.partition("/")[0] == operation]
    if operation is not None and not of_operation:
        near = nearest(operation, {key.partition("/")[0] for key in rows})
        return f"no operation is called {operation}" + (f"; did you mean {near}?" if near else "")
    keys = [*of_operation, *(key for key in rows if key.startswith(f"{_ANY}/"))] if operation else [*rows]
    near = nearest(wanted, {key.partition("/")[2] for key in keys})
    of = f" of {operation}" if operation else ""
    known = list(dict.fromkeys(key.partition("/")[2] for key in (of_operation or rows)))
    advice = f"; did you mean {near}?" if near else ""
    return f"no outcome{of} is called {wanted}{advice} (there are: {', '.join(known)})"
