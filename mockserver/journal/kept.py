"""A journal as values that a store keeps: rows of exchanges without headers and bodies, and the counts beside them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from mockserver.exchange import Fault, Note, Receipt, Request, Response
from mockserver.journal.entry import Entry
from mockserver.journal.log import Journal
from mockserver.revisions import UNION

READS = frozenset(("GET", "HEAD", "OPTIONS"))
"""Methods whose rows follow a moment later, in groups; all others are stored before they are answered."""
LEAST_AHEAD = 10_000


class JournalRow(Struct, frozen=True, omit_defaults=True, tag_field="effect", tag=True):
    """What is kept of an exchange (see ``Entry``)."""

    id: int
    at: int
    real_at: int
    method: str
    path: str
    status: int
    query: str = ""
    trace: str | None = None
    operation: str | None = None
    refusal: str | None = None
    club: str | None = None
    member_id: int | None = None
    offer_id: int | None = None
    revision: str = UNION
    rule: str | None = None
    committed: bool = False
    notes: list[Note] = []
    took_ns: int = 0
    outcomes: tuple[str, ...] = ()
    delay_ms: int = 0
    fault: Fault | None = None
    receipt: Receipt | None = None


class JournalState(Struct, frozen=True, omit_defaults=True, tag_field="effect", tag=True):
    """The counts of a journal when its newest exchange was ``total``.

    Ids up to ``reserved`` may have been given since: whoever reads this after a crash goes on after them. ``tallies`` are the
    fields of a ``DroppedKind`` and its count.
    """

    total: int
    reserved: int
    start: int = 1
    oldest: int = 1
    skipped: int = 0
    tallies: tuple[tuple[Any, ...], ...] = ()
    untold: int = 0
    outcomes: dict[str, int] = {}
    lost: tuple[tuple[str, str, str | None], ...] = ()


def row_of(entry: Entry) -> JournalRow:
    """Return what is kept of an exchange."""
    request, response = entry.request, entry.response
    receipt = response.receipt
    return JournalRow(
        entry.id, entry.at, entry.real_at, request.method, request.path, response.status, request.query,
        request.headers.get("traceparent"), entry.operation, entry.refusal, entry.club, entry.member_id, entry.offer_id,
        entry.revision, entry.rule, entry.committed, entry.notes, entry.took_ns, entry.outcomes, response.delay_ms,
        response.fault, receipt if receipt is None or receipt.ended is not None else None,
    )  # fmt: skip


def entry_of(row: JournalRow) -> Entry:
    """Return the exchange of a row; its headers and bodies are not kept."""
    headers = {} if row.trace is None else {"traceparent": row.trace}
    request = Request(row.method, row.path, row.query, headers)
    response = Response(row.status, b"", (), row.delay_ms, row.fault, row.receipt)
    return Entry(
        row.id, row.at, request, response, row.operation, row.refusal, row.club, row.member_id, row.offer_id, row.revision,
        row.rule, row.committed, row.notes, took_ns=row.took_ns, shed=True, real_at=row.real_at, outcomes=row.outcomes,
    )  # fmt: skip


def state_of(journal: Journal, after: int, ahead: int = 0) -> tuple[JournalState, list[Entry]]:
    """Return a journal's counts, with ``ahead`` ids reserved, and its exchanges after ``after``, newest first."""
    counts, entries = journal.since(after)
    return JournalState(reserved=counts["total"] + ahead, **counts), entries


def restore(journal: Journal, state: JournalState, rows: Iterable[JournalRow]) -> None:
    """Fill an empty journal: the counts, then the rows, of which those after the counts are counted too."""
    kept = sorted({row.id: row for row in rows if row.id >= state.oldest}.values(), key=lambda row: row.id)
    journal.restore(state, [entry_of(row) for row in kept])
