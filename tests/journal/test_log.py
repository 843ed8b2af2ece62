"""The log: bounded in number and in bytes, with those who wait for the next exchange."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mockserver.exchange import Answer
from mockserver.headers import Alike
from mockserver.journal import Entry, Journal, Repeat
from mockserver.journal.entry import SMALL_BODY
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
    first = journal.next_id()
    journal.add(exchange(first))
    journal.clear()
    assert (ids(journal), journal.dropped) == ([], 0)
    assert journal.next_id() == first + 1


def test_an_exchange_is_found_by_its_id_while_it_is_kept():
    journal = Journal(1)
    journal.add(exchange(1))
    journal.add(exchange(2))
    assert (journal.find(1), journal.find(2)) == (None, journal.newest_first()[0])


def test_those_who_wait_are_woken_until_they_leave():
    journal, woken = Journal(1), []
    leave = journal.subscribe(lambda: woken.append(journal.total))
    journal.add(exchange(1))
    leave()
    journal.add(exchange(2))
    assert woken == [1]


def with_body(entry_id: int, body: bytes):
    return exchange(entry_id, answer=Answer(200, body))


def test_the_oldest_bodies_go_when_they_are_too_large_together():
    journal = Journal(10, budget=3 * SMALL_BODY)
    for entry_id in range(1, 4):
        journal.add(with_body(entry_id, bytes(SMALL_BODY + entry_id)))
    kept = [(entry.id, len(entry.answer.body), entry.shed) for entry in journal.newest_first()]
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
    journal.add(exchange(999))
    assert [entry.shed for entry in journal.newest_first()] == [False, False]
    journal.clear()
    journal.add(with_body(1_000, bytes(SMALL_BODY * 2)))
    assert [entry.shed for entry in journal.newest_first()] == [False]


def repeated(first: Entry, entry_id: int) -> Repeat:
    headers = Alike()((("host", "mock.test"), ("x-tag", str(entry_id))))
    return Repeat(
        first, entry_id, NOON + entry_id, headers, ("127.0.0.1", entry_id), (("vary", "Origin"),), first.heavy
    )


def test_an_exchange_repeated_is_read_as_one_of_its_own():
    first = exchange(0, path="/v3/mall", sent={"x": 1}, answered={"y": 2}, operation="get_offer", member_id=42)
    again = repeated(first, 7)
    assert (again.id, again.at, again.operation, again.member_id, again.status) == (7, NOON + 7, "get_offer", 42, 200)
    assert again.call == replace(first.call, headers=again.headers, peer=("127.0.0.1", 7))
    headers = (*first.answer.headers, ("x-mock-request-id", "7"), ("vary", "Origin"))
    assert again.answer == Answer(200, first.answer.body, headers)


def test_the_body_that_repeated_exchanges_share_counts_once_and_goes_from_each_alone():
    journal, body = Journal(10, budget=3 * SMALL_BODY), bytes(SMALL_BODY * 2)
    first = with_body(0, body)
    for entry_id in range(1, 4):
        journal.add(repeated(first, entry_id))
    assert not any(entry.shed for entry in journal.newest_first())
    journal.add(with_body(4, bytes(SMALL_BODY * 2)))
    shed = [(entry.id, entry.shed, len(entry.answer.body)) for entry in journal.newest_first()]
    assert shed == [(4, False, SMALL_BODY * 2), (3, True, 0), (2, True, 0), (1, True, 0)]
    assert first.answer.body is body
