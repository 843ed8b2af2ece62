"""Filters of exchanges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from mockserver.journal.delivery import delivered
from mockserver.journal.entry import Entry
from mockserver.values.instants import Instant


class Filter(Struct, frozen=True, kw_only=True):
    """Conditions that an exchange meets all of; an empty one is no condition.

    ``statuses`` are codes or classes (``4`` is any 4xx). ``traces`` are W3C
    ``traceparent`` headers or the trace ids in them. ``after`` is an exchange's id, ``since`` the world's time.
    """

    operations: frozenset[str] = frozenset()
    statuses: frozenset[int] = frozenset()
    member_ids: frozenset[int] = frozenset()
    offer_ids: frozenset[int] = frozenset()
    refusals: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()
    traces: frozenset[str] = frozenset()
    matched: Literal["yes", "no"] | None = None
    delivered: bool | None = None
    after: int | None = None
    since: Instant | None = None

    def meets(self, entry: Entry) -> bool:
        """Return whether an exchange meets all conditions."""
        status = entry.status
        return (
            (not self.operations or entry.operation in self.operations)
            and (not self.statuses or status in self.statuses or status // 100 in self.statuses)
            and (not self.member_ids or entry.member_id in self.member_ids)
            and (not self.offer_ids or entry.offer_id in self.offer_ids)
            and (not self.refusals or entry.refusal in self.refusals)
            and (not self.rules or entry.rule in self.rules)
            and (not self.traces or not self.traces.isdisjoint(traces_of(entry)))
            and (self.matched is None or (entry.operation is not None) == (self.matched == "yes"))
            and (self.delivered is None or delivered(entry) is self.delivered)
            and (self.after is None or entry.id > self.after)
            and (self.since is None or entry.at >= self.since)
        )

    def choose(self, entries: Iterable[Entry]) -> Iterator[Entry]:
        """Return the matching exchanges, in the order given."""
        return (entry for entry in entries if self.meets(entry))


def traces_of(entry: Entry) -> tuple[str, ...]:
    """Return the traces of a request: its ``traceparent`` as it was sent, and the trace id in it."""
    sent = entry.request.headers.get("traceparent")
    return () if sent is None else (sent, *sent.split("-")[1:2])
