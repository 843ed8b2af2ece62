from __future__ import annotations

from typing import Any

import pytest

from mockserver.clock import Clock
from mockserver.domain.model import Club, Member, Offer, Token
from mockserver.records.tables import Records
from mockserver.scenarios.library import Library
from mockserver.settings import Settings
from mockserver.worlds.world import World

OPERATIONS = frozenset({"use_offer", "get_offer", "list_offers", "create_token"})


@pytest.fixture
def library() -> Library:
    return Library(operations=OPERATIONS)


@pytest.fixture
def world(library: Library) -> World:
    records = Records()
    records.put(Club(slug="mall"), Club(slug="plaza"))
    records.put(*(Offer(id=n, club="mall", name=f"Offer {n}", stock=10, status="published") for n in (1, 2, 3)))
    records.put(Member(id=42, club="mall"), Member(id=43, club="mall"), Token(token="t" * 64, member_id=42))
    return World("test", records, Clock(), Settings(), library)


def rule(**parts: Any) -> dict[str, Any]:
    """A rule as a file has it, that answers 503 unless told otherwise."""
    return {"then": {"respond": 503}} | parts
