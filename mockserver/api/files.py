"""Files of offers and collections: their schema, upload, update, reprocess and delete (the reference, ``80_files.md``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from mockserver.api.context import RequestContext
from mockserver.api.multipart import read_form
from mockserver.api.operations import operation
from mockserver.api.routes import record_id
from mockserver.api.shown import kinds_in
from mockserver.api.strictness import undocumented
from mockserver.api.upload import Upload, check_crop, check_kind, look_into, read_crop, read_upload
from mockserver.domain.checks import CheckFailed
from mockserver.domain.files import Owner, PictureKind, file_models
from mockserver.domain.model import Collection, Offer, Picture
from mockserver.errors import Refused
from mockserver.records.effects import RecordsPut

_PERMIT = "Files:Api:"
_PATH = "files/{owner}/{id}/{kind}"
_DOCUMENT = "80_files.md"
_BOUNDS = ("min_width", "min_height", "max_width", "max_height")
_OWNERS: dict[str, Owner] = {"offers": "offer", "collections": "collection"}
_REFUSALS = ("invalid_parameters", "offer_not_found", "collection_not_found")


@operation(
    "GET",
    "files/schema",
    document=_DOCUMENT,
    permits={"": (_PERMIT + "GetSchema",)},
    needs_offers_api=False,
    response="FileSchema",
)
def get_file_schema(ctx: RequestContext) -> Any:
    """Get file schema."""
    return {"files_kinds": [_kind_value(kind) for kind in kinds_in(ctx.revision.name)]}


def _kind_value(kind: PictureKind) -> dict[str, Any]:
    sizes: dict[str, tuple[int | None, ...]] = {
        "base": (*kind.base, *kind.base),
        "thumbnail": (*kind.thumbnail, *kind.thumbnail),
    }
    sizes["original"] = (*kind.base, None, None)
    return {
        "identifier": kind.name,
        "type": "IMAGE",
        "ratio": "{}:{}".format(*kind.ratio),
        "sizes": [{"identifier": name} | dict(zip(_BOUNDS, bounds, strict=True)) for name, bounds in sizes.items()],
    }


@operation(
    "POST",
    _PATH,
    document=_DOCUMENT,
    permits={"": (_PERMIT + "Create",)},
    needs_offers_api=False,
    multipart=True,
    response="FileVersions",
    refusals=_REFUSALS,
    writes=True,
)
def create_file(ctx: RequestContext) -> Any:
    """Create file."""
    owner, kind = _place(ctx)
    upload = read_upload(_upload(ctx), kind, _next_version(ctx))
    record = _record(ctx, owner)
    if any(picture.kind == kind for picture in record.files):
        ctx.note("alias", "create_file", f"there was a {kind} already: it is replaced, as by update_file")
    return _keep(ctx, owner, record, upload)


@operation(
    "PUT",
    _PATH,
    document=_DOCUMENT,
    permits={"": (_PERMIT + "Update",)},
    needs_offers_api=False,
    multipart=True,
    response="FileVersions",
    refusals=(*_REFUSALS, "file_not_found"),
    writes=True,
)
def update_file(ctx: RequestContext) -> Any:
    """Update file."""
    owner, kind = _place(ctx)
    upload = read_upload(_upload(ctx), kind, _next_version(ctx))
    record = _record(ctx, owner)
    _present(record, owner, kind)
    return _keep(ctx, owner, record, upload)


@operation(
    "PUT",
    _PATH + "/reprocess",
    document=_DOCUMENT,
    permits={"": (_PERMIT + "Reprocess",)},
    needs_offers_api=False,
    multipart=True,
    response="FileVersions",
    refusals=(*_REFUSALS, "file_not_found"),
    writes=True,
)
def reprocess_file(ctx: RequestContext) -> Any:
    """Recreate the projected versions from another part of the original."""
    owner, kind = _place(ctx)
    form = read_form(ctx.request)
    if "file" in form.files:
        note = "file is not an attribute that reprocess_file takes; it was ignored"
        undocumented(ctx, "attribute", {"file": note}, [(("file",), None)])
    text = form.fields.get("crop_to")
    check_crop(text)
    record = _record(ctx, owner)
    picture = _present(record, owner, kind)
    crop_to = read_crop(text, (picture.width, picture.height))
    return _keep(ctx, owner, record, replace(picture, crop_to=crop_to, version=_next_version(ctx)))


@operation(
    "DELETE",
    _PATH,
    document=_DOCUMENT,
    permits={"": (_PERMIT + "Delete",)},
    needs_offers_api=False,
    refusals=(*_REFUSALS, "file_not_found"),
    writes=True,
)
def delete_file(ctx: RequestContext) -> Any:
    """Delete file."""
    owner, kind = _place(ctx)
    record = _record(ctx, owner)
    _present(record, owner, kind)
    _put(ctx, record, tuple(picture for picture in record.files if picture.kind != kind))
    return {}


def _place(ctx: RequestContext) -> tuple[Owner, str]:
    """Return the path's record and the kind of file; refuse a kind that records of this type do not have."""
    owner = _OWNERS.get(ctx.path["owner"])
    if owner is None:
        raise Refused("path_not_found", path=ctx.request.path)
    check_kind(owner, ctx.path["kind"], ctx.revision.name)
    return owner, ctx.path["kind"]


