"""One request on its way through the pipeline: what is known of it so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from mockserver.api.operations import MemberContext, Operation
from mockserver.api.schemas.unsent import UNSENT
from mockserver.api.shown import Links
from mockserver.domain.instants import Instant
from mockserver.domain.model import Client, Club, Member
from mockserver.domain.signatures import member_suffix
from mockserver.exchange import Note, Request
from mockserver.journal import Check
from mockserver.revisions import Revision
from mockserver.scenarios.overlay import Overlay
from mockserver.worlds.effects import Effect
from mockserver.worlds.meaning import commits
from mockserver.worlds.records import Records
from mockserver.worlds.world import World


class RequestContext(Struct):
    """The call, its world, and what the checks have found. ``now`` is read once.

    ``base`` is where links back to this world begin (``http://host:port`` or ``http://host:port/w/NAME``). ``path``
    holds the values of the path's placeholders as text; ``scope`` is the one asked for, not yet validated.
    ``validated`` are the query parameters where there is a query (a view asks for ``params``), ``payload`` the validated
    body. ``guest`` is true where the answer must not depend on a member (``/guest/`` and ``preview=true``). ``until`` is
    the first instant at which one of the checks made so far will come out differently, as far as the timeline's windows,
    periods and grants do not say so already. ``admitted`` tells that the gate has been passed. ``overlay`` is what scenarios
    arrange for this request alone.
    """

    request: Request
    world: World
    operation: Operation
    slug: str
    path: dict[str, str]
    revision: Revision
    now: Instant
    base: str
    context: MemberContext | None = None
    club: Club = None  # type: ignore[assignment]  # set by the gate
    client: Client = None  # type: ignore[assignment]  # set by the gate
    member: Member | None = None
    guest: bool = False
    scope: str = "standard"
    validated: dict[str, Any] | None = None
    payload: Any = None
    notes: list[Note] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    offer_id: int | None = None
    effects: list[Effect] = field(default_factory=list)
    refusal: str | None = None  # the id of the refusal that is the answer, where a rule had a say
    until: Instant | None = None
    admitted: bool = False
    overlay: Overlay | None = None

    @property
    def params(self) -> Mapping[str, Any]:
        """The validated query parameters, absent ones at their defaults."""
        return UNSENT if self.validated is None else self.validated

    @property
    def acting_member(self) -> Member:
        """The member of an operation that cannot do without one."""
        assert self.member is not None
        return self.member

    @property
    def member_id(self) -> int | None:
        """The member whose view is answered; None for a guest and a preview."""
        return None if self.guest or self.member is None else self.member.id

    @property
    def links(self) -> Links:
        """How links to pictures begin and end; the end tells that fetching one is this member's."""
        member_id = self.member_id
        if member_id is None:
            return Links(self.base)
        return Links(self.base, member_suffix(self.world.secret, self.world.name, self.club.slug, member_id))

    @property
    def records(self) -> Records:
        """The world's data, as the request sees it."""
        return self.world.records if self.overlay is None else self.overlay.records

    @property
    def committed(self) -> bool:
        """Whether the request has changed what it is there to change."""
        return commits(self.effects)

    def apply(self, effect: Effect) -> None:
        """Change the world; the effect is the request's."""
        self.world.apply(effect if self.overlay is None else self.overlay.applied(effect))
        self.effects.append(effect)

    def again(self, request: Request, now: Instant) -> RequestContext:
        """Return a visit that has come as far as this one, for a call that says the same."""
        return RequestContext(
            request, self.world, self.operation, self.slug, self.path, self.revision, now, self.base, self.context,
            self.club, self.client, self.member, self.guest, self.scope, self.validated, self.payload, self.notes.copy(),
            self.checks.copy(), self.offer_id, self.effects.copy(), self.refusal, self.until, self.admitted, self.overlay,
        )  # fmt: skip

    def passed(self, name: str, found: Any = None, expected: Any = None) -> None:
        """Write down a check that passed, for the journal's ``why``."""
        self.checks.append(Check(name, True, found, expected))

    def failed(self, name: str, found: Any = None, expected: Any = None) -> None:
        """Write down the check that failed, before raising its refusal."""
        self.checks.append(Check(name, False, found, expected))

    def holds_until(self, instant: Instant) -> None:
        """Say that a check has come out as it did only until an instant."""
        self.until = instant if self.until is None else min(self.until, instant)

    def note(self, about: str, name: str, text: str) -> None:
        """Leave a hint for people in the journal."""
        self.notes.append(Note(about, name, text))
