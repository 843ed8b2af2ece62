"""From the form that brings a picture to the picture that is kept, or the 422 that says all that is wrong with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson
from msgspec import Struct

from mockserver.api.multipart import Form, read_form
from mockserver.domain.files import KINDS, MAX_PIXELS, Owner, Size
from mockserver.domain.model import Picture
from mockserver.errors import Refused
from mockserver.exchange import Request
from mockserver.values.problems import leaf

if TYPE_CHECKING:
    from mockserver.pictures.uploads import Found, PictureError

Box = tuple[int, int, int, int]
Leaves = list[dict[str, Any]]

_FOUR_NUMBERS = re.compile(r"\s*(-?\d{1,9})\s*" + r",\s*(-?\d{1,9})\s*" * 3)
_CROP_FORMAT = "x,y,width,height in pixels of the original"
_SIDES = ("x", "y", "width", "height")


def check_kind(owner: Owner, kind: str) -> None:
    """Refuse a kind that records of this sort do not have."""
    kinds = [known.name for known in KINDS.values() if known.owner == owner]
    if kind not in kinds:
        raise Refused("invalid_parameters", details={"kind": [leaf(kind, "inclusion", **{"in": kinds})]})


def brings_a_file(request: Request) -> bool:
    """Return whether a call may bring a picture, which takes long to look into: up to a second for a big one."""
    return (
        request.method in ("POST", "PUT")
        and "/files/" in request.path
        and bool(request.body)
        and not (request.oversized or request.broken)
    )


class Upload(Struct, frozen=True):
    """A body that was looked into: its form, and what its ``file`` is, or why it is no picture."""

    form: Form
    found: Found | PictureError | None


def look_into(request: Request) -> Upload:
    """Read a call's body and decode the picture in it; no world is asked. Refuse what ``read_form`` refuses."""
    # Pillow is imported by the first upload, not at start
    from mockserver.pictures.uploads import PictureError, inspect

    form = read_form(request)
    content = form.files.get("file")
    try:
        return Upload(form, inspect(content) if content else None)
    except PictureError as error:
        return Upload(form, error)


def read_upload(upload: Upload, kind: str, version: int) -> Picture:
    """Return the picture that an upload is: ``file``, and optionally ``crop_to``; refuse with all problems at once."""
    from mockserver.pictures.uploads import Found, PictureError

    problems: dict[str, Leaves] = {}
    form, found, crop_to = upload.form, upload.found, None
    if isinstance(found, PictureError):
        problems["file"] = [_file_problem(found.pixels)]
        found = None
    elif found is None:
        problems["file"] = [_absent(form)]
    try:
        crop_to = read_crop(form.fields.get("crop_to"), (found.width, found.height) if found else None)
    except Refused as refused:
        problems |= refused.facts["details"]
    if problems:
        raise Refused("invalid_parameters", details=problems)
    assert isinstance(found, Found)
    return Picture(
        kind=kind,
        extension=found.extension,
        width=found.width,
        height=found.height,
        content=form.files["file"],
        crop_to=crop_to,
        version=version,
    )


def _absent(form: Form) -> dict[str, Any]:
    if form.broken is not None:
        return leaf(None, "invalid", format=f"a part of a well-formed multipart/form-data body ({form.broken})")
    return leaf(None, "presence")


def _file_problem(pixels: int | None) -> dict[str, Any]:
    if pixels is not None:
        return leaf(pixels, "size_too_large", number=MAX_PIXELS)
    return leaf(None, "invalid", format="a JPEG or PNG image")


def read_crop(text: str | None, size: Size | None) -> Box | None:
    """Return the part that ``crop_to`` names: ``x,y,width,height``, or the same as a JSON array or object.

    It has to lie within ``size``, where that is known.
    """
    if text is None or not text.strip():
        return None
    box = _box(text)
    if box is None:
        raise Refused("invalid_parameters", details={"crop_to": [leaf(text, "invalid", format=_CROP_FORMAT)]})
    leaves = _outside(box, size)
    if leaves:
        raise Refused("invalid_parameters", details={"crop_to": leaves})
    return box


def _box(text: str) -> Box | None:
    found = _FOUR_NUMBERS.fullmatch(text)
    values: Any = [int(number) for number in found.groups()] if found else _from_json(text)
    if isinstance(values, list) and len(values) == 4 and all(type(value) is int for value in values):
        return values[0], values[1], values[2], values[3]
    return None


def _from_json(text: str) -> Any:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return [value.get(side) for side in _SIDES] if isinstance(value, dict) else value


def _outside(box: Box, size: Size | None) -> Leaves:
    """Return a leaf for each side of a box that lies outside of a picture."""
    leaves = [leaf(value, "greater_or_equal_to", number=0) for value in box[:2] if value < 0]
    leaves += [leaf(value, "greater_or_equal_to", number=1) for value in box[2:] if value < 1]
    ends = (box[0] + box[2], box[1] + box[3])
    for end, limit in zip(ends, size or (), strict=False):
        if end > limit:
            leaves.append(leaf(end, "less_or_equal_to", number=limit))
    return leaves
