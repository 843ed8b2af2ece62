"""What may have been meant by a misspelt name."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], least: float = 0.5) -> str | None:
    """Return the known name most like the given one; None where none has that much (``least``, 0 to 1) in common."""
    from difflib import get_close_matches  # only a misspelt name pays for it

    return next(iter(get_close_matches(name[:200], list(known), n=1, cutoff=least)), None)
