"""Files of offers and collections: their kinds, sizes, names and addresses.

A picture has three files: ``original``, ``thumbnail`` and ``base`` (``docs/offers-member-2019-08.md``, "File model").
Sizes are pixels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Literal

from msgspec import Struct

from mockserver.domain.model import Picture

Owner = Literal["offer", "collection"]
SizeType = Literal["original", "thumbnail", "base"]
Size = tuple[int, int]

SIZE_TYPES: tuple[SizeType, ...] = ("original", "thumbnail", "base")  # in the order of the documents' example
MEDIA_TYPES: dict[str, str] = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png"}  # by extension
THUMBNAIL_SIDE = 300
MAX_PIXELS = 40_000_000  # of one picture: decoded, these are 120 MB for a moment
_NAME = re.compile(r"(offer|collection)-(\d{1,18})-([a-z_]+)-(original|thumbnail|base)\.([a-z]{3,4})")


class Kind(Struct, frozen=True):
    """A kind of picture: what it belongs to, its ratio (width, height), and the size of its ``base`` file."""

    name: str
    owner: Owner
    ratio: Size
    base: Size


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("offer_default", "offer", (3, 4), (600, 800)),
        Kind("offer_image", "offer", (3, 4), (600, 800)),  # what docs/offers-member-2025-03.md calls it
        Kind("collection_cover_default", "collection", (2, 1), (600, 300)),
    )
}


class FileModel(Struct, frozen=True):
    """One file as the API answers it; ``path`` is its address below the server's base: ``/files/NAME``."""

    path: str
    width: int
    height: int
    kind: str
    size_type: SizeType

    def url(self, base: str, suffix: str = "") -> str:
        """Return its URL: ``base`` is where the world's links begin, ``suffix`` is a member's (``signatures.py``)."""
        return f"{base}{self.path}{suffix}"

    def shape(self, base: str, suffix: str = "") -> dict[str, Any]:
        """Return the ``File`` of the documents."""
        url = self.url(base, suffix)
        return {"url": url, "width": self.width, "height": self.height, "kind": self.kind, "size_type": self.size_type}


class FileName(Struct, frozen=True):
    """What a file's name says: ``offer-1000115-offer_default-original.jpg``."""

    owner: Owner
    record_id: int
    kind: str
    size_type: SizeType
    extension: str

    def __str__(self) -> str:
        return f"{self.owner}-{self.record_id}-{self.kind}-{self.size_type}.{self.extension}"


def file_models(owner: Owner, record_id: int, pictures: Iterable[Picture]) -> tuple[FileModel, ...]:
    """Return the files of a record's pictures: original, thumbnail and base of the first, then of the next."""
    return tuple(_model(owner, record_id, picture, size_type) for picture in pictures for size_type in SIZE_TYPES)


def image_models(record_id: int, pictures: Iterable[Picture]) -> tuple[FileModel, ...]:
    """Return the files behind an offer's ``images`` (``docs/offers-member-2025-03.md``): each picture's original."""
    return tuple(_model("offer", record_id, picture, "original") for picture in pictures)


def _model(owner: Owner, record_id: int, picture: Picture, size_type: SizeType) -> FileModel:
    name = FileName(owner, record_id, picture.kind, size_type, picture.extension)
    # an upload gets an address of its own, so that no cache shows the picture that was there before
    folder = f"/files/{picture.version}" if picture.version else "/files"
    width, height = size_of(picture, size_type)
    return FileModel(f"{folder}/{name}", width, height, picture.kind, size_type)


def size_of(picture: Picture, size_type: SizeType) -> Size:
    """Return the width and height of one of a picture's files."""
    if size_type == "original":
        return picture.width, picture.height
    if size_type == "base" and picture.kind in KINDS:
        return KINDS[picture.kind].base
    return thumbnail_size(*cropped_size(picture)) if size_type == "thumbnail" else cropped_size(picture)


def cropped_size(picture: Picture) -> Size:
    """Return the size of what the projected versions are made from: the part cropped to, or all of the original."""
    return picture.crop_to[2:] if picture.crop_to else (picture.width, picture.height)


def thumbnail_size(width: int, height: int) -> Size:
    """Return a thumbnail's size: the longer side 300, the ratio kept, never enlarged and never without a pixel."""
    scale = min(1.0, THUMBNAIL_SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def read_name(name: str) -> FileName | None:
    """Read a file's name; None when it is not one."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    owner, record_id, kind, size_type, extension = found.groups()
    return FileName(owner, int(record_id), kind, size_type, extension)  # type: ignore[arg-type]  # the pattern's words
