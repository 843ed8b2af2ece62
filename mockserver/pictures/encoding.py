"""From pixels to the bytes of a JPEG, PNG or GIF file."""

from __future__ import annotations

from io import BytesIO

from PIL import Image


def encoded(picture: Image.Image, extension: str, profile: bytes | None = None) -> bytes:
    """Return a file in the format of an extension; ``profile`` is the ICC profile of the colours."""
    out = BytesIO()
    if extension == "png":
        picture.save(out, "PNG", icc_profile=profile)
    elif extension == "gif":
        picture.save(out, "GIF")
    else:
        opaque(picture).save(out, "JPEG", quality=88, progressive=True, icc_profile=profile)
    return out.getvalue()


def opaque(picture: Image.Image) -> Image.Image:
    """Return a picture without transparency, on white, for JPEG has none."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layers = picture.convert("RGBA")
    ground = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(ground, layers).convert("RGB")
