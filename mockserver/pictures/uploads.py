"""Uploaded pictures: their properties, and the versions projected from them."""

from __future__ import annotations

from io import BytesIO
from threading import BoundedSemaphore

from msgspec import Struct
from PIL import Image, ImageOps

from mockserver.domain.files import MAX_PIXELS, Box
from mockserver.limits import PICTURES_AT_ONCE
from mockserver.pictures.encoding import encoded

_EXTENSIONS = {"JPEG": "jpg", "PNG": "png", "GIF": "gif"}
_PNG_END = b"\0\0\0\0IEND\xae\x42\x60\x82"
_ORIENTATION = 0x0112  # the EXIF tag; 1 is upright
_TURN = BoundedSemaphore(PICTURES_AT_ONCE)
_PLAIN_MODES = frozenset({"RGB", "RGBA", "L", "LA"})


class PictureError(Exception):
    """The bytes are not an acceptable picture; ``pixels`` is their number if there are too many."""

    def __init__(self, message: str, pixels: int | None = None) -> None:
        super().__init__(message)
        self.pixels = pixels


class UploadedPicture(Struct, frozen=True):
    """The properties of an uploaded picture; ``width`` and ``height`` are those of the upright picture."""

    extension: str
    width: int
    height: int


def inspect(content: bytes) -> UploadedPicture:
    """Return the properties of uploaded bytes. Raise PictureError unless they are a complete JPEG, PNG or GIF within limits."""
    try:
        with _TURN:
            return _inspect(content)
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError("has too many pixels", MAX_PIXELS + 1) from None
    except Exception as problem:  # Pillow's decoders raise various errors on broken files
        raise PictureError(f"is not a JPEG, PNG or GIF image: {problem}") from None


def _inspect(content: bytes) -> UploadedPicture:
    with Image.open(BytesIO(content), formats=tuple(_EXTENSIONS)) as picture:
        width, height = picture.size
        if width * height > MAX_PIXELS:
            raise PictureError("has too many pixels", width * height)
        extension = _EXTENSIONS[picture.format or ""]
        if extension == "png" and _PNG_END not in content:  # decoding stops at the last row
            raise PictureError("is not a JPEG, PNG or GIF image: it is cut short")
        turned = _orientation(picture) in (5, 6, 7, 8)
        picture.draft(
            "RGB", (max(1, width // 8), max(1, height // 8))
        )  # a JPEG is read whole, but at an eighth of the size
        picture.load()
    return UploadedPicture(extension, height, width) if turned else UploadedPicture(extension, width, height)


def original(content: bytes, extension: str) -> bytes:
    """Return an upload as its original is served: the very bytes, unless they have to be turned upright."""
    with _TURN, Image.open(BytesIO(content)) as picture:
        if _orientation(picture) == 1:
            return content
        return encoded(_upright(picture), extension, picture.info.get("icc_profile"))


def projected(content: bytes, extension: str, crop_to: Box | None, size: tuple[int, int]) -> bytes:
    """Return a version of an upload in another size: cropped to a part, then to the size's ratio, then resized."""
    with _TURN:
        return _projected(content, extension, crop_to, size)


def _projected(content: bytes, extension: str, crop_to: Box | None, size: tuple[int, int]) -> bytes:
    with Image.open(BytesIO(content)) as picture:
        profile = picture.info.get("icc_profile") if picture.mode in _PLAIN_MODES else None
        upright = _upright(picture)
    if crop_to is not None:
        upright = upright.crop(crop_to)
    fitted = ImageOps.fit(upright, size, Image.Resampling.LANCZOS)
    return encoded(fitted, extension, profile)


def _orientation(picture: Image.Image) -> int:
    found = picture.getexif().get(_ORIENTATION, 1)
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def _upright(picture: Image.Image) -> Image.Image:
    """Return the picture turned as its EXIF says, in a mode that can be resized well."""
    turned = ImageOps.exif_transpose(picture)
    if turned.mode in _PLAIN_MODES:
        return turned
    return turned.convert("RGBA" if turned.has_transparency_data else "RGB")
