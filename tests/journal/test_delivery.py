"""What the journal says of answers that did not arrive as usual."""

from __future__ import annotations

import pytest

from mockserver.exchange import Fault, Receipt, Response
from mockserver.journal.delivery import delivered, told
from tests.journal.exchanges import exchange

BODY = b"x" * 1342
TRUNCATED = "truncated answer: FIN before all of 1342 bytes after commit"
DRIBBLED = "dribbled in part: client left after 9 of 1342 bytes after commit"


@pytest.mark.parametrize(
    ("fault", "receipt", "arrived", "words"),
    [
        (None, None, True, None),
        (None, Receipt(ended="response"), True, None),
        (None, Receipt(ended="client left"), False, "no answer: client left after commit"),
        (Fault("empty"), Receipt(bytes_sent=0, ended="FIN"), False, "no answer: FIN after commit"),
        (Fault("reset"), Receipt(bytes_sent=0, ended="RST"), False, "no answer: RST after commit"),
        (Fault("hang"), Receipt(bytes_sent=0, ended="client left"), False, "no answer: client left after commit"),
        (Fault("hang"), Receipt(), False, "no answer yet after commit"),
        (Fault("hang"), None, False, "no answer yet after commit"),
        (Fault("truncate"), Receipt(bytes_sent=800, ended="FIN"), False, TRUNCATED),
        (Fault("malformed_chunk"), Receipt(bytes_sent=9, ended="FIN"), False, "broken chunk, then FIN after commit"),
        (Fault("garbage"), Receipt(bytes_sent=9, ended="FIN"), False, "no HTTP, then FIN after commit"),
        (Fault("dribble"), Receipt(bytes_sent=1342, ended="response"), True, "dribbled in 10 pieces over 5 s"),
        (Fault("dribble"), Receipt(bytes_sent=9, ended="client left"), False, DRIBBLED),
        (Fault("reset"), Receipt(ended="response", note="no socket"), True, "whole answer: no socket"),
    ],
)  # fmt: skip
def test_each_delivery_in_words(fault: Fault | None, receipt: Receipt | None, arrived: bool, words: str | None) -> None:
    entry = exchange(response=Response(200, BODY, fault=fault, receipt=receipt), committed=True)
    assert (delivered(entry), told(entry)) == (arrived, words)


def test_a_delayed_answer_is_on_its_way_until_it_was_sent() -> None:
    entry = exchange(response=Response(200, BODY, delay_ms=5_000))
    assert (delivered(entry), told(entry)) == (False, "no answer yet")
