"""Files of offers and collections: their schema, upload, update and delete (the contract, section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from mockserver.api.context import RequestContext
from mockserver.api.operations import operation
from mockserver.api.routes import record_id
from mockserver.api.upload import Upload, check_kind, look_into, read_upload
from mockserver.domain.checks import CheckFailed
from mockserver.domain.files import KINDS, MAX_PIXELS, MEDIA_TYPES, THUMBNAIL_SIDE, Kind, Owner, file_models
from mockserver.domain.model import Collection, Offer, Picture
from mockserver.errors import Refused
from mockserver.records.effects import RecordsPut

_PERMIT = "Files:Api:"
_PATH = "files/{owner}/{id}/{kind}"
_DOCUMENT = "the contract, section 4"
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
def get_file_schema(_: RequestContext) -> Any:
    """Get file schema."""
    return {"files_kinds": [_kind_value(kind) for kind in KINDS.values()]}


def _kind_value(kind: Kind) -> dict[str, Any]:
    width, height = kind.base
    return {
        "kind": kind.name,
        "record_type": f"{kind.owner}s",
        "ratio": {"width": kind.ratio[0], "height": kind.ratio[1]},
        "accepted_extensions": list(MEDIA_TYPES),
        "max_pixels": MAX_PIXELS,
        "projected_versions": [
            {"size_type": "thumbnail", "longer_side": THUMBNAIL_SIDE, "keeps_ratio": True, "enlarges": False},
            {"size_type": "base", "width": width, "height": height, "keeps_ratio": False, "enlarges": True},
        ],
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
    _check_present(record, owner, kind)
    return _keep(ctx, owner, record, upload)


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
    _check_present(record, owner, kind)
    _put(ctx, record, tuple(picture for picture in record.files if picture.kind != kind))
    return {}


def _place(ctx: RequestContext) -> tuple[Owner, str]:
    """Return what the path's record is, and the kind of file; refuse a kind that such records do not have."""
    owner = _OWNERS.get(ctx.path["owner"])
    if owner is None:
        raise Refused("path_not_found", path=ctx.request.path)
    check_kind(owner, ctx.path["kind"])
    return owner, ctx.path["kind"]


def _upload(ctx: RequestContext) -> Upload:
    """Return what the body holds; as a rule somebody has looked into it already, while the world was free."""
    ready: Upload | None = ctx.request.upload
    return ready or look_into(ctx.request)


def _next_version(ctx: RequestContext) -> int:
    """Return a version that no earlier upload had, not even one deleted since: no cache may show an old picture."""
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


def _check_present(record: Offer | Collection, owner: Owner, kind: str) -> None:
    if all(picture.kind != kind for picture in record.files):
        raise Refused("file_not_found", id=f"{owner}-{record.id}-{kind}")


def _keep(ctx: RequestContext, owner: Owner, record: Offer | Collection, upload: Picture) -> dict[str, Any]:
    """Put an upload where the file of its kind was, or after all others; answer its files."""
    kinds = [picture.kind for picture in record.files]
    at = kinds.index(upload.kind) if upload.kind in kinds else len(kinds)
    _put(ctx, record, (*record.files[:at], upload, *record.files[at + 1 :]))
    original, *projected = (model.shape(ctx.base) for model in file_models(owner, record.id, (upload,)))
    return {"original": original, "projected_versions": projected}


def _put(ctx: RequestContext, record: Offer | Collection, files: tuple[Picture, ...]) -> None:
    if isinstance(record, Offer):
        ctx.apply(RecordsPut((replace(record, files=files, updated_at=ctx.now),)))
    else:
        ctx.apply(RecordsPut((replace(record, files=files),)))
