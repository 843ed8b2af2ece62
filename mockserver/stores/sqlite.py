"""A store in one SQLite file, which belongs to one process at a time.

Appends are transactions in WAL mode: what is committed outlives the process (``kill -9``), and, but for the last moments, the
machine's crash. Checkpoints, which copy the log into the file and wait for the disk, run on a thread of their own.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from mockserver.clock import system_now
from mockserver.stores.store import (
    FORMAT,
    InUseError,
    NewerFormatError,
    Portion,
    Process,
    StoredRow,
    StoredWorld,
    StoreError,
)

CHECKPOINT_EVERY = 1.0  # seconds
LARGE_LOG = 64 * 1024 * 1024  # bytes of WAL from which the writer itself ends a checkpoint, so that the log begins anew
_APPLICATION = 0x4D4F434B  # "MOCK": tells our files from other programs'
_LOCKED = 1 << 30  # the byte of the lock file that is locked on Windows, far beyond its text
_SCHEMA = """
CREATE TABLE worlds (
    name TEXT PRIMARY KEY, epoch INTEGER NOT NULL, base_seq INTEGER NOT NULL DEFAULT 0, base BLOB,
    written_at INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE records (
    world TEXT NOT NULL, seq INTEGER NOT NULL, written_at INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (world, seq)
) WITHOUT ROWID;
"""


class SqliteStore:
    """A store in a file. Opened for ``reading``, it takes no lock, and can be listed and loaded while a server runs.

    Raise InUseError, NewerFormatError, StoreError.
    """

    atomic = True
    lease: float | None = None

    def __init__(self, file: Path, process: Process, *, reading: bool = False) -> None:
        self.process = process
        self._file = file
        self._reading = reading
        self._lock = threading.RLock()
        self._epochs: dict[str, int] = {}
        self._seqs: dict[str, int] = {}
        self._closed = threading.Event()
        if reading and not file.exists():
            raise StoreError(f"there is no file {file}")
        self._held = None if reading else _FileLock(file.with_name(file.name + ".lock"), process)
        try:
            with self._told():
                self._write = self._connect()
                self._prepare()
        except StoreError:
            self._release_file()
            raise
        if not reading:
            threading.Thread(target=self._checkpoints, name="checkpoints", daemon=True).start()

    def _connect(self) -> sqlite3.Connection:
        name = f"{self._file.absolute().as_uri()}?mode={'ro' if self._reading else 'rwc'}"
        made = sqlite3.connect(name, uri=True, isolation_level=None, check_same_thread=False, timeout=10)
        made.execute("PRAGMA temp_store = MEMORY")
        return made

    def _prepare(self) -> None:
        write = self._write
        (found,) = write.execute("PRAGMA user_version").fetchone()
        (application,) = write.execute("PRAGMA application_id").fetchone()
        (tables,) = write.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables and application != _APPLICATION:
            raise StoreError(f"{self._file} is a database of another program")
        if found > FORMAT:
            raise NewerFormatError(f"{self._file} has format {found}; this version reads format {FORMAT}")
        if self._reading:
            return
        write.execute("PRAGMA journal_mode = WAL")
        write.execute("PRAGMA synchronous = NORMAL")
        write.execute("PRAGMA wal_autocheckpoint = 0")
        write.execute(f"PRAGMA journal_size_limit = {LARGE_LOG // 4}")
        if not tables:
            write.executescript(
                f"BEGIN; {_SCHEMA} PRAGMA application_id = {_APPLICATION}; PRAGMA user_version = {FORMAT}; COMMIT;"
            )

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as problem:
            raise StoreError(f"{self._file}: {problem}") from problem

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._told():
            write = self._write
            write.execute("BEGIN IMMEDIATE")
            try:
                yield write
                write.execute("COMMIT")
            except BaseException:
                if write.in_transaction:  # some errors have rolled it back already
                    with contextlib.suppress(sqlite3.Error):
                        write.execute("ROLLBACK")
                raise

    # -- the interface

    def claim(self, name: str) -> StoredWorld:
        """Own a world; see ``WorldStore``."""
        with self._transaction() as write:
            write.execute(
                "INSERT INTO worlds (name, epoch) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET epoch = epoch + 1",
                (name,),
            )
            found = self._found(write, name)
        assert found is not None
        self._epochs[name], self._seqs[name] = found.epoch, found.seq
        return found

    def renew(self) -> None:
        """Try to write; see ``WorldStore``."""
        with self._transaction() as write:
            write.execute("UPDATE worlds SET written_at = written_at WHERE name = 'default'")

    def append(self, portions: Iterable[Portion]) -> frozenset[str]:
        """Write portions, all in one transaction; see ``WorldStore``."""
        refused = set()
        seqs: dict[str, int] = {}
        now = system_now()
        with self._transaction() as write:
            for portion in portions:
                name = portion.name
                if self._epochs.get(name) != portion.epoch:
                    refused.add(name)
                    continue
                last = seqs.get(name, self._seqs[name])
                if portion.base is not None:
                    last = max(last, portion.seq)
                    write.execute(
                        "UPDATE worlds SET base = ?, base_seq = ?, written_at = ? WHERE name = ? AND base_seq <= ?",
                        (portion.base, portion.seq, now, name, portion.seq),
                    )
                    write.execute("DELETE FROM records WHERE world = ? AND seq <= ?", (name, portion.seq))
                fresh = portion.records[max(last - portion.seq, 0) :]
                for seq, data in enumerate(fresh, last + 1):
                    write.execute("INSERT INTO records VALUES (?, ?, ?, ?)", (name, seq, now, data))
                seqs[name] = last + len(fresh)
        self._seqs.update(seqs)
        return frozenset(refused)

    def load(self, name: str) -> StoredWorld | None:
        """Return a world; see ``WorldStore``."""
        with self._told(), contextlib.closing(self._connect()) as read:
            read.execute("BEGIN")
            found = self._found(read, name)
            read.execute("COMMIT")
        return None if found is None or found.base is None else found

    def compact(self, name: str, epoch: int, seq: int, base: bytes) -> bool:
        """Replace records by a base; see ``WorldStore``."""
        return not self.append([Portion(name, epoch, seq, base=base)])

    def release(self, name: str, epoch: int, *, forget: bool = False) -> None:
        """Own a world no longer; see ``WorldStore``."""
        with self._lock:
            if self._epochs.get(name) != epoch:
                return
            if forget:
                with self._transaction() as write:
                    write.execute("DELETE FROM records WHERE world = ?", (name,))
                    write.execute("UPDATE worlds SET base = NULL, base_seq = 0 WHERE name = ?", (name,))
            del self._epochs[name], self._seqs[name]

    def list(self) -> list[StoredRow]:
        """Return the stored worlds; see ``WorldStore``."""
        with self._told(), contextlib.closing(self._connect()) as read:
            rows = read.execute(
                "SELECT name, epoch, max(worlds.written_at, coalesce(max(records.written_at), 0)),"
                " length(base) + coalesce(sum(length(data)), 0), count(seq)"
                " FROM worlds LEFT JOIN records ON world = name WHERE base IS NOT NULL GROUP BY name ORDER BY name"
            ).fetchall()
        return [
            StoredRow(name, epoch, written_at, size, count, self.process if name in self._epochs else None)
            for name, epoch, written_at, size, count in rows
        ]

    def processes(self) -> Sequence[Process]:
        """Return this process, to which the file belongs."""
        return [self.process]

    def close(self) -> None:
        """Copy the log into the file, and give the file up."""
        self._closed.set()
        with self._lock, contextlib.suppress(sqlite3.Error):
            if not self._reading:
                self._write.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._write.close()
        self._release_file()

    # -- inside

    @staticmethod
    def _found(connection: sqlite3.Connection, name: str) -> StoredWorld | None:
        row = connection.execute("SELECT epoch, base_seq, base FROM worlds WHERE name = ?", (name,)).fetchone()
        if row is None:
            return None
        epoch, base_seq, base = row
        rows = connection.execute("SELECT data FROM records WHERE world = ? ORDER BY seq", (name,)).fetchall()
        return StoredWorld(name, epoch, base_seq + len(rows), base, tuple(data for (data,) in rows))

    def _checkpoints(self) -> None:
        """Copy the log into the file now and then; a long one is ended while nobody writes, so that it begins anew."""
        with contextlib.closing(self._connect()) as connection:
            connection.execute("PRAGMA synchronous = NORMAL")
            while not self._closed.wait(CHECKPOINT_EVERY):
                with contextlib.suppress(sqlite3.Error):
                    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
                    if self._log_size() > LARGE_LOG:
                        with self._lock:
                            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _log_size(self) -> int:
        with contextlib.suppress(OSError):
            return Path(f"{self._file}-wal").stat().st_size
        return 0

    def _release_file(self) -> None:
        if self._held is not None:
            self._held.release()


class _FileLock:
    """A lock file, held until the process ends however it ends; its text says by whom."""

    def __init__(self, file: Path, process: Process) -> None:
        try:
            self._descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as problem:
            raise StoreError(f"cannot write {file}: {problem.strerror}") from None
        try:
            _lock(self._descriptor)
        except OSError:
            text = os.read(self._descriptor, 10_000)
            os.close(self._descriptor)
            try:
                holder = str(msgspec.json.decode(text, type=Process))
            except msgspec.MsgspecError:
                holder = "another process"
            raise InUseError(f"{file.with_suffix('')} is in use by {holder}") from None
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, msgspec.json.encode(process))

    def release(self) -> None:
        """Unlock; the file stays, as another process may have it open."""
        with contextlib.suppress(OSError):
            os.close(self._descriptor)


if os.name == "nt":  # pragma: no cover
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _LOCKED, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
