"""Undocumented input: noted in the journal, and refused under ``--strict``."""

from __future__ import annotations

from typing import Any

from mockserver.api.context import RequestContext
from mockserver.domain.checks import CheckFailed


def undocumented(ctx: RequestContext, about: str, findings: dict[str, tuple[Any, str]]) -> None:
    """Note findings, each ``name: (what was sent, text)``; a strict world refuses them all at once with a 422."""
    for name, (_, text) in findings.items():
        ctx.note(about, name, text)
    if findings and ctx.world.strict:
        from mockserver.values.problems import leaf

        details = {name: [leaf(sent, "invalid", format=_WANTED[about])] for name, (sent, _) in findings.items()}
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
