"""A file that is no capsule is one error, whatever it is, and costs nothing to find out."""

from __future__ import annotations

import contextlib
import io
import json
import lzma
import random
import tracemalloc
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mockserver.capsules import format as capsule_format
from mockserver.capsules.format import FORMAT, pack, unpack
from mockserver.capsules.model import BadCapsuleError, CapsuleTooLargeError
from mockserver.capsules.replay import replay
from mockserver.mock import Mock
from mockserver.worlds.base import FORMAT as BASE_FORMAT
from tests.callers import Caller
from tests.capsules.conftest import Save

OFFER = "members/me/offers/1000016"


@pytest.fixture
def file(app: Caller, save: Save) -> bytes:
    app.post(f"{OFFER}/use")
    app.get(OFFER)
    return pack(save())


def parts(file: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(file)) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


def zipped(members: dict[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return out.getvalue()


def changed(file: bytes, **more: Any) -> bytes:
    """A capsule with other values in its manifest."""
    found = parts(file)
    return zipped(found | {"capsule.json": json.dumps(json.loads(found["capsule.json"]) | more).encode()})


def edited(file: bytes, edit: Callable[[dict[str, Any]], object]) -> bytes:
    """A capsule whose first request is another."""
    found = parts(file)
    manifest = json.loads(found["capsule.json"])
    edit(manifest["requests"][0])
    return zipped(found | {"capsule.json": json.dumps(manifest).encode()})


def test_two_members_and_what_they_say(file: bytes) -> None:
    found = parts(file)
    assert list(found) == ["capsule.json", "blobs.xz"]
    manifest = json.loads(found["capsule.json"])
    assert (manifest["format"], manifest["world"], len(manifest["requests"])) == (FORMAT, "default", 2)
    assert sum(manifest["blobs"]) == len(lzma.decompress(found["blobs.xz"]))
    assert unpack(file).base.format == BASE_FORMAT


def test_equal_bodies_are_stored_once(app: Caller, save: Save) -> None:
    for _ in range(5):
        app.get(OFFER)
    assert len({each.answer.body for each in save().requests}) == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no zip file"),
        (b"PK\x03\x04", "no zip file"),
        (b"\x00" * 1_000, "no zip file"),
        (b"{}", "no zip file"),
        (zipped({}), "has no capsule.json"),
        (zipped({"../../capsule.json": b"{}", "/etc/passwd": b"x"}), "has no capsule.json"),
        (zipped({"capsule.json": b"{}"}), "not that of a capsule"),
        (zipped({"capsule.json": b"[1, 2]"}), "not that of a capsule"),
        (zipped({"capsule.json": b"\xff\xfe"}), "not that of a capsule"),
        (zipped({"capsule.json": b"[" * 100_000}), "not that of a capsule"),
        (zipped({"capsule.json": b'{"format": "1"}'}), "not that of a capsule"),
        (zipped({"capsule.json": b'{"format": 2}'}), "of format 2; this version reads format 1"),
        (zipped({"capsule.json": b'{"format": 1}'}), "has no blobs.xz"),
        (zipped({"capsule.json": b'{"format": 1}', "blobs.xz": b""}), "not that of a capsule"),
        (zipped({str(n): b"" for n in range(40)}), "over 16 members"),
        (zipped({"capsule.json": b'{"format": 1}'}, zipfile.ZIP_LZMA), "neither stored nor deflated"),
    ],
)  # fmt: skip
def test_what_is_no_capsule_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(BadCapsuleError, match=message):
        unpack(data)


def test_a_capsule_that_ends_early_is_refused(file: bytes) -> None:
    for length in range(0, len(file), 499):
        with pytest.raises(BadCapsuleError):
            unpack(file[:length])


def test_a_capsule_with_a_flipped_byte_is_refused_or_read(file: bytes) -> None:
    chance = random.Random(1)
    for _ in range(60):
        data = bytearray(file)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        with contextlib.suppress(BadCapsuleError):
            list(replay(unpack(bytes(data)), Mock))


@pytest.mark.parametrize(
    "more",
    [
        {"blobs": [-1]}, {"blobs": [10**12]}, {"blobs": []}, {"base": 99}, {"base": -1}, {"changes": 0}, {"requests": {}},
        {"requests": [{}]}, {"world": "../x"}, {"world": 7}, {"surroundings": []}, {"saved_at": "now"},
    ],
)  # fmt: skip
def test_a_manifest_that_contradicts_itself_is_refused(file: bytes, more: dict[str, Any]) -> None:
    with pytest.raises(BadCapsuleError):
        unpack(changed(file, **more))


