"""Polls the fixture and scenario files, and reloads them when they change.

It polls because bind mounts, network drives and containers send no file events. A change is loaded once the
files are the same in two polls, so that a file is not read while it is being written.
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
FRESH = 10  # polls, five seconds: some file systems store times in steps of two seconds
NO_FILE = b""  # in place of the digest of an unreadable entry: a broken link, a pipe
Stat = tuple[int, int, int, int]
Files = dict[Path, bytes]
Say = Callable[[str], None]


def directories_of(settings: Settings) -> tuple[Path, ...]:
    """Return the directories of the server's files."""
    return (settings.fixtures or shipped("fixtures"), settings.scenarios or shipped("scenarios"))


class FilesSeen:
    """The state of the data files: a digest of each regular file, or that it cannot be read.

    A file is read again when its size, times or inode have changed, and in the next ``FRESH`` polls: if times are
    coarse, a second save may not change them. Times are compared only with each other, so clocks need not agree.
    """

    def __init__(self, directories: tuple[Path, ...]) -> None:
        self._directories = directories
        self._known: dict[Path, tuple[Stat, int, bytes]] = {}

    def __call__(self) -> Files:
        """Poll once. Skip hidden files, and never open a pipe or a device, which might block."""
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
                if path.is_symlink():  # a broken link; else it was removed meanwhile
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
    """Reloads changed files. ``say`` gets the result in one line."""

    def __init__(self, mock: Runtime, say: Say) -> None:
        self._mock = mock
        self._say = say
        self._look = FilesSeen(directories_of(mock.settings))
        self._taken_up = self._last = self._look()
        self._problems = mock.worlds.problems

    def look(self) -> ReloadResult | None:
        """Poll once; return the result of a reload, or None if nothing has changed or files are still changing."""
        now = self._look()
        settled, self._last = now == self._last, now
        others = self._mock.worlds.problems != self._problems  # a control call has reloaded the files meanwhile
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
        """Poll every half second on a thread; return a function that stops it."""
        stopped = threading.Event()

        def run() -> None:
            said = ""
            while not stopped.wait(EVERY):
                try:
                    self.look()
                    said = ""
                except Exception as problem:  # the watch survives any error, and reports it once
                    if said != (said := str(problem)):
                        self._say(f"could not look at the files: {problem}")

        threading.Thread(target=run, name="watch", daemon=True).start()
        return stopped.set
