"""Reads ``--store``, and opens the store that it names."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path

from mockserver.stores.store import Process, StoreError, WorldStore

EXTRA = 'the store redis://... needs the redis client: pip install "offers-mockserver[redis]"'


def this_process(address: str = "") -> Process:
    """Return this process, with an id and a secret made by chance."""
    return Process(secrets.token_hex(8), os.getpid(), socket.gethostname(), address, secrets.token_hex(16))


def open_store(store: str, process: Process, *, reading: bool = False) -> WorldStore | None:
    """Open a store; None for ``memory``. For ``reading`` alone no file is locked. Raise StoreError."""
    if store == "memory":
        return None
    if store.startswith("sqlite:"):
        from mockserver.stores.sqlite import SqliteStore

        return SqliteStore(Path(store.removeprefix("sqlite:")).expanduser(), process, reading=reading)
    try:
        from mockserver.stores.redis import RedisStore
    except ModuleNotFoundError as missing:
        raise StoreError(EXTRA) from missing
    return RedisStore(store, process)
