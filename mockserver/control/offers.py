"""A world's offers, members and clubs page by page, with a search."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mockserver.control.context import ControlContext
from mockserver.control.errors import not_found
from mockserver.control.models import COUNT, INTEGER, TEXT
from mockserver.control.routes import route
from mockserver.control.standing import standing
from mockserver.documents.reading import Part
from mockserver.domain.model import Member, Offer
from mockserver.domain.search import fold, internal_text, public_text, words_of
from mockserver.fixtures.shapes import SHAPES
from mockserver.revisions import REVISIONS
from mockserver.values.instants import iso

PAGE = {"search": TEXT, "limit": COUNT, "offset": COUNT}
LIMIT = 100


@route(
    "GET",
    "state/offers",
    query=PAGE | {"member_id": INTEGER, "club": TEXT},
    response="OfferPage",
    statuses=(200, 404),
)
def list_offer_states(ctx: ControlContext) -> Any:
    """List offers by id, page by page, as fixtures write them, with visibility and usage for ``member_id``.

    ``search`` is that of the API, over ids and internal texts too; a member's offers are those of the member's club.
    """
    fields = ctx.query()
    member_id = fields["member_id"].integer() if "member_id" in fields else None
    club = fields["club"].text() if "club" in fields else None
    page = _Page(fields)
    ctx.finish()
    records, now = ctx.world.records, ctx.world.clock.now()
    member = None if member_id is None else _member(member_id, records.members)
    club = member.club if member is not None else club
    offers = (offer for _, offer in sorted(records.offers.items()) if club in (None, offer.club))
    found = [offer for offer in offers if page.finds(offer.id, lambda offer=offer: _text(offer))]
    revision = REVISIONS[ctx.world.revision]
    rows = [
        SHAPES["offers"].write(o) | {"standing": standing(o, member, records, now, revision)} for o in page.of(found)
    ]
    return {"now": iso(now), "offers": rows, "total": len(found)}


@route("GET", "state/members", query=PAGE, response="MemberPage")
def list_member_states(ctx: ControlContext) -> Any:
    """List members by id, page by page, as fixtures write them; ``search`` is over ids, addresses and names."""
    page = _Page(ctx.query())
    ctx.finish()
    members = (member for _, member in sorted(ctx.world.records.members.items()))
    found = [member for member in members if page.finds(member.id, lambda member=member: _about(member))]
    return {"members": [SHAPES["members"].write(member) for member in page.of(found)], "total": len(found)}


@route("GET", "state/clubs", response="Clubs")
def list_club_states(ctx: ControlContext) -> Any:
    """List the clubs as fixtures write them."""
    return {"clubs": [SHAPES["clubs"].write(club) for _, club in sorted(ctx.world.records.clubs.items())]}


class _Page:
    """The requested page of a list."""

    def __init__(self, fields: dict[str, Part]) -> None:
        self.words = words_of(fields["search"].text()) if "search" in fields and fields["search"].value else ()
        self.limit = fields["limit"].integer() if "limit" in fields else LIMIT
        self.offset = fields["offset"].integer() if "offset" in fields else 0

    def finds(self, record_id: int, text: Any) -> bool:
        """Return whether every word occurs; ``text`` returns the folded text, called only if needed."""
        if not self.words:
            return True
        whole = f"{record_id}\n{text()}"
        return all(word in whole for word in self.words)

    def of(self, found: list[Any]) -> Iterable[Any]:
        return found[self.offset : self.offset + self.limit]


def _member(member_id: int, members: dict[int, Member]) -> Member:
    member = members.get(member_id)
    if member is None:
        raise not_found("member", member_id, members)
    return member


def _text(offer: Offer) -> str:
    return fold(f"{public_text(offer)}\n{internal_text(offer)}")


def _about(member: Member) -> str:
    names = (member.properties.get(name) for name in ("first_name", "last_name"))
    return fold("\n".join(str(part) for part in (member.email, member.msisdn, *names) if part))
