"""The facts of a request that rules of scenarios see, and what their verdict makes of the response."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from mockserver.api.context import RequestContext
from mockserver.api.overrides import below_world
from mockserver.api.refusals import refuse
from mockserver.api.routes import record_id
from mockserver.errors import REFUSALS, Refused
from mockserver.exchange import Receipt, Request, Response
from mockserver.limits import RULE_HEADER_BYTES, RULE_HEADERS
from mockserver.values.instants import parse_iso

if TYPE_CHECKING:
    from mockserver.scenarios.facts import Facts
    from mockserver.scenarios.verdict import Verdict

_BANNED_UNTIL = parse_iso("2137-10-28T17:24:06.207Z")  # the documents' own example


def facts_of(ctx: RequestContext) -> Facts:
    """Return the facts of a request; only rules with a path match pictures. The member is looked up, not checked."""
    from mockserver.scenarios.facts import Facts

    request, path, query = ctx.request, below_world(ctx.request.path), query_of(ctx.request)
    if ctx.for_picture:
        return Facts(
            None, request.method, path, headers=request.headers, query=query, now=ctx.now, revision=ctx.revision
        )
    return Facts(
        ctx.operation.name, request.method, path, ctx.slug, ctx.offer_id, member_id_of(ctx), request.headers, query,
        request.body, ctx.now, ctx.revision,
    )  # fmt: skip


def query_of(request: Request) -> dict[str, list[str]]:
    """Return the query parameters by name, each with all its values."""
    return parse_qs(request.query, keep_blank_values=True, errors="replace") if request.query else {}


def member_id_of(ctx: RequestContext) -> int | None:
    """Return the member that a request names, by path or token; not yet checked."""
    if ctx.for_picture:
        return None
    text = ctx.path.get("member_id")
    if text is not None:
        return record_id(text)
    token = ctx.token
    return token.member_id if token else None


def follow(verdict: Verdict, ctx: RequestContext, proceed: Callable[[RequestContext], Response]) -> Response:
    """Return the response to a request under a verdict.

    ``before``: the operation does not run. ``after_commit``: it runs; if it refuses the request itself, that refusal
    is the response, and the rule replaces nothing. ``during_body``: the connection breaks while the response is sent.
    """
    try:
        response = _decided(verdict, ctx, proceed)
    except Refused as refused:
        response = refuse(ctx, refused)
        if verdict.at == "during_body":
            response.fault = verdict.fault
    response.delay_ms += verdict.delay_ms
    if verdict.headers:
        from mockserver.scenarios.verdict import with_headers, within_limits

        added = within_limits(verdict.headers)
        response.headers = with_headers(response.headers, added)
        if len(added) < len(verdict.headers):
            most = f"the rules that act on one request add {RULE_HEADERS} headers at most, of {RULE_HEADER_BYTES:,} characters"
            ctx.note("header", "headers", f"{len(verdict.headers) - len(added):,} were left out: {most}")
    if verdict.acted:
        response.receipt = Receipt(attempt=verdict.considered[-1].call if verdict.decides else None)
    return response


def _decided(verdict: Verdict, ctx: RequestContext, proceed: Callable[[RequestContext], Response]) -> Response:
    if not verdict.decides:
        return proceed(ctx)
    forced = (
        None if verdict.refuse is None else _forced(verdict.refuse, known_facts(ctx, verdict.refuse) | verdict.facts)
    )
    if verdict.at != "before":
        return _given(verdict, forced, proceed(ctx))
    if forced is not None and forced.refusal.stage == "operation" and not ctx.for_picture:
        ctx.forced = forced  # the gate's own refusals come first
        return proceed(ctx)
    return _given(verdict, forced, Response(200))


def _given(verdict: Verdict, forced: Refused | None, real: Response) -> Response:
    """Return the response that replaces the real one, or that one with a fault."""
    if forced is not None:
        raise forced
    if verdict.respond is not None:
        given = verdict.respond
        return Response(given.status, given.body, given.headers)
    real.fault = verdict.fault
    return real


def _forced(refusal_id: str, facts: dict[str, Any]) -> Refused:
    """Return the refusal with only the facts that its text or body names."""
    refusal = REFUSALS[refusal_id]
    named = {name for name in facts if f"{{{name}}}" in (refusal.text or "") or name in refusal.extra}
    return Refused(refusal_id, **{name: facts[name] for name in named})


def known_facts(ctx: RequestContext, refusal_id: str) -> dict[str, Any]:
    """Return the facts of the request for a forced refusal."""
    facts: dict[str, Any] = {"path": below_world(ctx.request.path), "method": ctx.request.method}
    if ctx.for_picture:
        return facts
    member_id, about = member_id_of(ctx), REFUSALS[refusal_id].about
    member = ctx.records.members.get(member_id or 0)
    return facts | {
        "id": ctx.path.get(about) or (about == "member_id" and member_id) or "-",
        "allow": ctx.operation.method,
        "club": ctx.slug,
        "product": ctx.request.headers.get("x-product-name") or "",
        "permit": next(iter(ctx.operation.permits.get(ctx.context or "", ())), ""),
        "header": "X-Client-Authorization",
        "mend": "a scenario says so",
        "reason": "refused by a scenario",
        "limit": "the scenario's",
        "banned_until": (member and member.banned_until) or _BANNED_UNTIL,
        "details": {},
    }