@pytest.mark.parametrize(
    "edit",
    [
        lambda each: each.update(saw=-1), lambda each: each.update(saw=99), lambda each: each.update(made=10**20),
        lambda each: each.update(at=10**18), lambda each: each.update(body=99), lambda each: each.update(method=7),
        lambda each: each["answer"].update(body=-2), lambda each: each.update(arrived={"saw": 5, "at": 0}),
        lambda each: each.update(headers=[["a"]]), lambda each: each.update(arrived={"saw": 0, "at": 10**18}),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_is_refused(file: bytes, edit: Callable[[dict[str, Any]], object]) -> None:
    with pytest.raises(BadCapsuleError):
        unpack(edited(file, edit))


@pytest.mark.parametrize(
    "edit",
    [
        lambda each: each.update(path="/w/../v3"), lambda each: each.update(path=""), lambda each: each.update(method=""),
        lambda each: each.update(host="\x00", scheme="x", prefix="//"), lambda each: each.update(query="%" * 1_000),
        lambda each: each.update(why={"checks": [1, {"check": None}], "rules": {}, "refusal": [], "notes": 7}),
        lambda each: each.update(why=None or {}), lambda each: each["answer"].update(headers=[["", ""]], status=-5),
        lambda each: each["answer"].update(picture=[-1, 10**9]), lambda each: each.update(path="/w/none/v3/x"),
        lambda each: each.update(headers=[["x-mock-now", "9" * 50], ["x-mock-world", "\x1b[2J"]]),
    ],
)  # fmt: skip
def test_an_odd_request_is_answered_otherwise_at_most(file: bytes, edit: Callable[[dict[str, Any]], object]) -> None:
    from mockserver.capsules.telling import between, heading, in_lines, result, row, whole

    capsule = unpack(edited(file, edit))
    for each in replay(capsule, Mock):
        if not each.same:
            assert list(in_lines(result(each, 2)))
    assert heading(capsule), between(capsule) is not None
    assert [row(each) for each in capsule.requests]
    assert [whole(capsule, each) for each in capsule.requests]


def test_bombs_are_not_unpacked(file: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(capsule_format, "CAPSULE_TEXT", 100_000)
    monkeypatch.setattr(capsule_format, "CAPSULE_UNPACKED", 200_000)
    found, much = parts(file), 64 * 1024 * 1024
    tracemalloc.start()
    with pytest.raises(BadCapsuleError, match="has over 100,000 bytes"):
        unpack(zipped({"capsule.json": b" " * much}))
    with pytest.raises(BadCapsuleError, match="has over 200,000 bytes"):
        unpack(zipped(found | {"blobs.xz": lzma.compress(b"\0" * much)}))
    assert tracemalloc.get_traced_memory()[1] < 3 * much
    tracemalloc.stop()
    whole = lzma.compress(b"x" * 100_000)
    for broken, message in (
        (whole[:-5], "ends too early"),
        (whole[:40] + b"\xff" * 50, "cannot be unpacked"),
        (_with_dictionary(whole, 40), "cannot be unpacked"),  # it asks for 4 GB to unpack with
    ):
        with pytest.raises(BadCapsuleError, match=message):
            unpack(zipped(found | {"blobs.xz": broken}))


def _with_dictionary(data: bytes, size: int) -> bytes:
    """An xz file whose block says that it takes a dictionary of another size (``size``: 40 is 4 GB)."""
    import binascii

    start, length = 12, (data[12] + 1) * 4
    header = bytearray(data[start : start + length])
    header[4] = size
    crc = binascii.crc32(bytes(header[:-4])).to_bytes(4, "little")
    return data[:start] + bytes(header[:-4]) + crc + data[start + length :]


def test_a_capsule_over_the_limits_is_not_made(app: Caller, save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    app.get(OFFER)
    capsule = save()
    monkeypatch.setattr(capsule_format, "CAPSULE_UNPACKED", 100)
    with pytest.raises(CapsuleTooLargeError, match="take fewer of the last requests"):
        pack(capsule)


def test_a_base_of_another_format_names_it(file: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    capsule = unpack(file)
    capsule.base = msgspec.structs.replace(capsule.base, format=BASE_FORMAT + 1)
    with pytest.raises(BadCapsuleError, match=f"a world of format {BASE_FORMAT + 1}"):
        unpack(pack(capsule))


def test_members_that_nobody_knows_are_left_alone(file: bytes, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert len(unpack(zipped(parts(file) | {"notes.txt": b"what I did"})).requests) == 2
