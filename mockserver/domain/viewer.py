"""One member's (or a guest's) view of a club's offers at one instant."""

from __future__ import annotations

from mockserver.domain.listing import ListTables
from mockserver.domain.model import Offer
from mockserver.domain.usage import Usage, usage_by
from mockserver.domain.visibility import audiences_of, visible
from mockserver.values.instants import Instant


class Viewer:
    """A member (``member_id`` None: a guest) who looks at the offers of a club at ``now``; valid until the tables change.

    ``periods`` says whether periodic limits count.
    """

    def __init__(
        self, tables: ListTables, club: str, now: Instant, member_id: int | None = None, *, periods: bool = True
    ) -> None:
        self.tables = tables
        self.club = tables.clubs[club]
        self.now = now
        self.member_id = member_id
        self.periods = periods
        self.audience_ids = audiences_of(member_id, tables.audiences.values())
        self._usages: dict[int, Usage] = {}

    def sees(self, offer: Offer, scope: str) -> bool:
        """Return whether an offer is visible to this viewer."""
        return visible(offer, self.now, scope, offer.audience_id in self.audience_ids)

    def likes(self, offer: Offer) -> bool:
        """Return whether the member has liked an offer; a guest never has."""
        return (offer.id, self.member_id) in self.tables.likes

    def usage(self, offer: Offer) -> Usage:
        """Return the usage of an offer, computed once; a guest's is that of a member without uses."""
        found = self._usages.get(offer.id)
        if found is None:
            found = self._usages[offer.id] = usage_by(
                self.tables, offer, self.club, self.now, self.member_id, periods=self.periods
            )
        return found
