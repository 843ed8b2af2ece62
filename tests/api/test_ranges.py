"""Parts of a picture (RFC 9110, section 14), and which of them count as having seen it."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.exchange import Response
from mockserver.mock import Mock
from tests.callers import Caller, body_of


@pytest.fixture
def picture(app: Caller) -> tuple[str, str]:
    """The path and query of a picture as a member is given it."""
    url = body_of(app.get("members/me/offers/1000115"))["offer"]["files"][0]["url"]
    path, _, query = url.partition("mock.test")[2].partition("?")
    return path, query


def fetch(app: Caller, picture: tuple[str, str], method: str = "GET", **headers: str) -> Response:
    answer = app.call(method, picture[0], picture[1], **headers)
    return answer.work() if answer.work else answer


def facts(answer: Response) -> tuple[int, int, Any]:
    return answer.status, len(answer.body), dict(answer.headers).get("content-range")


def seen(mock: Mock) -> int:
    return len(mock.worlds.get("default").records.events)


def test_a_whole_picture_says_that_it_is_sent_in_parts(app: Caller, picture: tuple[str, str]) -> None:
    whole = fetch(app, picture)
    assert (whole.status, dict(whole.headers)["accept-ranges"]) == (200, "bytes")


@pytest.mark.parametrize("warm", [True, False])
def test_parts_make_the_whole(app: Caller, picture: tuple[str, str], warm: bool) -> None:
    path = (picture[0].replace("1000115", "1000016"), "") if not warm else picture
    first = fetch(app, path, range="bytes=0-99")
    rest = fetch(app, path, range="bytes=100-")
    whole = fetch(app, path).body
    assert facts(first) == (206, 100, f"bytes 0-99/{len(whole)}")
    assert facts(rest) == (206, len(whole) - 100, f"bytes 100-{len(whole) - 1}/{len(whole)}")
    assert first.body + rest.body == whole


def test_the_end_of_a_picture(app: Caller, picture: tuple[str, str]) -> None:
    whole = fetch(app, picture).body
    size = len(whole)
    assert fetch(app, picture, range="bytes=-10").body == whole[-10:]
    assert facts(fetch(app, picture, range=f"bytes=-{size + 5}")) == (206, size, f"bytes 0-{size - 1}/{size}")
    assert facts(fetch(app, picture, range=f"bytes={size - 1}-{size + 9}")) == (
        206,
        1,
        f"bytes {size - 1}-{size - 1}/{size}",
    )


def test_behind_the_end_is_416(app: Caller, picture: tuple[str, str]) -> None:
    size = len(fetch(app, picture).body)
    for behind in (f"bytes={size}-", f"bytes={size + 1}-{size + 2}", "bytes=-0"):
        answer = fetch(app, picture, range=behind)
        assert (answer.status, dict(answer.headers)["content-range"]) == (416, f"bytes */{size}")


@pytest.mark.parametrize(
    "nonsense", ["bytes=-", "bytes=5-1", "bytes=a-b", "items=0-1", "bytes=0-1,3-4", "0-1", "bytes=" + "9" * 30 + "-"]
)
def test_what_is_not_understood_is_the_whole(app: Caller, picture: tuple[str, str], nonsense: str) -> None:
    assert fetch(app, picture, range=nonsense).status == 200


def test_if_range_gives_the_part_of_the_same_version_alone(app: Caller, picture: tuple[str, str]) -> None:
    headers = dict(fetch(app, picture).headers)
    for version, status in [
        (headers["etag"], 206), (headers["last-modified"], 206), ('"other"', 200), ("W/" + headers["etag"], 200),
        ("Wed, 13 Mar 2011 18:00:00 GMT", 200), ("", 200),
    ]:  # fmt: skip
        assert fetch(app, picture, range="bytes=1-2", if_range=version).status == status


def test_head_and_a_picture_that_is_known_take_no_range(app: Caller, picture: tuple[str, str]) -> None:
    assert fetch(app, picture, "HEAD", range="bytes=0-1").status == 200
    etag = dict(fetch(app, picture).headers)["etag"]
    assert fetch(app, picture, range="bytes=0-1", if_none_match=etag).status == 304


@pytest.mark.parametrize(
    ("range_", "if_range", "counts"),
    [
        (None, None, True), ("bytes=0-", None, True), ("bytes=0-99", None, True), ("bytes=1-", None, False),
        ("bytes=100-199", None, False), ("bytes=-5", None, False), ("nonsense", None, True), ("bytes=100-", '"old"', True),
    ],
)  # fmt: skip
def test_only_a_part_from_the_first_byte_is_seen(
    app: Caller, mock: Mock, picture: tuple[str, str], range_: str | None, if_range: str | None, counts: bool
) -> None:
    before = seen(mock)
    fetch(app, picture, range=range_, if_range=if_range)  # type: ignore[arg-type]
    assert seen(mock) - before == counts
