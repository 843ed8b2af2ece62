"""The log: bounded in number and in bytes, with those who wait for the next exchange."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mockserver.exchange import Request, Response
from mockserver.headers import InternedHeaders, SentHeaders
from mockserver.journal import Entry, Journal
from mockserver.journal.bodies import SMALL_BODY
from mockserver.journal.entry import repeated
from tests.journal.exchanges import exchange
from tests.records import NOON


def ids(journal: Journal) -> list[int]:
    return [entry.id for entry in journal.newest_first()]


def test_it_keeps_the_newest_and_counts_what_it_dropped():
    journal = Journal(3)
    for entry_id in range(1, 6):
        journal.add(exchange(entry_id))
    assert (ids(journal), journal.dropped, journal.total, len(journal)) == ([5, 4, 3], 2, 5, 3)


def test_of_size_0_it_keeps_none():
    journal = Journal(0)
    journal.add(exchange(1, operation="get_offer"))
    assert (ids(journal), journal.dropped, journal.total) == ([], 1, 1)


def test_clearing_forgets_the_exchanges_but_not_the_ids():
    journal = Journal(3)
    for entry_id in (1, 2):
        journal.add(exchange(entry_id))
    journal.clear()
    assert (ids(journal), journal.dropped, journal.find(2)) == ([], 0, None)
    for entry_id in range(3, 8):
        journal.add(exchange(entry_id))
    assert (ids(journal), journal.dropped, journal.find(4), journal.find(5).id) == ([7, 6, 5], 2, None, 5)


def test_only_those_after_an_id_are_read():
    journal = Journal(3)
    for entry_id in range(1, 6):
        journal.add(exchange(entry_id))
    after = {id_: [entry.id for entry in journal.newest_first(after=id_)] for id_ in (0, 3, 4, 5, 99)}
    assert after == {0: [5, 4, 3], 3: [5, 4], 4: [5], 5: [], 99: []}


def test_an_exchange_is_found_by_its_id_while_it_is_kept():
    journal = Journal(1)
    journal.add(exchange(1))
    journal.add(exchange(2))
    assert (journal.find(1), journal.find(2)) == (None, journal.newest_first()[0])


def test_each_gets_the_next_id_and_its_answer_tells():
    journal, entries = Journal(2), [exchange(0) for _ in range(3)]
    for entry in entries:
        journal.add(entry)
    assert [entry.id for entry in entries] == [1, 2, 3]
    assert [entry.response.headers[-1] for entry in entries] == [("x-mock-request-id", str(id_)) for id_ in (1, 2, 3)]


def test_threads_that_add_at_once_leave_whole_rows():
    journal, interval = Journal(1_000), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            for _ in threads.map(lambda _: journal.add(exchange(0)), range(4_000)):
                pass
    finally:
        sys.setswitchinterval(interval)
    assert [entry.id for entry in journal.newest_first()] == list(range(4_000, 3_000, -1))


def test_those_who_wait_are_woken_until_they_leave():
    journal, woken = Journal(1), []
    leave = journal.subscribe(lambda entry: woken.append(entry.id))
    journal.add(exchange(1))
    leave()
    journal.add(exchange(2))
    assert woken == [1]


def with_body(entry_id: int, body: bytes):
    return exchange(entry_id, response=Response(200, body))


def test_the_oldest_bodies_go_when_they_are_too_large_together():
    journal = Journal(10, budget=3 * SMALL_BODY)
    for entry_id in range(1, 4):
        journal.add(with_body(entry_id, bytes(SMALL_BODY + entry_id)))
    kept = [(entry.id, len(entry.response.body), entry.shed) for entry in journal.newest_first()]
    assert kept == [(3, SMALL_BODY + 3, False), (2, SMALL_BODY + 2, False), (1, 0, True)]


def test_a_shared_body_counts_once():
    journal, body = Journal(10, budget=3 * SMALL_BODY), bytes(SMALL_BODY * 2)
    for entry_id in range(1, 8):
        journal.add(with_body(entry_id, body))
    assert not any(entry.shed for entry in journal.newest_first())


@pytest.mark.parametrize("rounds", [1, 50])
def test_dropped_exchanges_give_their_bytes_back(rounds):
    journal = Journal(2, budget=3 * SMALL_BODY)
    for entry_id in range(1, 3 * rounds):
        journal.add(with_body(entry_id, bytes(SMALL_BODY + 1)))
    journal.add(exchange(journal.total + 1))
    assert [entry.shed for entry in journal.newest_first()] == [False, False]
    journal.clear()
    journal.add(with_body(journal.total + 1, bytes(SMALL_BODY * 2)))
    assert [entry.shed for entry in journal.newest_first()] == [False]


def repeat(journal: Journal, first: Entry) -> None:
    id_ = journal.total + 1
    headers = InternedHeaders()((("host", "mock.test"), ("x-tag", str(id_))))
    request = replace(first.request, headers=headers, peer=("127.0.0.1", id_))
    response = Response(first.status, first.response.body, (*first.response.headers, ("vary", "Origin")))
    journal.add(repeated(first, request, response, NOON + id_, (7 + id_) * 1_000, 0))


def test_an_exchange_repeated_is_read_as_one_of_its_own():
    first = exchange(0, path="/v3/mall", sent={"x": 1}, answered={"y": 2}, operation="get_offer", member_id=42)
    journal = Journal(2)
    for entry_id in (1, 2):
        journal.add(exchange(entry_id))
    repeat(journal, first)
    again, before = journal.newest_first()
    assert (again.id, again.at, again.took_ns, again.operation, again.member_id, again.status, again.shed) == (
        3, NOON + 3, 10_000, "get_offer", 42, 200, False,
    )  # fmt: skip
    assert again.request == replace(first.request, headers=again.request.headers, peer=("127.0.0.1", 3))
    assert again.request.headers.get("x-tag") == "3"
    headers = (*first.response.headers, ("vary", "Origin"), ("x-mock-request-id", "3"))
    assert again.response == Response(200, first.response.body, headers)
    assert (before.id, type(before)) == (2, Entry)


def test_the_body_that_repeated_exchanges_share_counts_once_and_goes_from_each_alone():
    journal, body = Journal(10, budget=3 * SMALL_BODY), bytes(SMALL_BODY * 2)
    first = with_body(0, body)
    for _ in range(3):
        repeat(journal, first)
    assert not any(entry.shed for entry in journal.newest_first())
    journal.add(with_body(4, bytes(SMALL_BODY * 2)))
    shed = [(entry.id, entry.shed, len(entry.response.body)) for entry in journal.newest_first()]
    assert shed == [(4, False, SMALL_BODY * 2), (3, True, 0), (2, True, 0), (1, True, 0)]
    assert first.response.body is body


class Reference:
    """A journal written as plainly as can be: a list of (id, at, repeated, body, which is empty where it was shed)."""

    def __init__(self, size: int, budget: int) -> None:
        self.size, self.budget, self.total, self.rows = size, budget, 0, []

    def add(self, at: int, repeated: bool, body: bytes) -> None:
        self.total += 1
        self.rows = [*self.rows, [self.total, at, repeated, body]][-self.size :] if self.size else []
        while (
            sum(len(body) for body in {id(row[3]): row[3] for row in self.rows if self.large(row)}.values())
            > self.budget
        ):
            next(row for row in self.rows if self.large(row))[3] = b""

    def large(self, row: list) -> bool:
        return len(row[3]) > SMALL_BODY


@given(
    st.integers(0, 5),
    st.lists(st.one_of(st.just("clear"), st.tuples(st.booleans(), st.integers(0, 4))), max_size=40),
)
def test_it_keeps_what_a_plain_list_would_keep(size, steps):
    bodies = [bytes(length) for length in (0, SMALL_BODY, SMALL_BODY + 1, SMALL_BODY * 2, SMALL_BODY * 4)]
    firsts = [with_body(0, body) for body in bodies]
    journal, plain = Journal(size, budget=5 * SMALL_BODY), Reference(size, 5 * SMALL_BODY)
    for step in steps:
        if step == "clear":
            journal.clear()
            plain.rows = []
        else:
            repeated, which = step
            at = NOON + (journal.total + 1)
            if repeated:
                repeat(journal, firsts[which])
            else:
                journal.add(replace(firsts[which], at=at, response=Response(200, bodies[which])))
            plain.add(at, repeated, bodies[which])
        kept = [
            [each.id, each.at, each.request.headers.get("x-tag") is not None, each.response.body]
            for each in journal.newest_first()
        ]
        assert kept == plain.rows[::-1]
        assert (journal.total, len(journal)) == (plain.total, len(plain.rows))
        assert [journal.find(id_) is not None for id_ in range(1, plain.total + 1)] == [
            id_ in {row[0] for row in plain.rows} for id_ in range(1, plain.total + 1)
        ]


@pytest.mark.parametrize("part", ["headers", "query", "path"])
def test_a_large_head_of_a_request_counts_like_a_body_and_is_cut(part: str) -> None:
    large = "a" * SMALL_BODY * 2

    def entry(id_: int) -> Entry:
        headers = SentHeaders((("x-tag", large + str(id_) if part == "headers" else "a"),))
        query, path = (large if part == "query" else "a", "/" + (large if part == "path" else "a"))
        return Entry(id_, 0, Request("GET", path + str(id_), query + str(id_), headers), Response(200))

    journal = Journal(10, budget=5 * SMALL_BODY)
    for id_ in (1, 2, 3):
        journal.add(entry(id_))
    newest, middle, oldest = journal.newest_first()
    assert (newest.shed, middle.shed, oldest.shed) == (False, False, True)
    lengths = [
        len(text) for text in (oldest.request.headers.get("x-tag") or "", oldest.request.query, oldest.request.path)
    ]
    assert max(lengths) < 200
    assert oldest.request.raw_path is None
