"""Stores to try: each implementation, and a Redis of its own for the whole session."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mockserver.stores.memory import MemoryStore, Shelf
from mockserver.stores.opening import this_process
from mockserver.stores.sqlite import SqliteStore
from mockserver.stores.store import WorldStore

Open = Callable[[], WorldStore]
"""Opens the same store once more, as another process would."""


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = shutil.which("redis-server") or shutil.which("valkey-server")
    if server is None:
        pytest.skip("needs redis-server or valkey-server")
    pytest.importorskip("redis")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    directory = tmp_path_factory.mktemp("redis")
    command = [
        server,
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--dir",
        str(directory),
        "--appendonly",
        "yes",
        "--save",
        "",
    ]
    with (directory / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            while True:
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                assert process.poll() is None, (directory / "log").read_text()
                time.sleep(0.02)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.kill()
            process.wait()


@pytest.fixture(params=["memory", "sqlite", "redis"])
def open_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    opened: list[WorldStore] = []
    kind, shelf, prefix = request.param, Shelf(), f"test-{uuid.uuid4().hex}:"
    url = request.getfixturevalue("redis_url") if kind == "redis" else ""

    def open_() -> WorldStore:
        store: WorldStore
        if kind == "memory":
            store = MemoryStore(this_process(), shelf)
        elif kind == "sqlite":
            store = SqliteStore(tmp_path / "worlds.db", this_process())
        else:
            from mockserver.stores.redis import RedisStore

            store = RedisStore(url, this_process(), prefix=prefix, lease=60)
        opened.append(store)
        return store

    yield open_
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Open) -> WorldStore:
    return open_store()
