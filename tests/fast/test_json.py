"""The JSON of offers is kept beside their records, as far as there is room."""

from __future__ import annotations

import json

from msgspec.structs import replace

from mockserver.api.shown import PictureLinks, ShownOffer
from mockserver.domain.model import Offer
from mockserver.domain.usage import Usage
from mockserver.fast.json import Writer

UNION, OLD = "union", "2019-08"
USAGE = Usage(True, None, None, None, None)
ROOM = 20_000  # bytes: for some offers, not for all


def offers(count: int) -> list[Offer]:
    return [Offer(id=id_, club="mall", name=f"Offer {id_}", status="published") for id_ in range(1, count + 1)]


def written(writer: Writer, offer: Offer) -> dict[str, object]:
    return json.loads(text(writer, offer))["offer"]


def text(writer: Writer, offer: Offer, revision: str = UNION) -> bytes:
    return writer.write("Offer", {"offer": ShownOffer(offer, True, USAGE, PictureLinks("http://mall"))}, revision)


def test_what_was_written_first_goes_when_there_is_no_more_room_and_is_written_again_the_same():
    made = offers(100)
    writer = Writer(ROOM)
    first = [written(writer, offer) for offer in made]
    kept = [offer.id for offer in made if offer.shapes]
    assert 1 < len(kept) < 50
    assert kept == [offer.id for offer in made[-len(kept) :]]
    assert [written(writer, offer) for offer in made] == first
    assert [offer["id"] for offer in first] == [offer.id for offer in made]


def test_there_is_room_for_each_revision_by_itself():
    (offer,) = offers(1)
    writer = Writer()
    text(writer, offer)
    text(writer, offer, OLD)
    assert set(offer.shapes) == {"union", "2019-08"}


def test_a_record_that_another_world_let_go_of_is_written_again():
    (offer,) = offers(1)
    mine, theirs = Writer(), Writer(0)
    first = written(mine, offer)
    offer.shapes.clear()
    assert written(theirs, offer) == first
    assert not offer.shapes
    assert written(mine, offer) == first


def test_a_changed_offer_has_nothing_of_the_one_that_it_replaces():
    writer = Writer()
    for before in (0, 1):
        (offer,) = offers(1)
        for _ in range(before):
            written(writer, offer)
        changed = replace(offer, name="New")
        assert written(writer, changed)["name"] == "New"
        assert written(writer, offer)["name"] == "Offer 1"


def test_two_offers_are_equal_whatever_has_been_derived_of_them():
    one, other, third = *offers(1), *offers(1), replace(offers(1)[0], name="New")
    written(Writer(), one)
    assert one == other
    assert one != third
