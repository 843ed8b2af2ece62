"""Draws placeholders for pictures that were not uploaded: a name on a coloured background."""

from __future__ import annotations

import colorsys

from PIL import Image, ImageDraw, ImageOps

from mockserver.pictures.lettering import fitted, font_of, legible, line_height

Colour = tuple[int, int, int]

_GOLDEN = 0.618033988749895  # multiples of it spread over the circle of hues, so that neighbours differ
_MARGIN = 0.09  # of the width
_WHITE, _PALE = (255, 255, 255), (226, 226, 226)
_LEAST_FOR_TEXT = 24  # pixels of the shorter side below which letters are illegible


def draw(title: str, small_print: str, number: int, size: tuple[int, int]) -> Image.Image:
    """Draw a poster of exactly ``size``; ``number`` gives its colour, ``small_print`` stands at the foot."""
    picture = _ground(number, size)
    _stripes(picture)
    if min(size) >= _LEAST_FOR_TEXT:
        _letters(picture, legible(title) or legible(small_print), legible(small_print))
    return picture


def _ground(number: int, size: tuple[int, int]) -> Image.Image:
    hue = number * _GOLDEN % 1
    light, dark = _colour(hue, 0.64, 0.6), _colour(hue + 0.07, 0.72, 0.34)
    return ImageOps.colorize(Image.linear_gradient("L"), light, dark).resize(size, Image.Resampling.BILINEAR)


def _colour(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def _stripes(picture: Image.Image) -> None:
    """Draw pale diagonal bands over the upper right corner."""
    width, height = picture.size
    pen = ImageDraw.Draw(picture, "RGBA")
    step = max(width, height) / 7
    for band in range(3):
        left = width - step * (3.2 - band * 1.25)
        right = left + step * 0.55
        pen.polygon([(left, 0), (right, 0), (right + height, height), (left + height, height)], (255, 255, 255, 18))


def _letters(picture: Image.Image, title: str, small_print: str) -> None:
    width, height = picture.size
    pen = ImageDraw.Draw(picture)
    margin, foot = width * _MARGIN, max(8, round(min(width, height) / 24))
    largest = max(9, round(min(width / 7, height / 5)))
    lines, size = fitted(title, width - 2 * margin, height * 0.6, largest, max(8, largest // 3))
    top = (height - len(lines) * line_height(size)) / 2
    bar = max(1, round(size / 10))
    pen.rectangle((margin, top - size * 0.6, margin + size * 1.4, top - size * 0.6 + bar), _WHITE)
    for number, line in enumerate(lines):
        pen.text((margin, top + number * line_height(size)), line, _WHITE, font_of(size))
    if font_of(foot).getlength(small_print) <= width - 2 * margin:
        pen.text((margin, height - foot * 2.2), small_print, _PALE, font_of(foot))
