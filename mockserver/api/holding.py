"""Requests that rules hold at barriers: where they stop, and where they continue.

``before``: nothing is done yet; once released, the request is handled from the start. ``before_commit``: its checks are made
first, and it stops where it would change something. ``after_commit``: it is handled, and its response waits.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn

from msgspec.structs import replace

from mockserver.api.context import RequestContext
from mockserver.api.outcomes import note_fault, outcomes_met
from mockserver.api.routes import PICTURES
from mockserver.api.rules import follow, member_id_of
from mockserver.exchange import Note, Response
from mockserver.journal.tally import PICTURE
from mockserver.scenarios.barrier import MOMENTS, HeldRequest, Hold
from mockserver.scenarios.verdict import Verdict
from mockserver.values.instants import iso


class HeldError(Exception):
    """A request stops at a barrier; it has changed nothing."""


def hold_or_follow(verdict: Verdict, ctx: RequestContext, proceed: Callable[[RequestContext], Response]) -> Response:
    """Return the response to a request under a verdict, or hold the request at its next barrier."""
    ahead = sorted(verdict.holds, key=lambda hold: MOMENTS.index(hold.at))[len(ctx.waits) :]
    if not ahead:
        return follow(verdict, ctx, proceed)
    hold = ahead[0]
    if hold.at == "before":
        _stop(ctx, hold)
    if hold.at == "before_commit":
        ctx.hold_commit = partial(_stop, ctx, hold)
        response = follow(_undecided(verdict), ctx, proceed)
        if response.status < 400:
            _stop(ctx, hold)
        return response
    response = follow(verdict, ctx, proceed)
    if ctx.refusal in (None, verdict.refuse):
        ctx.held = _arrive(ctx, hold, _answered)
    return response


def _undecided(verdict: Verdict) -> Verdict:
    """Return the verdict without its refusal, response and fault, which would replace the checks."""
    return verdict if verdict.at != "before" else replace(verdict, refuse=None, respond=None, fault=None)


def _stop(ctx: RequestContext, hold: Hold) -> NoReturn:
    if not ctx.waits:  # its rules have decided just now, once and for all
        counted = ctx.verdict is not None and ctx.verdict.counted is not None
        ctx.decided = {"step": ctx.world.history.position - counted, "arrived": iso(ctx.now)}
    ctx.held = _arrive(ctx, hold, _from_the_start)
    raise HeldError


def _arrive(ctx: RequestContext, hold: Hold, run: Callable[[RequestContext, Note], Response]) -> HeldRequest:
    about: dict[str, Any] = {
        "operation": ctx.operation and ctx.operation.name, "method": ctx.request.method, "path": ctx.below,
        "member_id": member_id_of(ctx), "offer_id": ctx.offer_id, "at": iso(ctx.now),
    }  # fmt: skip
    return ctx.world.barriers.arrive(hold, about, partial(run, ctx))


def _from_the_start(ctx: RequestContext, note: Note) -> Response:
    """Handle a request that was held; its rules have counted it already."""
    note.facts.update(ctx.decided)
    waits = (*ctx.waits, note)
    return ctx.mock.carry_out(
        RequestContext(
            ctx.mock,
            ctx.request,
            ctx.found,
            ctx.world,
            ctx.below,
            verdict=ctx.verdict,
            waits=waits,
            notes=list(waits),
            decided=ctx.decided,
        )
    )


def _answered(ctx: RequestContext, note: Note) -> Response:
    """Return the response of a request that was held after it was handled."""
    ctx.notes.append(note)
    with ctx.world.lock:
        write_down(ctx)
    return ctx.entry.response


def write_down(ctx: RequestContext) -> None:
    """Add an exchange to the journal, count it, and cache a response that stays valid. Hold the world's lock."""
    entry, mock = ctx.entry, ctx.mock
    entry.outcomes = outcomes_met(ctx, entry.response)
    if ctx.world.journal.lost or entry.response.fault is not None:
        note_fault(ctx, entry.response)
    ctx.world.journal.add(entry)
    if mock.cache is not None and ctx.verdict is None:
        mock.cache.keep(ctx, entry)
    counted = entry.operation or (PICTURE if ctx.below.startswith(PICTURES) else None)
    mock.tally.add(counted, entry.response, entry.took_ns)
