"""A small mall with staff, members and tokens, for tests that choose their own data."""

from __future__ import annotations

from mockserver.domain.model import (
    Audience,
    Client,
    Club,
    Collection,
    Grant,
    Member,
    Offer,
    Picture,
    Store,
    Token,
    Translation,
)  # fmt: skip
from mockserver.mock import Mock
from mockserver.records.tables import Records
from mockserver.settings import Settings
from mockserver.values.instants import DAY, SECOND
from mockserver.worlds.world import World
from mockserver.worlds.worlds import Worlds
from tests.callers import CLIENT, MEMBER_TOKEN, Caller

NOW = 1_552_500_000_000  # 2019-03-13T18:00:00.000Z
MALL, OTHER = "infinity-mall", "other-mall"


def records(_: int = 0) -> Records:
    """Offers 10 to 13, collections 1 and 2, audiences 5 (members 42, 43, 44) and 6 (43), and another mall's records."""
    made = Records()
    made.put(
        Club(slug=MALL),
        Club(slug=OTHER, offers_api_enabled=False),
        Client(token=CLIENT, clubs=(MALL, OTHER), permits=frozenset({"*"})),
        Client(token="reader", clubs=(MALL,), permits=frozenset({"Offers:Api:Offers:Get"})),
        Member(id=42, club=MALL, email="Kari@Example.com", msisdn="+47 900 00 042", password="secret"),
        Member(id=43, club=MALL, email="ola@example.com"),
        Member(id=44, club=MALL, banned_until=NOW + DAY),
        Member(id=50, club=OTHER, password="secret"),
        Audience(id=5, club=MALL, member_ids=frozenset({42, 43, 44})),
        Audience(id=6, club=MALL, member_ids=frozenset({43})),
        Audience(id=7, club=MALL),
        Audience(id=8, club=OTHER, member_ids=frozenset({50})),
        *(Collection(id=id_, club=MALL) for id_ in (1, 2)),
        Collection(id=3, club=OTHER),
        Offer(
            id=10,
            club=MALL,
            name="Coffee",
            status="published",
            type="EXCLUSIVE",
            stock=1,
            tags=("hot",),
            stores=("M&H",),
            collection_ids=(1, 2),
            files=(Picture(kind="offer_default"),),
            created_at=NOW - DAY,
            updated_at=NOW - DAY,
        ),
        Offer(id=11, club=MALL, name="Årets kake", internal_name="cake", status="published"),
        Offer(id=12, club=MALL, name="Archived", archived_at=NOW - DAY),
        Offer(id=13, club=MALL, name="For six", type="BIRTHDAY", audience_id=6, maximum_uses_per_user=3),
        Offer(id=20, club=OTHER, name="Elsewhere"),
        Token(token=MEMBER_TOKEN, member_id=42, refresh_token="refresh-42", created_at=NOW - 60 * SECOND),
        Store(id=3, club=MALL, name="bakery", store_id="b", department_id=7, categories=("food",)),
        Store(id=1, club=MALL, name="M&H", store_id="c", categories=("clothes", "shoes")),
        Store(id=2, club=MALL, name="Åpent", department_id=7, categories=("food",)),
        Store(id=9, club=OTHER, name="Elsewhere"),
        Translation(club=MALL, language="nb", tags={"hot": "Varmt"}),
        Translation(club=MALL, language="en", tags={"hot": "Hot"}),
    )
    made.add_grants((Grant(offer_id=10, member_id=43, granted_at=NOW),))
    return made


def mall(**settings: object) -> Mock:
    """Return a mock of this mall whose clock stands at ``NOW``."""
    mock = Mock(Settings(**settings), Worlds(records, Settings(**settings)))  # type: ignore[arg-type]
    mock.worlds.get("default").clock.set(NOW, frozen=True)
    return mock


def caller(**settings: object) -> Caller:
    """Return a caller of a new mall."""
    return Caller(mall(**settings))


def data(app: Caller) -> Records:
    """Return what the default world holds."""
    return app.mock.worlds.get("default").records


def world_of(app: Caller) -> World:
    """Return the default world."""
    return app.mock.worlds.get("default")


def notes(app: Caller) -> list[tuple[str, str]]:
    """Return what was noted about the last call."""
    entry = app.mock.worlds.get("default").journal.newest_first()[0]
    return [(note.about, note.name) for note in entry.notes]
