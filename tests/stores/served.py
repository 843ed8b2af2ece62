"""A mock with a store, answered as a host would: work is done, and an answer waits until it may leave."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from mockserver.exchange import Request, Response
from mockserver.scenarios.library import Library
from mockserver.settings import Settings
from mockserver.stores.kept_mock import KeptMock
from mockserver.stores.kept_worlds import KeptWorlds
from mockserver.stores.memory import MemoryStore, Shelf
from mockserver.stores.opening import this_process
from mockserver.stores.store import Portion, StoreError, WorldStore
from mockserver.worlds.worlds import RecordsAt
from tests.control.driver import Driver
from tests.records import small_records


class Served(KeptMock):
    """A mock that delivers its own answers; ``hold`` keeps them from being waited for."""

    def handle(self, request: Request, found: Any = None) -> Response:
        return delivered(super().handle(request, found))


def delivered(response: Response) -> Response:
    while response.work is not None:
        response = response.work()
    if response.leave is not None:
        gone = threading.Event()
        response.leave(gone.set)
        assert gone.wait(30)
    return response


class Moody(MemoryStore):
    """A store that refuses while ``reason`` is set, and runs ``before`` before it appends."""

    reason: str | None = None
    before: Callable[[], None] | None = None

    def append(self, portions: Any) -> frozenset[str]:
        portions = list(portions)
        if self.before is not None:
            self.before()
        if self.reason is not None:
            raise StoreError(self.reason)
        return super().append(portions)

    def renew(self) -> None:
        if self.reason is not None:
            raise StoreError(self.reason)
        super().renew()


class Shop:
    """Mocks over one shelf: ``serve`` starts one, ``crash`` ends it without a word."""

    def __init__(self, records_at: RecordsAt = small_records, library: Library | None = None, **settings: Any) -> None:
        self.shelf = Shelf()
        self.records_at = records_at
        self._library = library
        self._settings = Settings(**settings)

    def serve(self) -> Served:
        self.store = Moody(this_process(), self.shelf)
        worlds = KeptWorlds(self.records_at, self._settings, self._library, self.store)
        self.mock = Served(self._settings, worlds)
        return self.mock

    def crash(self) -> None:
        self.store.reason = "the process is dead"
        self.shelf.leases.pop(self.store.process.id)

    def again(self) -> Served:
        self.crash()
        return self.serve()


__all__ = ["Driver", "Moody", "Portion", "Served", "Shop", "WorldStore", "delivered"]
