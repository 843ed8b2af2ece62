"""Where rules meet the pipeline: what they may look at, and how a verdict changes the answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from mockserver.api.context import RequestContext
from mockserver.api.refusals import refusal_response
from mockserver.domain.instants import Instant, parse_iso
from mockserver.errors import REFUSALS, Refused
from mockserver.exchange import Receipt, Request, Response

if TYPE_CHECKING:
    from mockserver.journal import Entry
    from mockserver.scenarios.facts import Facts
    from mockserver.scenarios.verdict import Verdict

_NUMBER = re.compile(r"[0-9]{1,18}")
_BANNED_UNTIL = parse_iso("2137-10-28T17:24:06.207Z")  # the documents' own example


def facts_of(ctx: RequestContext) -> Facts:
    """Return what rules may look at; the member is looked up without refusing anything."""
    from mockserver.scenarios.facts import Facts

    return Facts(
        ctx.operation.name,
        ctx.request.method,
        below_world(ctx.request.path),
        ctx.slug,
        ctx.offer_id,
        _member_id(ctx),
        ctx.request.headers,
        query_of(ctx.request),
        ctx.request.body,
        ctx.now,
    )


def below_world(path: str) -> str:
    """Return a path without the prefix that chose the world, so that a rule is the same in every world."""
    return "/" + path.split("/", 3)[3] if path.startswith("/w/") and path.count("/") > 2 else path


def query_of(request: Request) -> dict[str, list[str]]:
    """Return the query parameters by name, each with all its values."""
    return parse_qs(request.query, keep_blank_values=True, errors="replace") if request.query else {}


def _member_id(ctx: RequestContext) -> int | None:
    text = ctx.path.get("member_id", "")
    if text:
        return int(text) if _NUMBER.fullmatch(text) else None
    scheme, _, value = (ctx.request.headers.get("authorization") or "").partition(" ")
    token = ctx.records.tokens.get(value.strip()) if scheme.lower() == "bearer" else None
    return token.member_id if token else None


def facts_of_picture(request: Request, path: str, now: Instant) -> Facts:
    """Return what rules may look at where a picture is fetched: only rules with a path are about those."""
    from mockserver.scenarios.facts import Facts

    return Facts(None, request.method, path, headers=request.headers, query=query_of(request), now=now)


def follow(verdict: Verdict, ctx: RequestContext, run: Callable[[Refused | None], Response]) -> Response:
    """Return as a verdict says; ``run`` takes the visit through the pipeline, up to a refusal that is forced on it.

    A refusal that is answered is written into ``visit.refusal``.
    """
    facts = known_facts(ctx, verdict.refuse) if verdict.refuse is not None else {}
    response, ctx.refusal = _follow(verdict, facts, run, ctx.revision.name)
    return response


def follow_for_picture(verdict: Verdict, entry: Entry, serve: Callable[[], Response]) -> Response:
    """Return as a verdict says where a picture is fetched; ``serve`` answers the picture."""

    def run(forced: Refused | None) -> Response:
        if forced is not None:
            raise forced
        return serve()

    facts = {"path": below_world(entry.request.path), "method": entry.request.method}
    response, entry.refusal = _follow(verdict, facts, run, entry.revision)
    return response


def _follow(
    verdict: Verdict, facts: dict[str, Any], run: Callable[[Refused | None], Response], revision: str
) -> tuple[Response, str | None]:
    """Return as a verdict says, and the refusal that this is, if any.

    ``before``: nothing is booked. ``after_commit``: the operation is carried out; where it refuses by itself, that refusal
    is the answer and the rule has nothing to replace. ``during_body``: whatever the answer is, it breaks on its way.
    """
    refusal = None
    try:
        response = _decided(verdict, facts, run)
    except Refused as refused:
        response, refusal = refusal_response(refused, revision), refused.id
        if verdict.at == "during_body":
            response.fault = verdict.fault
    response.delay_ms += verdict.delay_ms
    if verdict.acted:
        response.receipt = Receipt(attempt=verdict.considered[-1].call if verdict.decides else None)
    return response, refusal


def _decided(verdict: Verdict, facts: dict[str, Any], run: Callable[[Refused | None], Response]) -> Response:
    if not verdict.decides:
        return run(None)
    if verdict.at != "before":
        return _given(verdict, facts, run(None))
    if verdict.refuse is not None:
        return run(_forced(verdict.refuse, facts | verdict.facts))
    return _given(verdict, facts, Response(200))


def _given(verdict: Verdict, facts: dict[str, Any], real: Response) -> Response:
    """What takes the place of the real answer, or breaks it on the wire."""
    if verdict.refuse is not None:
        raise _forced(verdict.refuse, facts | verdict.facts)
    if verdict.respond is not None:
        given = verdict.respond
        return Response(given.status, given.body, given.headers)
    real.fault = verdict.fault
    return real


def _forced(refusal_id: str, facts: dict[str, Any]) -> Refused:
    """The refusal with the facts that its text or body names, and no others."""
    refusal = REFUSALS[refusal_id]
    named = {name for name in facts if f"{{{name}}}" in (refusal.text or "") or name in refusal.extra}
    return Refused(refusal_id, **{name: facts[name] for name in named})


def known_facts(ctx: RequestContext, refusal_id: str) -> dict[str, Any]:
    """Return what the request itself says about a refusal that is forced on it."""
    member = ctx.records.members.get(_member_id(ctx) or 0)
    context = ctx.context or ""
    return {
        "id": _id(ctx, refusal_id),
        "path": below_world(ctx.request.path),
        "method": ctx.request.method,
        "allow": ctx.operation.method,
        "club": ctx.slug,
        "product": ctx.request.headers.get("x-product-name") or "",
        "permit": next(iter(ctx.operation.permits.get(context, ())), ""),
        "header": "X-Client-Authorization",
        "mend": "a scenario says so",
        "reason": "refused by a scenario",
        "limit": "the scenario's",
        "banned_until": (member and member.banned_until) or _BANNED_UNTIL,
        "details": {},
    }


def _id(ctx: RequestContext, refusal_id: str) -> str:
    """The id of the record that a refusal is about, as the path gives it."""
    if refusal_id == "club_not_found":
        return ctx.slug
    if refusal_id == "member_not_found":
        return ctx.path.get("member_id") or str(_member_id(ctx) or "-")
    return ctx.path.get("id") or "-"
