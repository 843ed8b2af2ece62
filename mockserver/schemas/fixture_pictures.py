"""The shape of a picture in a fixture file; what a file leaves out is as usual for its kind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mockserver.domain.files import KINDS, MAX_PIXELS, MEDIA_TYPES
from mockserver.domain.model import Picture
from mockserver.schemas.fixture_shape import Attribute, Nested, Shape
from mockserver.schemas.kinds import Bytes, Choice, Each, Plain, Whole, unfit

_CROP = "x, y, width and height: four whole numbers, a part of the original"


def picture(
    kind: str,
    extension: str = "jpg",
    width: int | None = None,
    height: int | None = None,
    content_base64: bytes | None = None,
    crop_to: tuple[int, int, int, int] | None = None,
    version: int = 0,
) -> Picture:
    """Make a picture; without a size it has the base size of its kind."""
    usual = KINDS[kind].base
    return Picture(
        kind=kind,
        extension=extension,
        width=usual[0] if width is None else width,
        height=usual[1] if height is None else height,
        content=content_base64,
        crop_to=crop_to,
        version=version,
    )


class Crop(Plain, frozen=True):
    """A part of a picture: x, y, width, height."""

    def read(self, value: Any) -> tuple[int, int, int, int]:
        """Return the four numbers."""
        if type(value) is not list or len(value) != 4 or any(type(number) is not int for number in value):
            raise unfit(_CROP)
        x, y, width, height = value
        if x < 0 or y < 0 or width < 1 or height < 1:
            raise unfit(_CROP)
        return x, y, width, height

    def write(self, value: Any) -> list[int]:
        """Return them as a list."""
        return list(value)


def _possible(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if values.get("kind") not in KINDS:
        return
    made = picture(values["kind"], width=values.get("width"), height=values.get("height"))
    if made.width * made.height > MAX_PIXELS:
        yield "width", f"a picture of at most {MAX_PIXELS} pixels in all"
    crop_to = values.get("crop_to")
    if crop_to and (crop_to[0] + crop_to[2] > made.width or crop_to[1] + crop_to[3] > made.height):
        yield "crop_to", _CROP


PICTURE = Shape(
    picture,
    {
        "kind": Attribute(Choice(tuple(KINDS)), required=True),
        "extension": Attribute(Choice(tuple(MEDIA_TYPES))),
        "width": Attribute(Whole(1)),
        "height": Attribute(Whole(1)),
        "content_base64": Attribute(Bytes(), null=True),
        "crop_to": Attribute(Crop(), null=True),
        "version": Attribute(Whole(0)),
    },
    {},
    _possible,
)


class Pictures(Each, frozen=True):
    """A list of pictures; their bytes are called ``content`` in the record and ``content_base64`` in the file."""

    def write(self, value: Any) -> list[dict[str, Any]]:
        """Return the pictures as a file holds them."""
        return [_written(each) for each in value]


def _written(each: Picture) -> dict[str, Any]:
    content = None if each.content is None else Bytes().write(each.content)
    crop_to = None if each.crop_to is None else Crop().write(each.crop_to)
    size = {"width": each.width, "height": each.height}
    stored = {"content_base64": content, "crop_to": crop_to, "version": each.version}
    return {"kind": each.kind, "extension": each.extension, **size, **stored}


PICTURES = Attribute(Pictures(Nested(PICTURE)))
