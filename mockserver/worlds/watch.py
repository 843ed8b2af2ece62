"""Looks at fixture and scenario files while the server runs, and has them taken up when they change.

It looks rather than listens: bind mounts, network drives and containers send no file events. A change is taken up once the
files have stayed the same from one look to the next, so that a file is not read while it is being written.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from mockserver.fixtures.shipped import shipped
from mockserver.runtime import Runtime
from mockserver.settings import Settings
from mockserver.worlds.reload import Reloaded, reload

EVERY = 0.5  # seconds
SUFFIXES = (".yaml", ".yml", ".json")
Files = dict[Path, tuple[int, int]]
Say = Callable[[str], None]


def directories_of(settings: Settings) -> tuple[Path, ...]:
    """Return where the files are that this server was started with."""
    return (settings.fixtures or shipped("fixtures"), settings.scenarios or shipped("scenarios"))


def files_in(directories: tuple[Path, ...]) -> Files:
    """Return the data files by their time of change (nanoseconds) and size (bytes); one that goes meanwhile is left out."""
    found: Files = {}
    for directory in directories:
        for path in directory.rglob("*"):
            if path.suffix.lower() in SUFFIXES:
                try:
                    stat = path.stat()
                except OSError:
                    continue
                found[path] = (stat.st_mtime_ns, stat.st_size)
    return found


class Watch:
    """Takes up changed files. ``say`` is told in one line what came of it."""

    def __init__(self, mock: Runtime, say: Say) -> None:
        self._mock = mock
        self._say = say
        self._directories = directories_of(mock.settings)
        self._taken_up = self._last = files_in(self._directories)

    def look(self) -> Reloaded | None:
        """Look once; answer what a reload did, or None while nothing has changed or the change goes on."""
        now = files_in(self._directories)
        settled, self._last = now == self._last, now
        if not settled or now == self._taken_up:
            return None
        changed = sorted(
            path.name for path in now.keys() | self._taken_up.keys() if now.get(path) != self._taken_up.get(path)
        )
        self._taken_up = now
        done = reload(self._mock)
        self._tell(changed, done)
        return done

    def _tell(self, changed: list[str], done: Reloaded) -> None:
        names = ", ".join(changed[:3]) + (f" and {len(changed) - 3} more" if len(changed) > 3 else "")
        if done.problems:
            for problem in done.problems:
                self._say(f"changed: {names}; not taken up: {problem}")
        else:
            self._say(
                f"changed: {names}; taken up: {done.offers} offers, {done.scenarios} scenarios, {done.worlds} worlds"
            )

    def start(self) -> Callable[[], None]:
        """Look every half second on a thread of its own; answer the way to stop."""
        stopped = threading.Event()

        def run() -> None:
            while not stopped.wait(EVERY):
                try:
                    self.look()
                except Exception as problem:  # the watch outlives whatever a file does to it
                    self._say(f"could not look at the files: {problem}")

        threading.Thread(target=run, name="watch", daemon=True).start()
        return stopped.set
