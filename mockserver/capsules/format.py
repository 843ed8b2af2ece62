"""The file: a zip with two members. ``capsule.json`` has all that people read, ``blobs.xz`` the rest.

Each body, base and list of changes is a blob, stored once, and all of them are compressed together: bodies of one API are much
alike. Whatever is read is bounded, and what cannot be read is one error.
"""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from collections.abc import Iterable
from typing import TypeVar

import msgspec
from msgspec import Struct

from mockserver.capsules.model import (
    BadCapsuleError,
    Blobs,
    Capsule,
    CapsuleTooLargeError,
    RecordedRequest,
    Surroundings,
)
from mockserver.clock import FIRST, LAST
from mockserver.limits import CAPSULE_BYTES, CAPSULE_TEXT, CAPSULE_UNPACKED
from mockserver.values.instants import Instant
from mockserver.worlds.base import Base, UnreadableError, read_base, read_effect, write_base, write_effect
from mockserver.worlds.worlds import checked_name

FORMAT = 1
"""The version of the file; a change that older versions cannot read increases it."""
MANIFEST, BLOBS = "capsule.json", "blobs.xz"
_MEMORY = 64 * 1024 * 1024  # bytes that unpacking may take besides what is unpacked
_LARGE = 8 * 1024 * 1024  # bytes from which blobs are compressed quickly rather than well
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the date of the members: equal capsules are equal files
_ENTRY, _MEMBERS = b"PK\x01\x02", 16  # what the directory of a zip has for each member, and how many are read
_PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Manifest(Struct, frozen=True):
    """``capsule.json``: ``base`` and ``changes`` are blobs, ``blobs`` their lengths; ``earlier`` counts the requests left out."""

    format: int
    version: str
    saved_at: Instant
    world: str
    surroundings: Surroundings
    base: int
    changes: int
    requests: tuple[RecordedRequest, ...]
    blobs: tuple[int, ...]
    earlier: int = 0


# -- writing


def pack(capsule: Capsule) -> bytes:
    """Return a capsule as the bytes of its file. Raise CapsuleTooLargeError."""
    blobs = _used(capsule)
    base = blobs.add(write_base(capsule.base))
    steps = [blobs.add(write_base(step)) if isinstance(step, Base) else write_effect(step) for step in capsule.changes]
    changes = blobs.add(msgspec.msgpack.encode(steps))
    manifest = Manifest(
        FORMAT, capsule.version, capsule.saved_at, capsule.base.name, capsule.surroundings, base, changes,
        tuple(capsule.requests), tuple(map(len, blobs.parts)), capsule.earlier,
    )  # fmt: skip
    told, data = msgspec.json.encode(manifest), b"".join(blobs.parts)
    _check_size(len(told), CAPSULE_TEXT)
    _check_size(len(data), CAPSULE_UNPACKED)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        zipped.writestr(zipfile.ZipInfo(MANIFEST, _EPOCH), told, zipfile.ZIP_DEFLATED, 9)
        packed = lzma.compress(data, preset=1 if len(data) > _LARGE else 6)
        zipped.writestr(zipfile.ZipInfo(BLOBS, _EPOCH), packed, zipfile.ZIP_STORED)
    _check_size(file.tell(), CAPSULE_BYTES)
    return file.getvalue()


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise CapsuleTooLargeError(f"the capsule would have over {most:,} bytes: take fewer of the last requests")


def _used(capsule: Capsule) -> Blobs:
    """Return the bodies that the requests refer to, numbered anew, so that none is left that nobody asks for."""
    old, new = capsule.blobs, Blobs()

    def moved(place: int | None) -> int | None:
        return None if place is None else new.add(old.get(place))

    capsule.requests = [
        msgspec.structs.replace(
            each, body=moved(each.body), answer=msgspec.structs.replace(each.answer, body=moved(each.answer.body))
        )
        for each in capsule.requests
    ]
    capsule.blobs = Blobs(new.parts)
    return new


# -- reading


_Kind = TypeVar("_Kind")


