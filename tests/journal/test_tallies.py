"""What a journal has let go is still counted."""

from __future__ import annotations

from mockserver.exchange import Fault, Receipt, Response
from mockserver.journal import Journal
from mockserver.journal.tallies import DroppedKind, DroppedRequests
from tests.journal.exchanges import exchange


def test_requests_are_counted_when_the_journal_lets_them_go() -> None:
    journal = Journal(2)
    for number in range(5):
        journal.add(exchange(operation="use_offer", member_id=number % 2, offer_id=7))
    assert dict(journal.tallies) == {
        DroppedKind("use_offer", 200, None, 0, 7, True): 2,
        DroppedKind("use_offer", 200, None, 1, 7, True): 1,
    }


def test_a_journal_that_keeps_nothing_counts_all() -> None:
    journal = Journal(0)
    journal.add(exchange(operation="get_offer", refusal="offer_not_found", status=404))
    assert dict(journal.tallies) == {DroppedKind("get_offer", 404, "offer_not_found", None, None, True): 1}


def test_lost_answers_are_counted_apart() -> None:
    journal = Journal(0)
    lost = Response(200, b"{}", fault=Fault("empty"), receipt=Receipt(bytes_sent=0, ended="FIN"))
    journal.add(exchange(operation="use_offer", response=lost))
    assert dict(journal.tallies) == {DroppedKind("use_offer", 200, None, None, None, False): 1}


def test_beyond_the_most_kinds_requests_are_only_counted() -> None:
    tallies = DroppedRequests(most=2)
    for offer_id in (1, 2, 3, 1, 4):
        tallies.add(exchange(operation="get_offer", offer_id=offer_id))
    assert (sorted(kind.offer_id or 0 for kind, _ in tallies), tallies.untold) == ([1, 2], 2)


def test_clearing_the_journal_clears_its_counts() -> None:
    journal = Journal(1)
    for _ in range(3):
        journal.add(exchange())
    journal.clear()
    assert (list(journal.tallies), journal.tallies.untold) == ([], 0)
