"""The layers around the handler of every request: one function each, which may act before, after, or instead of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from mockserver.api.caching import NO_STORE, VARY, caching
from mockserver.api.context import RequestContext
from mockserver.api.cors import is_preflight, shown_origin
from mockserver.api.holding import HeldError, hold_or_follow, write_down
from mockserver.api.making import NoWorld, told, world_for
from mockserver.api.nearby import nearest_operation
from mockserver.api.overrides import BadOverride, misspelt, named_world, overrides_of, overrides_something, paths_below
from mockserver.api.refusals import refuse
from mockserver.api.routes import Match, NoMatch, record_id
from mockserver.api.rules import facts_of
from mockserver.api.strictness import alias
from mockserver.api.upload import brings_a_file, look_into
from mockserver.clock import stopwatch
from mockserver.documents.problems import DocumentError
from mockserver.errors import Refused
from mockserver.exchange import BROKEN_BODY, Response, Summary, json_response
from mockserver.journal import Entry
from mockserver.journal.entry import in_world
from mockserver.revisions import REVISIONS
from mockserver.scenarios.overlay import overlaid

Handler = Callable[[RequestContext], Response]
Layer = Callable[[RequestContext, Handler], Response]


def uploads(ctx: RequestContext, proceed: Handler) -> Response:
    """Decode an uploaded picture, which takes long, on a thread of the host and without any world's lock."""
    request = ctx.request
    if not request.body or not brings_a_file(request):
        return proceed(ctx)

    def work() -> Response:
        with suppress(Refused):  # the operation will say so, if it comes that far
            request.upload = look_into(request)
        try:
            return proceed(ctx)
        finally:
            request.upload = None  # the journal keeps the request

    return Response(200, work=work, paints=True)


def cors(ctx: RequestContext, proceed: Handler) -> Response:
    """Answer preflights, and add CORS headers to responses (``--cors``)."""
    allowed = ctx.mock.cors
    if allowed is None:
        if ctx.request.method == "OPTIONS" and is_preflight(ctx.request):
            ctx.hint = (
                f"a browser asks before it sends a call: start the server with --cors {shown_origin(ctx.request)}"
            )
            ctx.note("cors", "Origin", ctx.hint)
        return proceed(ctx)
    response = allowed.preflight(ctx.request)
    if response is None:
        return allowed.marked(ctx.request, proceed(ctx))
    return response if allowed.allows(ctx.request) else _refused_preflight(ctx, response)


def _refused_preflight(ctx: RequestContext, response: Response) -> Response:
    """Write down a preflight that is refused, if its world is there: it makes none."""
    with suppress(BadOverride):
        name, ctx.below = named_world(ctx.request, ctx.mock.settings.world_domain)
        found = ctx.mock.worlds.ask(name)
        if found is not None:
            ctx.world = found
            ctx.hint = (
                f"a page of {shown_origin(ctx.request)} may not send this call: add --cors {shown_origin(ctx.request)}"
            )
            ctx.note("cors", "Origin", ctx.hint)
            return journal(ctx, lambda _: response)
    return response


def world(ctx: RequestContext, proceed: Handler) -> Response:
    """Find or make the world. A request whose world has an invalid name, or is not made, stands in no journal.

    A request that a barrier held stays in its world.
    """
    if ctx.waits:
        return proceed(ctx)
    try:
        ctx.world, ctx.below = world_for(ctx)
    except BadOverride as problem:
        return json_response(400, {"error": str(problem)}, NO_STORE, VARY)
    except NoWorld as none:
        none.response.headers = (*none.response.headers, NO_STORE, VARY)
        return none.response
    response = proceed(ctx)
    return response if ctx.world.hint is None else told(ctx.world, response)


def journal(ctx: RequestContext, proceed: Handler) -> Response:
    """Hold the world's lock while the request is handled; write the exchange into the journal."""
    started, world = stopwatch(), ctx.world
    with world.lock:
        before = world.history.position
        ctx.now, ctx.revision = world.clock.now(), REVISIONS[world.revision]
        try:
            response = proceed(ctx)
        except Refused as refused:
            response = refuse(ctx, refused)
        except HeldError:
            return Response(200)  # ``carry_out`` has it wait
        rule = () if ctx.rule is None else (("x-mock-rule", ctx.rule),)
        hint = () if ctx.hint is None else (("x-mock-hint", ctx.hint),)
        response.headers = (*response.headers, *caching(response.headers), in_world(world.name), *rule, *hint)
        took_ns = stopwatch() - started
        ctx.entry = entry = _entry_of(ctx, response, took_ns, before)
        response.summary = Summary(entry.operation, entry.refusal, entry.committed)
        if ctx.held is None:
            write_down(ctx)
    return response


