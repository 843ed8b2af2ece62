"""A URL as a QR code: for a terminal, and for a page."""

from __future__ import annotations

import segno

BLACK_ON_WHITE, USUAL = "\x1b[30;107m", "\x1b[0m"
QUIET = 4  # light modules around the code, as its standard asks
# by (upper module is dark, lower module is dark): half blocks make modules square
BLOCKS = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}


def terminal(text: str) -> list[str]:
    """Return a QR code's lines, black on white in any colours of the terminal."""
    rows = [list(row) for row in segno.make(text, error="m", micro=False).matrix_iter(border=QUIET)]
    if len(rows) % 2:
        rows.append([0] * len(rows[0]))
    pairs = zip(rows[::2], rows[1::2], strict=True)
    drawn = ("".join(BLOCKS[up, low] for up, low in zip(upper, lower, strict=True)) for upper, lower in pairs)
    return [f"{BLACK_ON_WHITE}{line}{USUAL}" for line in drawn]


def svg(text: str) -> str:
    """Return a QR code as inline SVG, dark on a white quiet zone, so that it can be read on a dark page too."""
    return segno.make(text, error="m", micro=False).svg_inline(scale=5, dark="#000", light="#fff")
