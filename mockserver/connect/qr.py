"""A URL as a QR code: for a terminal, and for a page."""

from __future__ import annotations

from io import StringIO

import segno


def terminal(text: str) -> str:
    """Answer a QR code in half blocks, dark on light whatever the terminal's colours are."""
    out = StringIO()
    segno.make(text, error="m").terminal(out, compact=True)
    return out.getvalue()


def svg(text: str) -> str:
    """Answer a QR code as inline SVG, dark on a white quiet zone, so that it can be read on a dark page too."""
    return segno.make(text, error="m").svg_inline(scale=5, dark="#000", light="#fff")
