"""Files of offers and collections: their kinds, sizes, names and addresses.

A picture has three files: ``original``, ``thumbnail`` and ``base`` (``docs/offers-member-2019-08.md``, "File model").
Sizes are pixels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from msgspec import Struct

from mockserver.domain.model import Picture

Owner = Literal["offer", "collection"]
SizeType = Literal["original", "thumbnail", "base"]
Size = tuple[int, int]
Box = tuple[int, int, int, int]
"""A part of a picture by two corners: x and y of the top left, x and y of the bottom right."""

SIZE_TYPES: tuple[SizeType, ...] = ("original", "thumbnail", "base")  # in the order of the documents' example
MEDIA_TYPES: dict[str, str] = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
}  # media types by extension
THUMBNAIL_SIDE = 300
MAX_PIXELS = 40_000_000  # of one picture: decoded, these are 120 MB for a moment
_NAME = re.compile(r"(offer|collection)-(\d{1,18})-([a-z_]+)-(original|thumbnail|base)\.([a-z]{3,4})")


class PictureKind(Struct, frozen=True):
    """A kind of picture: its owner, ratio (width, height), ``base`` size, and the revisions that lack it."""

    name: str
    owner: Owner
    ratio: Size
    base: Size
    lacking: frozenset[str] = frozenset()

    @property
    def thumbnail(self) -> Size:
        """The size of its ``thumbnail`` file."""
        return thumbnail_size(*self.base)


KINDS: dict[str, PictureKind] = {
    kind.name: kind
    for kind in (
        PictureKind("collection_cover_default", "collection", (2, 1), (600, 300)),
        PictureKind("offer_default", "offer", (3, 4), (600, 800)),
        PictureKind(
            "offer_image", "offer", (3, 4), (600, 800), frozenset({"2019-08"})
        ),  # of docs/offers-member-2025-03.md
    )
}


class FileModel(Struct, frozen=True):
    """One file in the API's responses; ``path`` is its address below the server's base: ``/files/NAME``."""

    path: str
    width: int
    height: int
    kind: str
    size_type: SizeType

    def url(self, base: str, suffix: str = "") -> str:
        """Return its URL: ``base`` is the start of the world's links, ``suffix`` is a member's (``signatures.py``)."""
        return f"{base}{self.path}{suffix}"

    def shape(self, base: str, suffix: str = "") -> dict[str, Any]:
        """Return the ``File`` of the documents."""
        url = self.url(base, suffix)
        return {"url": url, "width": self.width, "height": self.height, "kind": self.kind, "size_type": self.size_type}


class FileName(Struct, frozen=True):
    """The parts of a file's name, such as ``offer-1000115-offer_default-original.jpg``."""

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


def image_models(record_id: int, pictures: Sequence[Picture]) -> tuple[FileModel, ...]:
    """Return the files behind an offer's ``images`` (``docs/offers-member-2025-03.md``): the originals of its ``offer_image``
    or, where it has none, of its ``offer_default``.
    """
    kinds = {
        kind: [picture for picture in pictures if picture.kind == kind] for kind in ("offer_image", "offer_default")
    }
    found = kinds["offer_image"] or kinds["offer_default"]
    return tuple(_model("offer", record_id, picture, "original") for picture in found)


def _model(owner: Owner, record_id: int, picture: Picture, size_type: SizeType) -> FileModel:
    name = FileName(owner, record_id, picture.kind, size_type, picture.extension)
    # an upload gets a new address, so that no cache shows the picture before it
    folder = f"/files/{picture.version}" if picture.version else "/files"
    width, height = size_of(picture, size_type)
    return FileModel(f"{folder}/{name}", width, height, picture.kind, size_type)


def size_of(picture: Picture, size_type: SizeType) -> Size:
    """Return the width and height of one of a picture's files."""
    if size_type == "original":
        return picture.width, picture.height
    kind = KINDS[picture.kind]
    return kind.base if size_type == "base" else kind.thumbnail


def thumbnail_size(width: int, height: int) -> Size:
    """Return a thumbnail's size: the longer side 300, the ratio kept, never enlarged and never without a pixel."""
    scale = min(1.0, THUMBNAIL_SIDE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def read_name(name: str) -> FileName | None:
    """Return the parts of a file's name; None if it is not one."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    owner, record_id, kind, size_type, extension = found.groups()
    return FileName(owner, int(record_id), kind, size_type, extension)  # type: ignore[arg-type]  # the pattern's words
