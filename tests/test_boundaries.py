from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mockserver.domain.model import Club, Grant, Offer, Period
from mockserver.records.tables import Records
from mockserver.worlds.boundaries import Boundaries

INSTANTS = st.integers(0, 30)
OFFERS = st.builds(
    Offer,
    id=st.integers(1, 4),
    club=st.sampled_from(("mall", "other")),
    status=st.sampled_from(("published", "draft")),
    visible_since=st.none() | INSTANTS,
    usable_until=st.none() | INSTANTS,
    archived_at=st.none() | INSTANTS,
)
GRANTS = st.builds(Grant, offer_id=st.integers(1, 4), member_id=st.just(1), granted_at=st.just(0), expires_at=INSTANTS)


@given(changes=st.lists(OFFERS | GRANTS, max_size=12), now=INSTANTS)
def test_what_is_told_bit_by_bit_misses_nothing_that_a_look_at_everything_finds(changes, now):
    records, boundaries = Records(), Boundaries()
    records.put(Club(slug="mall"), Club(slug="other"))
    for change in changes:
        if isinstance(change, Offer):
            records.put(change)
            boundaries.offer_changed(change)
        else:
            records.add_grants((change,))
            boundaries.grants_added((change,))
        for club in ("mall", "other", None):
            told = boundaries.next_after(now, records, club)
            found = Boundaries().next_after(now, records, club)
            assert found is None or (told is not None and now < told <= found)


def told_of(records: Records, boundaries: Boundaries, *offers: Offer) -> None:
    records.put(*offers)
    for offer in offers:
        boundaries.offer_changed(offer)


def test_an_offer_of_another_club_or_a_draft_is_no_boundary():
    records, boundaries = Records(), Boundaries()
    records.put(Club(slug="mall"), Club(slug="other"), Offer(id=1, club="mall", status="published"))
    assert boundaries.next_after(0, records, "mall") is None
    elsewhere = Offer(id=2, club="other", status="published", usable_until=9)
    told_of(records, boundaries, elsewhere, Offer(id=3, club="mall", usable_until=8))
    assert boundaries.next_after(0, records, "mall") is None
    told_of(records, boundaries, Offer(id=4, club="mall", status="published", usable_until=7))
    assert boundaries.next_after(0, records, "mall") == 7


def test_a_period_counts_from_when_it_is_set_and_a_zone_from_when_it_changes():
    records, boundaries, hour = Records(), Boundaries(), 3_600_000
    offer = Offer(id=1, club="mall", status="published")
    records.put(Club(slug="mall", timezone="UTC"), offer)
    assert boundaries.next_after(0, records, "mall") is None
    told_of(records, boundaries, replace(offer, period=Period(timespan="DAY", max_uses=1)))
    assert boundaries.next_after(0, records, "mall") == 24 * hour
    records.put(Club(slug="mall", timezone="Asia/Kolkata"))
    boundaries.everything_changed()
    assert boundaries.next_after(0, records, "mall") == 18 * hour + hour // 2
