"""Request headers are read once: those that are alike are one object."""

from __future__ import annotations

from mockserver.headers import MOST, Alike, SentHeaders

PAIRS = (("host", "mock.test"), ("accept", "a"), ("accept", "b"))


class Buffered(dict):
    """A server's own header object, which holds on to more than its headers."""


def test_headers_that_are_alike_are_one_object_without_the_servers_own() -> None:
    alike = Alike()
    first, second = (alike.of(Buffered(PAIRS)) for _ in range(2))
    assert first is second
    assert type(first) is SentHeaders
    assert alike.of(first) is first
    assert alike.of(Buffered(host="other.test")) is not first


def test_they_are_read_by_name_and_the_first_of_several_counts() -> None:
    headers = Alike()(PAIRS)
    assert (headers.get("accept"), headers.get("nothing"), headers.items()) == ("a", None, PAIRS)
    assert ("host" in headers, "nothing" in headers) == (True, False)


def test_a_required_header_that_cannot_be_read_is_there_all_the_same() -> None:
    headers = SentHeaders((("x-product-name", "default"), ("x-user-agent", "test")), ("x-client-authorization",))
    assert headers.missing == ("x-client-authorization",)
    assert ("x-client-authorization" in headers, headers.get("x-client-authorization")) == (True, None)


def test_no_more_are_remembered_than_there_is_room_for() -> None:
    alike = Alike()
    first = alike((("x-tag", "first"),))
    for number in range(MOST):
        alike((("x-tag", str(number)),))
    assert alike((("x-tag", "first"),)) is not first
