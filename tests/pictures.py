"""Pictures for tests: made, and looked at, with Pillow."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image

RED, BLUE = (220, 20, 20), (20, 20, 220)


def opened(file: bytes) -> Image.Image:
    """The picture in a file, with its pixels read."""
    picture = Image.open(BytesIO(file))
    picture.load()
    return picture


def halves(size: tuple[int, int], format: str = "PNG", **options: Any) -> bytes:  # noqa: A002
    """A file of a picture whose left half is red and whose right half is blue."""
    picture = Image.new("RGB", size, RED)
    picture.paste(BLUE, (size[0] // 2, 0, *size))
    return saved(picture, format, **options)


def saved(picture: Image.Image, format: str = "PNG", **options: Any) -> bytes:  # noqa: A002
    """A picture as a file."""
    out = BytesIO()
    picture.save(out, format, **options)
    return out.getvalue()


def turned(picture: Image.Image, orientation: int) -> bytes:
    """A JPEG whose EXIF says that it is to be shown turned."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(picture, "JPEG", exif=exif)


def near(found: Any, wanted: tuple[int, int, int]) -> bool:
    """Whether a pixel is about a colour, which is all that JPEG keeps."""
    return all(abs(one - other) < 40 for one, other in zip(found, wanted, strict=False))


def multipart(file: bytes | None, **fields: str) -> tuple[bytes, str]:
    """A multipart body with a ``file`` and text fields, and its content type."""
    boundary = "----tests"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    if file is not None:
        disposition = 'form-data; name="file"; filename="a.png"'
        head = f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: image/png\r\n\r\n"
        parts.append(head.encode() + file + b"\r\n")
    return b"".join([*parts, f"--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"
