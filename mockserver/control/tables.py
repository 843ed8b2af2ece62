"""The table of operations as JSON."""

from __future__ import annotations

from typing import Any

from mockserver.api.operations import Operation
from mockserver.api.table import OPERATIONS
from mockserver.control.context import ControlContext
from mockserver.control.models import TEXT
from mockserver.control.routes import route
from mockserver.revisions import REVISIONS, Revision

BELOW = "/v3/{slug}/"


@route("GET", "operations", world="any", query={"revision": TEXT}, response="Operations", locked=False)
def list_operations(ctx: ControlContext) -> Any:
    """List every documented operation of ``revision``, by default the world's, with its paths, permits and refusals."""
    asked = ctx.query().get("revision")
    revision = REVISIONS[ctx.world.revision if asked is None else asked.one_of(tuple(REVISIONS))]
    ctx.finish()
    shown = [show(operation, revision) for operation in OPERATIONS.values() if operation.is_in(revision)]
    return {"revision": revision.name, "operations": shown}


def show(operation: Operation, revision: Revision) -> dict[str, Any]:
    """Return an operation as JSON, as a revision has it."""
    return {
        "name": operation.name,
        "summary": operation.summary,
        "method": operation.method,
        "path": BELOW + operation.path,
        "also": [BELOW + path for path in operation.also.values()],
        "contexts": list(operation.contexts_in(revision)),
        "aliases": [{"method": method, "path": BELOW + path} for method, path in operation.aliases],
        "permits": {context or "any": list(permits) for context, permits in operation.permits_in(revision).items()},
        "refusals": list(operation.refusals_in(revision)),
        "writes": operation.writes,
        "answer": operation.response,
        "document": operation.source(revision),
    }
