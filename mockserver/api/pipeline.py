"""One request, top to bottom: route, rules, gate, operation, answer.

The order of the checks is the contract's ("Order of checks"). The world's lock is held from the first look at its data
to the last change, so that a request sees, and leaves, a whole world.
"""

from __future__ import annotations

from typing import Any

from mockserver.api import codec, gate, parameters
from mockserver.api.context import RequestContext
from mockserver.api.router import Match, NoMatch, Router
from mockserver.errors import Refused
from mockserver.exchange import JSON_HEADERS, Response


def run(ctx: RequestContext, forced: Refused | None = None) -> Response:
    """Take a routed request through the gate and its operation; raise the first refusal.

    ``forced`` is a refusal that a rule demands: one of the gate's (or of routing) comes before everything, one of the
    operation's once the gate has been passed.
    """
    if forced is not None and forced.refusal.stage != "operation":
        raise forced
    pass_gate(ctx)
    if forced is not None:
        raise forced
    return act(ctx)


def act(ctx: RequestContext) -> Response:
    """Carry out the operation of a request that has passed the gate."""
    return encode(ctx, ctx.operation.view(ctx))


def pass_gate(ctx: RequestContext) -> None:
    """Make the checks that come before the operation's own, in the contract's order."""
    operation = ctx.operation
    gate.check_headers(ctx)
    gate.check_club(ctx)
    gate.check_client(ctx)
    parameters.peek(ctx)
    gate.check_permit(ctx)
    if operation.scoped and "scope" in ctx.revision.read_parameters:
        gate.check_scope_permit(ctx)
    if operation.needs_offers_api:
        gate.check_offers_api(ctx)
    if operation.contexts:
        gate.check_member(ctx)
    body = gate.check_body(ctx) if operation.reads_json else None
    parameters.read_query(ctx)
    if operation.payload is not None:
        parameters.read_payload(ctx, body)


def encode(ctx: RequestContext, value: Any) -> Response:
    """Turn what a view returned into a response, unless it is one."""
    if isinstance(value, Response):
        return value
    body = (ctx.world.codec or codec).write(ctx.operation.response, value, ctx.revision.name)
    return Response(200, body, JSON_HEADERS)


def route(router: Router, method: str, path: str) -> Match:
    """Return the operation of a path; refuse one that is not documented, or has no such method."""
    found = router.match(method, path)
    if isinstance(found, NoMatch):
        if found.allow:
            raise Refused("method_not_allowed", method=method, allow=", ".join(found.allow))
        raise Refused("path_not_found", path=path)
    return found
