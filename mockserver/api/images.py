"""Serving ``/files/...``: pictures as an image CDN serves them, and the ``seen`` that fetching one records.

"Seen events are automatically tracked when retrieving offer image/file within member context"
(``docs/offers-events.md``, "Seen").
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, timedelta

from mockserver.api.context import RequestContext
from mockserver.api.ranges import Range, from_the_start, part_of, range_of
from mockserver.domain.files import MAX_PIXELS, MEDIA_TYPES, FileName, read_name
from mockserver.domain.model import Collection, Event, Member, Offer, Picture
from mockserver.domain.signatures import read_suffix
from mockserver.errors import Refused
from mockserver.exchange import Note, Request, Response
from mockserver.pictures.gallery import Gallery
from mockserver.pictures.making import PictureSpec
from mockserver.records.effects import EventsAdded
from mockserver.records.tables import Records
from mockserver.values.instants import EPOCH, Instant

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
CACHE_CONTROL = "public, max-age=3600"
_GALLERY = Gallery(16 * 1024 * 1024)  # a cache of pure functions, shared by all worlds


def serve(ctx: RequestContext) -> Response:
    """Answer a request for ``/files/NAME`` or ``/files/VERSION/NAME``.

    The response's ``work`` makes the picture. A GET with a genuine member suffix records a ``seen`` event, unless it
    asks for a range that does not begin with the first byte: that continues an earlier download.
    Refuse unknown files, and methods other than GET and HEAD.
    """
    request = ctx.request
    if request.method not in ("GET", "HEAD"):
        raise Refused("method_not_allowed", method=request.method, allow="GET, HEAD")
    record, name, picture = _find(ctx.records, ctx.below)
    ctx.path, ctx.offer_id = {"slug": record.club}, record.id if isinstance(record, Offer) else None
    ctx.member = member = _member(ctx, record)
    making = PictureSpec(name, picture, _title(record))
    asked = range_of(request, lambda version: _is_current(version, record, making.key))
    seen = request.method == "GET" and from_the_start(asked)
    if member is not None and isinstance(record, Offer) and seen:
        ctx.apply(EventsAdded((_seen(record, member.id, ctx.now),)))
    return _answer(request, record, making, asked)


def _find(records: Records, path: str) -> tuple[Offer | Collection, FileName, Picture]:
    """Return the picture at a path. Archived offers keep their pictures, as on a CDN; an old version shows the newest."""
    asked = path.removeprefix("/files/")
    version, _, last = asked.rpartition("/")
    name = read_name(last) if not version or version.isdecimal() else None
    if name is not None:
        offers, collections = records.offers, records.collections
        record = offers.get(name.record_id) if name.owner == "offer" else collections.get(name.record_id)
        picture = _picture_of(record, name)
        if record is not None and picture is not None:
            return record, name, picture
    raise Refused("file_not_found", id=asked)


def _picture_of(record: Offer | Collection | None, name: FileName) -> Picture | None:
    for picture in record.files if record is not None else ():
        if (picture.kind, picture.extension) == (name.kind, name.extension):
            possible = picture.extension in MEDIA_TYPES and picture.width * picture.height <= MAX_PIXELS
            return picture if possible else None
    return None


def _title(record: Offer | Collection) -> str:
    if isinstance(record, Offer):
        return record.name or record.internal_name or f"Offer {record.id}"
    return record.title or record.short_title or f"Collection {record.id}"


def _answer(request: Request, record: Offer | Collection, making: PictureSpec, asked: Range | None) -> Response:
    key = making.key
    headers: tuple[tuple[str, str], ...] = (
        ("etag", f'"{key}"'),
        ("cache-control", CACHE_CONTROL),
        ("accept-ranges", "bytes"),
    )
    if isinstance(record, Offer):
        headers = (*headers, ("last-modified", http_date(record.updated_at)))
    if _has_it(request, record, key):
        return Response(304, b"", headers)
    headers = (*headers, ("content-type", MEDIA_TYPES[making.picture.extension]))
    ready = _GALLERY.get(key)
    response = Response(200, ready or b"", headers)
    if ready is None:
        response.work, response.paints = _work(response, making, key, asked), True
    elif asked is not None:
        return part_of(response, asked)
    return response


def http_date(instant: Instant) -> str:
    """Return an instant as HTTP headers write it, in English wherever this runs: ``Wed, 13 Mar 2019 18:00:00 GMT``."""
    moment = EPOCH + timedelta(seconds=instant // 1000)
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    return f"{day}, {moment.day:02d} {month} {moment.year:04d} {moment:%H:%M:%S} GMT"


def _work(response: Response, making: PictureSpec, key: str, asked: Range | None) -> Callable[[], Response]:
    """Make the picture. Complete the same response object, which others may have added headers to meanwhile."""

    def work() -> Response:
        response.body, response.work = _GALLERY.keep(key, making.make()), None
        return response if asked is None else part_of(response, asked)

    return work


def _has_it(request: Request, record: Offer | Collection, key: str) -> bool:
    """Return whether the client's copy is current: by its ETag, or else by ``If-Modified-Since``."""
    tags = request.headers.get("if-none-match")
    if tags is not None:
        known = [tag.strip().removeprefix("W/") for tag in tags.split(",")]
        return "*" in known or f'"{key}"' in known
    since = request.headers.get("if-modified-since")
    return since is not None and isinstance(record, Offer) and record.updated_at // 1000 <= _seconds(since)


def _is_current(version: str, record: Offer | Collection, key: str) -> bool:
    """Return whether an ``If-Range`` names the current picture: by its ETag, or by its exact date."""
    return version == f'"{key}"' or (isinstance(record, Offer) and version == http_date(record.updated_at))


def _seconds(text: str) -> float:
    """Return an HTTP date in seconds since the epoch; an invalid one is earlier than all others."""
    from email.utils import parsedate_to_datetime  # for the few clients that store no ETag

    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return -math.inf


def _member(ctx: RequestContext, record: Offer | Collection) -> Member | None:
    """Return the member whom the suffix names; None for a forged suffix, which is noted."""
    value = next((pair[2:] for pair in ctx.request.query.split("&") if pair.startswith("m=")), None)
    if value is None:
        return None
    member_id = read_suffix(ctx.world.secret, ctx.world.name, record.club, value)
    member = None if member_id is None else ctx.records.club_member(record.club, member_id)
    if member is None:
        text = "not a signature of this world and club: the picture is served, but no seen event is recorded"
        ctx.notes.append(Note("parameter", "m", text, {"value": value[:100]}))
    return member


def _seen(offer: Offer, member_id: int, now: Instant) -> Event:
    return Event(
        kind="seen",
        club=offer.club,
        offer_id=offer.id,
        member_id=member_id,
        created_at=now,
        recorded_at=now,
        source="image",
    )
