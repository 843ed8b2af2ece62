"""Letters on a picture: a font that this machine has, and a text cut to fit."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from PIL import ImageFont

Font = ImageFont.FreeTypeFont

# common on Linux, macOS and Windows; without any, Pillow's own font has little more than ASCII
_FONTS = ("DejaVuSans-Bold.ttf", "Arial Bold.ttf", "arialbd.ttf", "HelveticaNeue.ttc", "LiberationSans-Bold.ttf")
_STAND_INS = {
    "Æ": "Ae", "æ": "ae", "Ø": "Oe", "ø": "oe", "Å": "Aa", "å": "aa", "ß": "ss", "€": "EUR ", "£": "GBP ",
    "–": "-", "—": "-", "•": "-", "×": "x", "½": "1/2", "’": "'", "“": '"', "”": '"', "…": "...",
}  # fmt: skip
_NO_CHARACTER = "\U0010fffd"
_ELLIPSIS = "..."
_LONGEST = 240  # the most characters of a name that are drawn


@lru_cache(maxsize=64)
def font_of(size: int) -> Font:
    """Return a font in pixels."""
    for name in _FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    font = ImageFont.load_default(size)
    assert isinstance(font, Font)  # Pillow's wheels all have FreeType
    return font


def legible(text: str) -> str:
    """Return a text in letters that the font has: others by their stand-in, without their accent, or left out."""
    text = " ".join(unicodedata.normalize("NFC", text[:_LONGEST]).split())
    letters = "".join(_drawable(character) for character in text)
    return " ".join(letters.split())


@lru_cache(maxsize=1024)
def _drawable(character: str) -> str:
    plain = unicodedata.normalize("NFKD", character)
    candidates = (character, _STAND_INS.get(character, ""), "".join(part for part in plain if part.isascii()))
    return next((found for found in candidates if found and all(map(_has_glyph, found))), "")


@lru_cache(maxsize=1024)
def _has_glyph(character: str) -> bool:
    font = font_of(20)
    return character == " " or bytes(font.getmask(character)) != bytes(font.getmask(_NO_CHARACTER))


def fitted(text: str, width: float, height: float, largest: int, smallest: int) -> tuple[list[str], int]:
    """Return a text's lines and the largest font size at which they fit; what never fits ends in an ellipsis."""
    for size in range(largest, smallest, -max(1, largest // 16)):
        lines = wrapped(text, font_of(size), width)
        if len(lines) * line_height(size) <= height and not _breaks_words(text, lines):
            return lines, size
    lines = wrapped(text, font_of(smallest), width)
    room = max(1, int(height / line_height(smallest)))
    if len(lines) > room:
        lines = [*lines[: room - 1], lines[room - 1] + _ELLIPSIS]
    return lines, smallest


def line_height(size: int) -> float:
    """Return the pixels from one line to the next."""
    return size * 1.22


def wrapped(text: str, font: Font, width: float) -> list[str]:
    """Break a text into lines no wider than ``width``; a word that is wider by itself is broken too."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if font.getlength(longer) <= width:
            lines[-1] = longer
            continue
        *full, rest = _pieces(word, font, width)
        lines.extend([*full, rest])
    return [line for line in lines if line]


def _pieces(word: str, font: Font, width: float) -> list[str]:
    pieces = [""]
    for character in word:
        if pieces[-1] and font.getlength(pieces[-1] + character) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces


def _breaks_words(text: str, lines: list[str]) -> bool:
    return " ".join(lines).split() != text.split()
