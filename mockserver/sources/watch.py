"""Looks at fixture and scenario files while the server runs, and has them taken up when they change.

It looks rather than listens: bind mounts, network drives and containers send no file events. A change is taken up once the
files have stayed the same from one look to the next, so that a file is not read while it is being written.
"""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from mockserver.api.runtime import Runtime
from mockserver.fixtures.shipped import shipped
from mockserver.settings import Settings
from mockserver.sources.reload import ReloadResult, reload

EVERY = 0.5  # seconds
SUFFIXES = (".yaml", ".yml", ".json")
FRESH = 10  # looks, five seconds: some file systems tell times by two
NO_FILE = b""  # stands for what is there and cannot be read: a link that leads nowhere, a pipe
Stat = tuple[int, int, int, int]
Files = dict[Path, bytes]
Say = Callable[[str], None]


def directories_of(settings: Settings) -> tuple[Path, ...]:
    """Return where the files are that this server was started with."""
    return (settings.fixtures or shipped("fixtures"), settings.scenarios or shipped("scenarios"))


class FilesSeen:
    """What stands in the data files now: a digest of each regular file, and that another cannot be read.

    A file is read again when its size, times or place have changed, and for the ``FRESH`` looks that follow: where times are
    coarse, a second save may leave them as they are. Times are compared with nothing but themselves, so no clock must agree.
    """

    def __init__(self, directories: tuple[Path, ...]) -> None:
        self._directories = directories
        self._known: dict[Path, tuple[Stat, int, bytes]] = {}

    def __call__(self) -> Files:
        """Look once. A pipe or a device is never opened, for that might wait; hidden files are no data."""
        known, self._known = self._known, {}
        found: Files = {}
        for path in self._paths():
            try:
                status = path.stat()
                if stat.S_ISREG(status.st_mode):
                    self._known[path] = entry = _entry(path, status, known.get(path))
                    found[path] = entry[2]
                else:
                    found[path] = NO_FILE
            except FileNotFoundError:
                if path.is_symlink():  # it leads nowhere; else it went away meanwhile
                    found[path] = NO_FILE
            except OSError:
                found[path] = NO_FILE
        return found

    def _paths(self) -> Iterator[Path]:
        for directory in self._directories:
            try:
                yield from (
                    path for path in directory.rglob("*") if path.suffix.lower() in SUFFIXES and path.name[0] != "."
                )
            except OSError:  # it is being replaced
                continue


def _entry(path: Path, status: os.stat_result, known: tuple[Stat, int, bytes] | None) -> tuple[Stat, int, bytes]:
    facts = (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)
    if known is None or known[0] != facts:
        return facts, FRESH, _digest(path)
    _, fresh, digest = known
    return (facts, fresh - 1, _digest(path)) if fresh else (facts, 0, digest)


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).digest()


class SourceWatch:
    """Takes up changed files. ``say`` is told in one line what came of it."""

    def __init__(self, mock: Runtime, say: Say) -> None:
        self._mock = mock
        self._say = say
        self._look = FilesSeen(directories_of(mock.settings))
        self._taken_up = self._last = self._look()
        self._problems = mock.worlds.problems

    def look(self) -> ReloadResult | None:
        """Look once; return what a reload did, or None while nothing has changed or the change goes on."""
        now = self._look()
        settled, self._last = now == self._last, now
        others = self._mock.worlds.problems != self._problems  # the control API has read the files meanwhile
        if not settled or (now == self._taken_up and not others):
            return None
        changed = sorted(
            path.name for path in now.keys() | self._taken_up.keys() if now.get(path) != self._taken_up.get(path)
        )
        done = reload(self._mock)
        self._taken_up, self._problems = now, self._mock.worlds.problems
        self._tell(changed, done)
        return done

    def _tell(self, changed: list[str], done: ReloadResult) -> None:
        names = ", ".join(changed[:3] or ["nothing since"]) + (
            f" and {len(changed) - 3} more" if len(changed) > 3 else ""
        )
        if done.problems:
            for problem in done.problems:
                self._say(f"changed: {names}; not taken up: {problem}")
        else:
            self._say(
                f"changed: {names}; taken up: {done.offers} offers, {done.scenarios} scenarios, {done.worlds} worlds"
            )

    def start(self) -> Callable[[], None]:
        """Look every half second on a thread of its own; return the way to stop."""
        stopped = threading.Event()

        def run() -> None:
            said = ""
            while not stopped.wait(EVERY):
                try:
                    self.look()
                    said = ""
                except Exception as problem:  # the watch outlives whatever a file does to it, and says so once
                    if said != (said := str(problem)):
                        self._say(f"could not look at the files: {problem}")

        threading.Thread(target=run, name="watch", daemon=True).start()
        return stopped.set
