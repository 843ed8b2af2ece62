"""One request, top to bottom: the layers around every request, then the contract's order of checks, then the operation."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from mockserver.api import codec, gate, images, parameters
from mockserver.api.context import RequestContext
from mockserver.api.layers import Handler, Layer, cors, journal, overrides, routing, scenarios, uploads, world
from mockserver.api.routes import Match, NoMatch
from mockserver.api.runtime import Runtime
from mockserver.exchange import JSON_HEADERS, Request, Response

LAYERS: tuple[Layer, ...] = (uploads, cors, world, journal, overrides, routing, scenarios)
"""The layers around the handler, from the outside in. Each takes the context and the next handler.

``respond`` asks the answer cache of ``fast/`` first, if there is one.
"""


def handle(ctx: RequestContext) -> Response:
    """Answer a routed request; raise the first refusal, in the contract's order ("Order of checks")."""
    if ctx.for_picture:
        return images.serve(ctx)
    parameters.peek(ctx)
    if ctx.mock.gate is None:
        admit(ctx)
    else:
        ctx.mock.gate.admit(ctx, admit)
    ctx.check(gate.member_resolved)
    ctx.check(gate.body_parsed)
    ctx.check(parameters.query_valid)
    ctx.check(parameters.payload_valid)
    if ctx.forced is not None:
        raise ctx.forced
    return encode(ctx, ctx.operation.view(ctx))


def admit(ctx: RequestContext) -> None:
    """Check the client that asks; raise the first refusal. ``fast/gate.py`` caches the results."""
    ctx.check(gate.headers_present)
    ctx.check(gate.club_known)
    ctx.check(gate.client_valid)
    ctx.check(gate.permit_held)
    ctx.check(gate.scope_permitted)
    ctx.check(gate.offers_api_enabled)


def encode(ctx: RequestContext, value: Any) -> Response:
    """Turn a view's result into a response, unless it is one."""
    if isinstance(value, Response):
        return value
    body = (ctx.world.codec or codec).write(ctx.operation.response, value, ctx.revision.name)
    return Response(200, body, JSON_HEADERS)


def surrounded(layers: tuple[Layer, ...], handler: Handler) -> Handler:
    """Return a handler with layers around it, the first one outermost."""
    for layer in reversed(layers):
        handler = _around(layer, handler)
    return handler


def _around(layer: Layer, proceed: Handler) -> Handler:
    return lambda ctx: layer(ctx, proceed)


_respond = surrounded(LAYERS, handle)


def respond(mock: Runtime, request: Request, found: Match | NoMatch | None = None) -> Response:
    """Answer any request to the API or for a picture; ``found`` is its route, where a web framework has matched it."""
    request.headers = mock.alike.of(request.headers)
    again = None if mock.cache is None else mock.cache.again(request, mock.tally)
    if again is None:
        return carry_out(RequestContext(mock, request, found))
    return again if mock.cors is None else mock.cors.marked(request, again)


def carry_out(ctx: RequestContext) -> Response:
    """Send a request through the layers; if a barrier holds it, its host waits (``holding.py``)."""
    response = _respond(ctx)
    if response.work is not None:  # the operation comes with it
        response.work = partial(_worked, ctx, response.work)
    return response if ctx.held is None else ctx.world.barriers.waiting(ctx.held)


def _worked(ctx: RequestContext, work: Callable[[], Response]) -> Response:
    response = work()
    return response if ctx.held is None else ctx.world.barriers.waiting(ctx.held)
