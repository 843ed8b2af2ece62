"""Strictness for callers: what the documents do not allow is a note in the journal, and under ``--strict`` a refusal too."""

from __future__ import annotations

from typing import Any

from mockserver.api.visit import Visit
from mockserver.errors import Refused


def undocumented(visit: Visit, about: str, findings: dict[str, tuple[Any, str]]) -> None:
    """Note findings, each ``name: (what was sent, text)``; a strict world refuses them all at once with a 422."""
    for name, (_, text) in findings.items():
        visit.note(about, name, text)
    if findings and visit.world.strict:
        from mockserver.schemas.problems import leaf

        visit.failed(f"documented {about}", sorted(findings), "nothing else")
        details = {name: [leaf(sent, "invalid", format=_WANTED[about])] for name, (sent, _) in findings.items()}
        raise Refused("invalid_parameters", details=details)


def alias(visit: Visit) -> None:
    """Note that a path is only another spelling; a strict world does not know it."""
    operation = visit.operation
    documented = f"{operation.method} /v3/{{slug}}/{operation.path}"
    visit.note("alias", visit.call.path, f"another spelling of {documented}")
    if visit.world.strict:
        visit.failed("documented path", visit.call.path, documented)
        raise Refused("path_not_found", path=visit.call.path)


_WANTED = {
    "parameter": "absent, for it is not a documented parameter",
    "attribute": "absent, for it is not a documented attribute",
    "content_type": "the documented content type",
}
