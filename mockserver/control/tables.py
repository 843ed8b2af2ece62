"""The table of operations as JSON."""

from __future__ import annotations

from typing import Any

from mockserver.api.operations import Operation
from mockserver.api.table import OPERATIONS
from mockserver.control.context import ControlContext
from mockserver.control.routes import route

BELOW = "/v3/{slug}/"


@route("GET", "operations", world="any", response="Operations", locked=False)
def list_operations(ctx: ControlContext) -> Any:  # noqa: ARG001 - every handler takes the context
    """List every documented operation with its paths, permits and refusals."""
    return {"operations": [show(operation) for operation in OPERATIONS.values()]}


def show(operation: Operation) -> dict[str, Any]:
    """Return an operation as JSON."""
    return {
        "name": operation.name,
        "summary": operation.summary,
        "method": operation.method,
        "path": BELOW + operation.path,
        "also": [BELOW + path for path in operation.also.values()],
        "contexts": list(operation.contexts),
        "aliases": [{"method": method, "path": BELOW + path} for method, path in operation.aliases],
        "permits": {context or "any": list(permits) for context, permits in operation.permits.items()},
        "refusals": list(operation.refusals),
        "writes": operation.writes,
        "answer": operation.response,
        "document": operation.document,
    }
