"""The table of operations, as people and tools read it."""

from __future__ import annotations

from typing import Any

from mockserver.api.operations import Operation
from mockserver.api.table import OPERATIONS
from mockserver.control.routes import route
from mockserver.control.visit import ControlVisit

BELOW = "/v3/{slug}/"


@route("GET", "operations", answer="Operations", locked=False)
def list_operations(visit: ControlVisit) -> Any:  # noqa: ARG001 - every handler takes the visit
    """List every documented operation with its paths, permits and refusals."""
    return {"operations": [show(operation) for operation in OPERATIONS.values()]}


def show(operation: Operation) -> dict[str, Any]:
    """Answer an operation as JSON."""
    return {
        "name": operation.name,
        "summary": operation.summary,
        "method": operation.method,
        "path": BELOW + operation.path,
        "contexts": list(operation.contexts),
        "aliases": [{"method": method, "path": BELOW + path} for method, path in operation.aliases],
        "permits": {context or "any": list(permits) for context, permits in operation.permits.items()},
        "refusals": list(operation.refusals),
        "writes": operation.writes,
        "answer": operation.answer,
        "document": operation.document,
    }
