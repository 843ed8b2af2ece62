"""Finds the nearest known name for a misspelt one."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], least: float = 0.5) -> str | None:
    """Return the known name most similar to the given one; None if none has a similarity of ``least`` (0 to 1)."""
    from difflib import get_close_matches  # only a misspelt name pays for it

    return next(iter(get_close_matches(name[:200], list(known), n=1, cutoff=least)), None)
