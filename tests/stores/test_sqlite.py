"""The store in a file: whose it is, its format, a full disk."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from mockserver.stores.opening import this_process
from mockserver.stores.sqlite import SqliteStore
from mockserver.stores.store import FORMAT, InUseError, NewerFormatError, Portion, StoreError


def test_a_file_belongs_to_one_process_which_is_named(tmp_path: Path) -> None:
    first = SqliteStore(tmp_path / "w.db", this_process("127.0.0.1:8080"))
    with pytest.raises(InUseError, match=rf"w\.db is in use by process {os.getpid()} on .*, 127\.0\.0\.1:8080$"):
        SqliteStore(tmp_path / "w.db", this_process())
    first.close()
    SqliteStore(tmp_path / "w.db", this_process()).close()


def test_the_lock_of_a_killed_process_counts_for_nothing(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from mockserver.stores.sqlite import SqliteStore;"
        "from mockserver.stores.store import Portion; from mockserver.stores.opening import this_process;"
        "store = SqliteStore(Path(sys.argv[1]), this_process()); epoch = store.claim('w').epoch;"
        "store.append([Portion('w', epoch, 0, (b'1',), b'base')]); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "w.db")], check=False)
    store = SqliteStore(tmp_path / "w.db", this_process())
    assert store.claim("w").records == (b"1",)
    store.close()


def test_a_reader_needs_no_lock(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "w.db", this_process())
    store.append([Portion("w", store.claim("w").epoch, 0, base=b"base")])
    reader = SqliteStore(tmp_path / "w.db", this_process(), reading=True)
    assert [row.name for row in reader.list()] == ["w"]
    reader.close()
    store.close()


def test_a_reader_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"there is no file .*none\.db"):
        SqliteStore(tmp_path / "none.db", this_process(), reading=True)
    assert list(tmp_path.iterdir()) == []


def test_a_newer_format_is_refused(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "w.db", this_process()).close()
    with sqlite3.connect(tmp_path / "w.db") as connection:
        connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    connection.close()
    with pytest.raises(NewerFormatError, match=f"has format {FORMAT + 1}; this version reads format {FORMAT}"):
        SqliteStore(tmp_path / "w.db", this_process())


def test_the_file_of_another_program_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "w.db") as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(StoreError, match="is a database of another program"):
        SqliteStore(tmp_path / "w.db", this_process())


def test_a_text_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w.db").write_text("no database " * 1_000)
    with pytest.raises(StoreError, match="not a database"):
        SqliteStore(tmp_path / "w.db", this_process())


def test_where_the_disk_is_full_nothing_of_a_group_is_written_and_later_all_is(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "w.db", this_process())
    epoch, other = store.claim("w").epoch, store.claim("v").epoch
    store.append([Portion("w", epoch, 0, base=b"base"), Portion("v", other, 0, base=b"base")])
    (pages,) = store._write.execute("PRAGMA page_count").fetchone()
    store._write.execute(f"PRAGMA max_page_count = {pages + 2}")
    group = [Portion("v", other, 0, (b"small",)), Portion("w", epoch, 0, (b"x" * 100_000,))]
    with pytest.raises(StoreError, match="full"):
        store.append(group)
    assert [store.load(name).records for name in "vw"] == [(), ()]  # type: ignore[union-attr]
    store._write.execute("PRAGMA max_page_count = 1000000")
    assert store.append(group) == frozenset()
    assert [len(store.load(name).records) for name in "vw"] == [1, 1]  # type: ignore[union-attr]
    store.close()
