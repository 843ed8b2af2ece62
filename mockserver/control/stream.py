"""The stream of a world's requests, events and changes, as Server-Sent Events."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from itertools import islice
from typing import Any

import orjson

from mockserver.api.runtime import Runtime
from mockserver.clock import stopwatch
from mockserver.control.context import ControlContext
from mockserver.control.errors import CallRefused
from mockserver.control.events import show as show_event
from mockserver.control.reading import each_of
from mockserver.control.routes import route
from mockserver.control.world import show as show_world
from mockserver.documents.problems import described
from mockserver.exchange import Response, Stream
from mockserver.journal import Entry, delivery, view
from mockserver.journal.redaction import Redactor
from mockserver.worlds.world import World

KINDS = ("request", "event", "world")
DELIVERY = "delivery"
SAME_MS = 50  # for which a world's document, which tells the time, is the same for all streams
HEARTBEAT_NS = 15_000_000_000
_ONLY = {"type": "string", "pattern": "^(request|delivery|event|world)(,(request|delivery|event|world))*$"}
_SINCE = {"type": "string", "pattern": "^[0-9]{1,15}$"}
HEADERS = (("content-type", "text/event-stream; charset=utf-8"), ("x-accel-buffering", "no"))


@route("GET", "stream", world="awaited", query={"only": _ONLY, "since": _SINCE}, media="text/event-stream")
def stream(ctx: ControlContext) -> Any:
    """Stream ``request`` (journal rows), ``event`` (clicked, seen) and ``world`` (after each change) as they occur.

    ``only`` limits the kinds, and adds ``delivery`` where it is named: how an answer went that was on its way when its row came.
    ``since`` (or ``Last-Event-ID``) is the id of the last request that the client knows.
    """
    fields = ctx.query()
    kinds = {part.one_of((*KINDS, DELIVERY)) for part in each_of(fields["only"])} if "only" in fields else set(KINDS)
    ctx.finish()
    since = fields["since"].value if "since" in fields else ctx.request.headers.get("last-event-id")
    if since is not None and not (str(since).isascii() and str(since).isdigit() and len(str(since)) < 16):
        raise CallRefused(422, f"since: found {described(since)}, expected the id of a request", path="since")
    feed = Feed(ctx.mock, ctx.name, frozenset(kinds), None if since is None else int(since))
    return Response(200, b"", HEADERS, stream=Stream(feed.chunks(), feed.subscribe))


class Feed:
    """One reader's position in the stream of one world, which need not exist yet."""

    def __init__(self, mock: Runtime, name: str, kinds: frozenset[str], since: int | None) -> None:
        self._mock = mock
        self._name = name
        self._kinds = kinds
        self._since = since
        self._world = mock.worlds.find(name)
        if self._world is not None:
            self._begin(self._world)

    def _begin(self, world: World) -> None:
        self._world = world
        self._seen = world.journal.total if self._since is None else self._since
        self._events = world.records.events_total
        self._rev = -1
        self._on_their_way: list[Entry] = []

    def chunks(self) -> Generator[bytes | None]:
        """Yield pending messages, then None if there is nothing new; periodic comments keep proxies from closing the connection.

        The stream waits for its world to be made, and ends when it has been dropped.
        """
        yield b"retry: 1000\n\n"
        last = stopwatch()
        while self._world is None or not self._world.dropped:
            news = self._news()
            if not news and stopwatch() - last > HEARTBEAT_NS:
                news = b": still here\n\n"
            if news:
                last = stopwatch()
            yield news or None

    def subscribe(self, wake: Callable[[], None]) -> Callable[[], None]:
        """Have ``wake`` called when there is something new; return a function that ends this."""
        leave: list[Callable[[], None]] = []

        def made() -> None:
            follow()
            wake()

        def follow() -> None:
            world = self._world or self._mock.worlds.find(self._name)
            if world is not None and len(leave) < 2:
                leave.extend((world.journal.subscribe(lambda _: wake()), world.subscribe(wake)))

        if self._world is None:
            leave.append(self._mock.worlds.wake_when_made(self._name, made))
        else:
            follow()

        def unsubscribe() -> None:
            for each in leave:
                each()

        return unsubscribe

    def _news(self) -> bytes:
        if self._world is None:
            found = self._mock.worlds.find(self._name)
            if found is None:
                return b""
            self._since = 0 if self._since is None else self._since
            self._begin(found)
        world = self._world
        assert world is not None
        deliveries = list(self._deliveries())
        if not deliveries and not self._is_new(world):
            return b""
        self._redactor = Redactor(world.records, self._mock.settings.redact)
        with world.lock:
            parts = [*deliveries, *self._requests(world), *self._new_events(world), *self._world_changed(world)]
        return b"".join(parts)

    def _is_new(self, world: World) -> bool:
        return (world.journal.total, world.records.events_total, world.rev) != (self._seen, self._events, self._rev)

    def _requests(self, world: World) -> Iterator[bytes]:
        new = world.journal.newest_first(after=self._seen)
        self._seen = world.journal.total
        if "request" in self._kinds:
            for entry in reversed(new):
                if DELIVERY in self._kinds and delivery.is_on_its_way(entry.response):
                    self._on_their_way.append(entry)
                yield self._row(entry)

    def _deliveries(self) -> Iterator[bytes]:
        before, self._on_their_way = self._on_their_way, []
        for entry in before:
            if delivery.is_on_its_way(entry.response):
                self._on_their_way.append(entry)
            else:
                yield _message(
                    DELIVERY, {"id": entry.id, "delivered": delivery.delivered(entry), "wire": delivery.told(entry)}
                )

    def _row(self, entry: Entry) -> bytes:
        return self._mock.streamed.message(
            (id(self._world), entry.id, entry.real_at),
            lambda: _message("request", view.row(entry, self._redactor), entry.id),
        )

    def _new_events(self, world: World) -> Iterator[bytes]:
        records = world.records
        missed = records.events_total - self._events
        self._events = records.events_total
        if "event" in self._kinds and missed > 0:
            for event in reversed(list(islice(reversed(records.events), missed))):
                yield _message("event", show_event(event))

    def _world_changed(self, world: World) -> Iterator[bytes]:
        rev, self._rev = self._rev, world.rev
        if "world" in self._kinds and rev != self._rev:
            key = (id(world), world.rev, world.journal.total, world.clock.now() // SAME_MS)
            yield self._mock.streamed.message(key, lambda: _message("world", show_world(world)))


def _message(kind: str, data: dict[str, Any], event_id: int | None = None) -> bytes:
    name = f"id: {event_id}\n" if event_id is not None else ""
    return b"event: %b\n%bdata: %b\n\n" % (kind.encode(), name.encode(), orjson.dumps(data))