def _upload(ctx: RequestContext) -> Upload:
    """Return the upload in the body; usually the layer ``uploads`` has decoded it already, without the world's lock."""
    ready: Upload | None = ctx.request.upload
    return ready or look_into(ctx.request)


def _next_version(ctx: RequestContext) -> int:
    """Return a version that no earlier upload had, deleted ones included, so that no cache shows an old picture."""
    return ctx.world.rev + 1


def _record(ctx: RequestContext, owner: Owner) -> Offer | Collection:
    text = ctx.path["id"]
    number, records = record_id(text), ctx.records
    table: Mapping[int, Offer | Collection] = records.offers if owner == "offer" else records.collections
    record = None if number is None else table.get(number)
    if record is None or record.club != ctx.club.slug:
        raise CheckFailed(f"{owner}_not_found", owner, text, f"one of {ctx.club.slug}", id=text)
    ctx.offer_id = record.id if owner == "offer" else None
    ctx.passed(owner, record.id)
    return record


def _present(record: Offer | Collection, owner: Owner, kind: str) -> Picture:
    found = next((picture for picture in record.files if picture.kind == kind), None)
    if found is None:
        raise Refused("file_not_found", id=f"{owner}-{record.id}-{kind}")
    return found


def _keep(ctx: RequestContext, owner: Owner, record: Offer | Collection, upload: Picture) -> dict[str, Any]:
    """Replace the file of the upload's kind, or append it; return its files."""
    kinds = [picture.kind for picture in record.files]
    at = kinds.index(upload.kind) if upload.kind in kinds else len(kinds)
    _put(ctx, record, (*record.files[:at], upload, *record.files[at + 1 :]))
    return _versions(ctx, owner, record.id, upload)


def _versions(ctx: RequestContext, owner: Owner, record_id: int, picture: Picture) -> dict[str, Any]:
    original, thumbnail, base = file_models(owner, record_id, (picture,))
    return {
        "original": {"file_type": "IMAGE"} | original.shape(ctx.base),
        "projected_versions": [
            {"size_type": file.size_type, "url": file.url(ctx.base)}
            | dict(zip(_BOUNDS, (file.width, file.height) * 2, strict=True))
            for file in (base, thumbnail)
        ],
    }


def _put(ctx: RequestContext, record: Offer | Collection, files: tuple[Picture, ...]) -> None:
    if isinstance(record, Offer):
        ctx.apply(RecordsPut((replace(record, files=files, updated_at=ctx.now),)))
    else:
        ctx.apply(RecordsPut((replace(record, files=files),)))
