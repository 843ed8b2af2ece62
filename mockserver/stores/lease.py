"""The lease of this process: renewed on a thread of its own, and looked at when a request arrives."""

from __future__ import annotations

import threading
from collections.abc import Callable

from mockserver.clock import unsleeping
from mockserver.stores.store import LeaseLostError, StoreError, WorldStore


class Lease:
    """How long this process may answer for its worlds: counted from before it asked, by a clock that does not stop.

    ``until`` is in nanoseconds of ``clock.unsleeping``. ``lost`` is called where the lease had ended: others may own what was
    owned.
    """

    def __init__(self, store: WorldStore, lost: Callable[[], None]) -> None:
        assert store.lease is not None
        self.until = 0
        self._store = store
        self._lasts = int(store.lease * 1_000_000_000)
        self._every = store.lease / 4
        self._lost = lost
        self._stopped = threading.Event()

    def start(self) -> None:
        """Renew the lease from now on."""
        self.renew()
        threading.Thread(target=self._run, name="lease", daemon=True).start()

    def stop(self) -> None:
        """Renew it no more."""
        self._stopped.set()

    def holds(self) -> bool:
        """Return whether this process may answer for its worlds just now."""
        return unsleeping() < self.until

    def renew(self) -> None:
        """Renew the lease once, if the store can be reached."""
        begun = unsleeping()
        try:
            self._store.renew()
        except LeaseLostError:
            self._lost()
        except StoreError:
            return
        self.until = begun + self._lasts

    def _run(self) -> None:
        while not self._stopped.wait(self._every):
            self.renew()
