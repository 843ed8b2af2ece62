"""Large tables that nobody needs any more are emptied entry by entry: freed in one go they would hold up all other threads."""

from __future__ import annotations

from threading import Thread
from typing import Any

LARGE = 1_000
"""Entries from which on a table is emptied rather than left to itself."""


def empty(*tables: dict[Any, Any] | list[Any]) -> None:
    """Empty tables that nobody else uses, on a thread, if they are large."""
    large = [table for table in tables if len(table) >= LARGE]
    if large:
        Thread(target=_empty, args=(large,), daemon=True).start()


def _empty(tables: list[dict[Any, Any] | list[Any]]) -> None:
    for table in tables:
        while table:
            if isinstance(table, list):
                table.pop()
            else:
                table.popitem()
