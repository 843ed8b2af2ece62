"""The list of exchanges, and who waits for so many of a kind: each new exchange is looked at once, the journal never again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from msgspec import Struct

from mockserver.api.runtime import Runtime
from mockserver.control.errors import CallRefused
from mockserver.exchange import Response, fragments, json_response
from mockserver.journal import Entry, view
from mockserver.journal.filters import Filter
from mockserver.journal.redaction import Redactor
from mockserver.worlds.world import World

FEW = 100
"""Exchanges that are written between other requests; more are, beside them, on a thread."""


class JournalQuery(Struct, frozen=True):
    """What is asked of a world's journal: those that ``chosen`` meets, at most ``limit`` of them shown, ``count`` waited for."""

    mock: Runtime
    world: World
    chosen: Filter
    limit: int | None
    count: int = 1

    def found(self, after: int = 0) -> list[Entry]:
        """Return the exchanges that are asked for, of those after an id; the newest first."""
        return list(self.chosen.choose(self.world.journal.newest_first(after)))

    def response(self, complete: bool | None = None) -> Response:
        """Return the list as it is now; ``complete`` tells whether those that were waited for have come."""
        entries = self.found()
        redactor = Redactor(self.world.records, self.mock.settings.redact)
        rows = fragments(view.row_with_request(entry, redactor) for entry in entries[: self.limit])
        counts = {"matched": len(entries), "dropped": self.world.journal.dropped}
        return json_response(200, {"requests": rows} | counts | ({} if complete is None else {"complete": complete}))


class ExchangeCounter:
    """Counts the exchanges that are waited for, as they come. A condition about delivery is looked at anew: it may change."""

    def __init__(self, listing: JournalQuery) -> None:
        self._listing = listing
        self._journal = listing.world.journal
        self._start, self._seen, self._matched = self._journal.start, 0, 0

    def poll(self) -> Response | None:
        """Return the list once there are enough. Raise nothing: where the world was dropped, the answer is 404."""
        if self._listing.world.dropped:
            return CallRefused(404, f"the world {self._listing.world.name} was dropped meanwhile").response()
        if self._start != self._journal.start or self._listing.chosen.delivered is not None:
            self._start, self._seen, self._matched = self._journal.start, 0, 0
        seen = self._journal.total
        self._matched += len(self._listing.found(self._seen))
        self._seen = seen
        return self._worked(complete=True) if self._matched >= self._listing.count else None

    def expired(self) -> Response:
        """Return the list as it is when the time is up."""
        return self._worked(complete=False)

    def _worked(self, *, complete: bool) -> Response:
        made = partial(self._listing.response, complete)
        return made() if len(self._journal) <= FEW else Response(200, work=made)

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Have ``wake`` called by each exchange that is waited for, and when the world is dropped."""
        chosen = self._listing.chosen

        def hear(entry: Entry) -> None:
            if chosen.delivered is not None or chosen.meets(entry):
                wake()

        leave = self._journal.subscribe(hear), self._listing.world.subscribe(wake)

        def unsubscribe() -> None:
            for each in leave:
                each()

        return unsubscribe
