"""The outcomes that tests can meet, and which of them a request met.

An outcome is ``operation/what``: each refusal that the operation can answer, its success, and those successes and moments that
matter. Outcomes that all operations share (the gate's refusals, faults) count once, as ``any/what``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import get_args

from mockserver.api.context import RequestContext
from mockserver.api.operations import Operation
from mockserver.domain.checks import Check
from mockserver.domain.pagination import PagePosition
from mockserver.errors import REFUSALS
from mockserver.exchange import FaultKind, Response
from mockserver.journal.delivery import broken_by
from mockserver.revisions import Revision
from mockserver.values.instants import Instant

RETRY = "any/retry_after_lost_answer"
OK = "ok"
PAGES = ("empty_page", "last_page", "out_of_range")
SUCCESSES: Mapping[str, tuple[str, ...]] = {
    "list_offers": PAGES,
    "list_offers_admin": PAGES,
    "use_offer": ("last_use",),
    "create_offers": ("partial_success",),
    "update_offers": ("partial_success",),
}
"""Successes that matter, besides ``ok``."""
MOMENTS: Mapping[str, tuple[str, ...]] = {
    "use_offer": ("active_until", "usable_since", "usable_until", "banned_until"),
    "grant_offer": ("banned_until",),
}
"""The boundaries at which the result of an operation changes."""
_AT_MOMENTS = frozenset(("already_active", "member_is_banned", "not_in_usable_timeframes"))
"""The checks that compare the time with a boundary."""
SIDES: Mapping[int, str] = {-1: "-1ms", 0: "0ms", 1: "+1ms"}
FAULTS: tuple[str, ...] = get_args(FaultKind)


def outcomes_of(operations: Iterable[Operation], revision: Revision) -> tuple[str, ...]:
    """Return all outcomes of a revision, those of ``any`` first."""
    there = [each for each in operations if each.is_in(revision)]
    return (*_once(revision), *(f"{each.name}/{what}" for each in there for what in _own(each, revision)))


def _once(revision: Revision) -> Iterator[str]:
    refusals = [each for each in REFUSALS.values() if each.id not in revision.absent_refusals]
    yield from (f"any/{refusal.id}" for refusal in refusals if refusal.stage != "operation")
    yield from (f"any/fault:{kind}" for kind in FAULTS)
    yield RETRY


def _own(operation: Operation, revision: Revision) -> Iterator[str]:
    yield OK
    yield from SUCCESSES.get(operation.name, ())
    refusals = [each for each in operation.refusals if each not in revision.absent_refusals]
    yield from (each for each in refusals if REFUSALS[each].stage == "operation")
    for moment in MOMENTS.get(operation.name, ()):
        if moment != "banned_until" or revision.has_bans:
            yield from (f"{moment}:{side}" for side in SIDES.values())


def outcomes_met(ctx: RequestContext, response: Response) -> tuple[str, ...]:
    """Return the outcomes that a request met, each with its revision: ``union use_offer/ok``."""
    name = None if ctx.for_picture else ctx.operation.name
    found = _ended(name, ctx.refusal, response.status < 400 and (ctx.verdict is None or ctx.verdict.respond is None))
    if ctx.outcomes and name is not None:
        found += tuple(f"{name}/{what}" for what in ctx.outcomes)
    if ctx.at_boundary:
        edged = [check for check in ctx.checks if check.name in _AT_MOMENTS]
        found += tuple(f"{name}/{what}" for check in edged for what in _edges(check))
    return _keys(ctx.revision.name, found)


@lru_cache(maxsize=1_000)
def _keys(revision: str, outcomes: tuple[str, ...]) -> tuple[str, ...]:
    """Return the keys to count; the same string objects each time, so that their hashes are cached."""
    return tuple(f"{revision} {outcome}" for outcome in outcomes)


@lru_cache(maxsize=1_000)
def _ended(operation: str | None, refusal: str | None, fine: bool) -> tuple[str, ...]:
    if refusal is not None:
        whose = operation if REFUSALS[refusal].stage == "operation" else "any"
        return () if whose is None else (f"{whose}/{refusal}",)
    return (f"{operation}/{OK}",) if fine and operation is not None else ()


def near_boundary(now: Instant, *boundaries: Instant | None) -> bool:
    """Return whether it is at most a millisecond from one of some boundaries (None: there is none)."""
    for at in boundaries:  # noqa: SIM110 - a generator costs each use as much again
        if at is not None and -1 <= now - at <= 1:
            return True
    return False


def _edges(check: Check) -> list[str]:
    """Return the boundaries within a millisecond of which a check was made."""
    if check.name == "not_in_usable_timeframes":
        now, moments = check.found, zip(("usable_since", "usable_until"), check.expected, strict=True)
        return [edge for name, at in moments if at is not None for edge in _edge(name, now - at)]
    name = "active_until" if check.name == "already_active" else "banned_until"
    return [] if check.found is None else _edge(name, check.expected - check.found)


def _edge(moment: str, after: int) -> list[str]:
    return [f"{moment}:{SIDES[after]}"] if after in SIDES else []


def page_outcomes(info: PagePosition) -> tuple[str, ...]:
    """Return the outcomes of a page: empty, the last, or past the last."""
    if info.current_page > max(1, info.total_pages):
        return ("out_of_range",)
    if not info.total_count:
        return ("empty_page",)
    return ("last_page",) if info.current_page == info.total_pages else ()


def note_fault(ctx: RequestContext, response: Response) -> None:
    """Count a fault once it has been delivered, and a request that is repeated after its response was lost.

    Hold the world's lock.
    """
    journal, fault, receipt = ctx.world.journal, response.fault, response.receipt
    if fault is not None and receipt is not None:
        if len(journal.breaking) >= _MOST_AWAITED:
            journal.met()
            del journal.breaking[: len(journal.breaking) - _MOST_AWAITED + 1]
        journal.breaking.append((f"{ctx.revision.name} any/fault:{fault.kind}", fault, receipt))
    if ctx.for_picture:
        return
    lost, key = journal.lost, (ctx.operation.name, ctx.below, ctx.request.headers.get("authorization"))
    if key in lost:
        before = lost.pop(key)
        if before is None or broken_by(*before) is not False:
            journal.count(f"{ctx.revision.name} {RETRY}")
    if fault is not None and receipt is not None and fault.kind != "dribble" and len(lost) < _MOST_AWAITED:
        lost[key] = fault, receipt


_MOST_AWAITED = 1_000  # requests whose retry is awaited, and faults whose delivery is
