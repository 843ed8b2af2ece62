"""Request headers are read once: those that are alike are one object."""

from __future__ import annotations

import pytest

from mockserver.headers import LARGE, MOST, InternedHeaders, SentHeaders, decoded

PAIRS = (("host", "mock.test"), ("accept", "a"), ("accept", "b"))


class Buffered(dict):
    """A server's own header object, which holds on to more than its headers."""


def test_headers_that_are_alike_are_one_object_without_the_servers_own() -> None:
    alike = InternedHeaders()
    first, second = (alike.of(Buffered(PAIRS)) for _ in range(2))
    assert first is second
    assert type(first) is SentHeaders
    assert alike.of(first) is first
    assert alike.of(Buffered(host="other.test")) is not first


def test_they_are_read_by_name_and_the_first_of_several_counts() -> None:
    headers = InternedHeaders()(PAIRS)
    assert (headers.get("accept"), headers.get("nothing"), headers.items()) == ("a", None, PAIRS)
    assert ("host" in headers, "nothing" in headers) == (True, False)


def test_all_of_several_are_known_and_whether_they_contradict_each_other() -> None:
    headers = SentHeaders((*PAIRS, ("x-tag", "c"), ("x-tag", "c")))
    assert (headers.get_all("accept"), headers.get_all("host"), headers.get_all("nothing")) == (
        ("a", "b"),
        ("mock.test",),
        (),
    )
    assert [headers.contradicting(name) for name in ("accept", "x-tag", "host", "nothing")] == [
        True,
        False,
        False,
        False,
    ]
    assert headers.repeated == {"accept", "x-tag"}


@pytest.mark.parametrize(
    ("sent", "text"),
    [(b"abc", "abc"), ("Kjøpesenter".encode(), "Kjøpesenter"), ("Kjøp".encode("latin-1"), "Kjøp"), (b"\xff\xfe", "ÿþ")],
)
def test_a_value_is_utf_8_else_latin_1(sent: bytes, text: str) -> None:
    assert InternedHeaders().of_bytes([(b"x-a", sent)]).get("x-a") == decoded(sent) == text


def test_no_more_are_remembered_than_there_is_room_for() -> None:
    alike = InternedHeaders()
    first = alike((("x-tag", "first"),))
    for number in range(MOST):
        alike((("x-tag", str(number)),))
    assert alike((("x-tag", "first"),)) is not first


def test_large_headers_are_not_remembered() -> None:
    alike = InternedHeaders()
    for size, remembered in ((LARGE - 10, True), (LARGE, False)):
        pairs = [(b"x-tag", b"a" * size)]
        assert (alike.of_bytes(pairs) is alike.of_bytes(pairs)) is remembered


def test_of_large_headers_their_beginnings_tell_enough() -> None:
    headers = SentHeaders((("host", "mock.test"), ("x-big", "a" * 5_000), *(("x-many", "b") for _ in range(100))))
    short = headers.shortened()
    assert (headers.size > LARGE, short.size < LARGE) == (True, True)
    assert (short.get("host"), short.get("x-big")) == ("mock.test", "a" * 100 + "... (5,000 characters)")
