"""Undocumented input: noted in the journal, and refused under ``--strict``."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from mockserver.api.context import RequestContext
from mockserver.domain.checks import CheckFailed
from mockserver.limits import PROBLEMS_OF_A_REQUEST


def undocumented(
    ctx: RequestContext, about: str, findings: dict[str, str], sent: Iterable[tuple[tuple[str | int, ...], Any]]
) -> None:
    """Note findings, each with its text; a strict world refuses them all at once with a 422.

    ``sent`` are the places that they were found at, as names and indexes of what was sent, with their values.
    """
    for name, text in findings.items():
        ctx.note(about, name, text)
    if findings and ctx.world.strict:
        from mockserver.values.problems import leaf

        details: dict[str, Any] = {}
        for path, value in islice(sent, PROBLEMS_OF_A_REQUEST):
            held = details
            for step in path[:-1]:
                held = held.setdefault(str(step), {})
            held[str(path[-1])] = [leaf(value, "invalid", format=_WANTED[about])]
        raise CheckFailed(
            "invalid_parameters", f"documented {about}", sorted(findings), "nothing else", details=details
        )


def alias(ctx: RequestContext) -> None:
    """Note that a path is another spelling, which commands in the documents use."""
    operation = ctx.operation
    documented = f"{operation.method} /v3/{{slug}}/{operation.path}"
    ctx.note("alias", ctx.request.path, f"another spelling of {documented}")


_WANTED = {
    "parameter": "absent, for it is not a documented parameter",
    "attribute": "absent, for it is not a documented attribute",
    "content_type": "the documented content type",
}
