"""Makes a picture of an uploaded form, or refuses it with all its problems (422)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mockserver.api.multipart import MultipartForm, read_form
from mockserver.api.shown import kinds_in
from mockserver.domain.files import KINDS, MAX_PIXELS, Box, Owner, Size
from mockserver.domain.model import Picture
from mockserver.errors import Refused
from mockserver.exchange import Request
from mockserver.values.problems import leaf

if TYPE_CHECKING:
    from mockserver.pictures.uploads import PictureError, UploadedPicture

Leaves = list[dict[str, Any]]

_FOUR_NUMBERS = re.compile(r"\s*(-?\d{1,9})\s*" + r",\s*(-?\d{1,9})\s*" * 3)
_CROP_FORMAT = "x_top_left,y_top_left,x_bottom_right,y_bottom_right in pixels of the upload, a part that is not empty"


def check_kind(owner: Owner, kind: str, revision: str) -> None:
    """Refuse a kind of file that records of this type do not have in a revision."""
    kinds = [known.name for known in kinds_in(revision) if known.owner == owner]
    if kind not in kinds:
        raise Refused("invalid_parameters", details={"kind": [leaf(kind, "inclusion", **{"in": kinds})]})


def brings_a_file(request: Request) -> bool:
    """Return whether a request may upload a picture; decoding a large one takes up to a second."""
    return (
        request.method in ("POST", "PUT")
        and "/files/" in request.path
        and not request.path.endswith("/reprocess")
        and bool(request.body)
        and not (request.oversized or request.broken)
    )


class Upload(Struct, frozen=True):
    """A decoded body: its form, and the picture in ``file``, or why it is not one."""

    form: MultipartForm
    found: UploadedPicture | PictureError | None


def look_into(request: Request) -> Upload:
    """Read a request's body and decode the picture in it; needs no world. Refuse what ``read_form`` refuses."""
    # the first upload imports Pillow, so that the start need not
    from mockserver.pictures.uploads import PictureError, inspect

    form = read_form(request)
    content = form.files.get("file")
    try:
        return Upload(form, inspect(content) if content else None)
    except PictureError as error:
        return Upload(form, error)


def read_upload(upload: Upload, kind: str, version: int) -> Picture:
    """Return the picture of an upload: ``file``, and optionally ``crop_to``; refuse it with all problems at once."""
    from mockserver.pictures.uploads import PictureError, UploadedPicture

    problems: dict[str, Leaves] = {}
    form, found, crop_to = upload.form, upload.found, None
    if isinstance(found, PictureError):
        problems["file"] = [_file_problem(found.pixels)]
        found = None
    elif found is None:
        problems["file"] = [_absent(form)]
    elif too_small := _too_small(found, kind):
        problems["file"] = too_small
    try:
        crop_to = read_crop(form.fields.get("crop_to"), (found.width, found.height) if found else None)
    except Refused as refused:
        problems |= refused.facts["details"]
    if problems:
        raise Refused("invalid_parameters", details=problems)
    assert isinstance(found, UploadedPicture)
    return Picture(
        kind=kind,
        extension=found.extension,
        width=found.width,
        height=found.height,
        content=form.files["file"],
        crop_to=crop_to,
        version=version,
    )


def _too_small(found: UploadedPicture, kind: str) -> Leaves:
    """Return problems of an upload whose sides are shorter than those of the base."""
    sides = zip((found.width, found.height), KINDS[kind].base, strict=True)
    return [leaf(side, "greater_or_equal_to", number=least) for side, least in sides if side < least]


def _absent(form: MultipartForm) -> dict[str, Any]:
    if form.broken is not None:
        return leaf(None, "invalid", format=f"a part of a well-formed multipart/form-data body ({form.broken})")
    return leaf(None, "presence")


def _file_problem(pixels: int | None) -> dict[str, Any]:
    if pixels is not None:
        return leaf(pixels, "size_too_large", number=MAX_PIXELS)
    return leaf(None, "invalid", format="a JPEG, PNG or GIF image")


def read_crop(text: str | None, size: Size | None) -> Box | None:
    """Return the part that ``crop_to`` names by two corners, clamped to ``size`` if known; None for everything."""
    if text is None or not text.strip():
        return None
    found = _FOUR_NUMBERS.fullmatch(text)
    if found is None:
        raise _wrong_crop(text)
    left, top, right, bottom = map(int, found.groups())
    width, height = size or (right, bottom)
    box = max(left, 0), max(top, 0), min(right, width), min(bottom, height)
    if box[0] >= box[2] or box[1] >= box[3]:
        raise _wrong_crop(text)
    return box


def check_crop(text: str | None) -> None:
    """Refuse a ``crop_to`` that names no part of any picture."""
    read_crop(text, None)


def _wrong_crop(text: str) -> Refused:
    return Refused("invalid_parameters", details={"crop_to": [leaf(text, "invalid", format=_CROP_FORMAT)]})