class _CapsuleHead(Struct):
    format: int


def unpack(data: bytes) -> Capsule:
    """Return the capsule in a file's bytes. Raise BadCapsuleError on anything else."""
    if len(data) > CAPSULE_BYTES:
        raise BadCapsuleError(f"it has over {CAPSULE_BYTES:,} bytes")
    if data.count(_ENTRY) > _MEMBERS:
        raise BadCapsuleError(f"it has over {_MEMBERS} members")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as zipped:
            told = _member(zipped, MANIFEST, CAPSULE_TEXT)
            found = _decoded(told, _CapsuleHead).format
            if found != FORMAT:
                raise BadCapsuleError(f"it is of format {found}; this version reads format {FORMAT}")
            packed = _member(zipped, BLOBS, CAPSULE_BYTES)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
    ) as problem:
        if isinstance(problem, BadCapsuleError):
            raise
        raise BadCapsuleError(f"it is no zip file that can be read ({problem})") from None
    manifest = _decoded(told, Manifest)
    return _capsule(manifest, Blobs(_split(_unpacked(packed), manifest.blobs)))


def _member(zipped: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Return a member, never more of it than ``most`` bytes whatever the zip says of its size."""
    try:
        if zipped.getinfo(name).compress_type not in _PLAIN:
            raise BadCapsuleError(f"its {name} is neither stored nor deflated")
        with zipped.open(name) as member:
            data = member.read(most + 1)
    except KeyError:
        raise BadCapsuleError(f"it has no {name}, so it is no capsule") from None
    if len(data) > most:
        raise BadCapsuleError(f"its {name} has over {most:,} bytes")
    return data


def _decoded(data: bytes, kind: type[_Kind]) -> _Kind:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise BadCapsuleError(f"its {MANIFEST} is not that of a capsule ({problem})") from None


def _unpacked(packed: bytes) -> bytes:
    most, reader = CAPSULE_UNPACKED, lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY)
    try:
        data = reader.decompress(packed, most + 1)
    except lzma.LZMAError as problem:
        raise BadCapsuleError(f"its {BLOBS} cannot be unpacked ({problem})") from None
    if len(data) > most:
        raise BadCapsuleError(f"unpacked its {BLOBS} has over {most:,} bytes")
    if not reader.eof:
        raise BadCapsuleError(f"its {BLOBS} ends too early")
    return data


def _split(data: bytes, lengths: Iterable[int]) -> Iterable[bytes]:
    start = 0
    for length in lengths:
        if length < 0 or start + length > len(data):
            raise BadCapsuleError(f"its {BLOBS} is shorter than {MANIFEST} says")
        yield data[start : start + length]
        start += length


def _capsule(manifest: Manifest, blobs: Blobs) -> Capsule:
    try:
        checked_name(manifest.world)
        steps = msgspec.msgpack.decode(blobs.get(manifest.changes), type=list[bytes | int])
        changes = [read_base(blobs.get(step)) if isinstance(step, int) else read_effect(step) for step in steps]
        base = read_base(blobs.get(manifest.base))
    except (UnreadableError, ValueError, RecursionError) as problem:
        if isinstance(problem, BadCapsuleError):
            raise
        raise BadCapsuleError(f"it has {problem}") from None
    for each in manifest.requests:
        arrived = each.saw if each.arrived is None else each.arrived.saw
        if not (0 <= arrived <= each.saw and each.made >= 0 and each.saw + each.made <= len(changes)):
            raise BadCapsuleError(f"request {each.id} stands beyond its {len(changes)} changes")
        if not (FIRST <= each.at <= LAST and (each.arrived is None or FIRST <= each.arrived.at <= LAST)):
            raise BadCapsuleError(f"request {each.id} came at an impossible time")
        blobs.get(each.body), blobs.get(each.answer.body)
    return Capsule(
        manifest.version, manifest.saved_at, manifest.surroundings, base, changes, list(manifest.requests), blobs,
        manifest.earlier,
    )  # fmt: skip