def _entry_of(ctx: RequestContext, response: Response, took_ns: int, before: int) -> Entry:
    operation = None if ctx.operation is None else ctx.operation.name
    member_id = None if ctx.member is None else ctx.member.id
    return Entry(
        0, ctx.now, ctx.request, response, operation, ctx.refusal, ctx.slug, member_id, ctx.offer_id, ctx.revision.name,
        ctx.rule, ctx.committed, ctx.notes, ctx.checks, took_ns, ctx.considered, before,
        ctx.world.history.position,
    )  # fmt: skip


def overrides(ctx: RequestContext, proceed: Handler) -> Response:
    """Apply the request's own time, revision and scenarios (``X-Mock-...``)."""
    request, world = ctx.request, ctx.world
    if not overrides_something(request):
        return proceed(ctx)
    try:
        ctx.now, ctx.revision, ctx.scenarios = overrides_of(request, world, ctx.now)
        if ctx.scenarios:
            ctx.overlay = overlaid(world, ctx.scenarios)
        if ctx.overlay is not None:
            ctx.now, ctx.revision, _ = overrides_of(request, world, ctx.overlay.clock.now())
    except (BadOverride, DocumentError) as problem:
        text = f"X-Mock-Scenario: {problem}" if isinstance(problem, DocumentError) else str(problem)
        ctx.note("override", text.partition(":")[0].partition(" ")[0], text)
        return json_response(400, {"error": text})
    for name, text in misspelt(request.headers).items():
        ctx.note("header", name, text)
    return proceed(ctx)


def routing(ctx: RequestContext, proceed: Handler) -> Response:
    """Find the operation; refuse a body over the limit, a path that is not documented, or a wrong method."""
    request, limit = ctx.request, ctx.mock.settings.max_body
    if request.oversized or len(request.body) > limit:
        raise Refused("payload_too_large", limit=limit)
    if request.broken:
        ctx.note("body", "body", BROKEN_BODY["error"])
        return json_response(400, BROKEN_BODY)
    found = ctx.found or ctx.mock.match(request.method, *paths_below(request))
    if isinstance(found, NoMatch):
        allow = [method for method in found.allow if _is_in_date(ctx, ctx.mock.match(method, *paths_below(request)))]
        if allow:
            raise Refused("method_not_allowed", method=request.method, allow=", ".join(allow))
        _hint_at(ctx)
        raise Refused("path_not_found", path=ctx.below)
    if not _is_in_date(ctx, found):
        assert found.route.operation is not None
        text = f"{ctx.revision.name} has no such path; other revisions have it, for {found.route.operation.name}"
        ctx.note("path", ctx.below, text)
        _hint_at(ctx)
        raise Refused("path_not_found", path=ctx.below)
    route = found.route
    if route.operation is not None:
        ctx.operation, ctx.path, ctx.context = route.operation, found.values, route.context
        if route.about_an_offer:
            ctx.offer_id = record_id(found.values["id"])
        if route.alias:
            alias(ctx)
    return proceed(ctx)


def _hint_at(ctx: RequestContext) -> None:
    near = None if ctx.hint else nearest_operation(ctx.request.method, ctx.request.path, ctx.revision)
    if near is not None:
        ctx.hint = f"did you mean {near['method']} {near['path']}?"


def _is_in_date(ctx: RequestContext, found: Match | NoMatch) -> bool:
    return isinstance(found, Match) and found.route.is_in(ctx.revision)


def scenarios(ctx: RequestContext, proceed: Handler) -> Response:
    """Apply the rules of active scenarios to the request."""
    verdict = ctx.verdict
    if verdict is None:
        if ctx.world.engine.idle and not ctx.scenarios:
            return proceed(ctx)
        verdict = ctx.verdict = ctx.world.decide(facts_of(ctx), ctx.scenarios)
    ctx.considered = verdict.considered
    ctx.rule = verdict.acted[-1] if verdict.acted else None
    return hold_or_follow(verdict, ctx, proceed)
