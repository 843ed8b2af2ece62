"""One request on its way through the layers and the gate: what is known of it so far."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from mockserver.api.operations import MemberContext, Operation
from mockserver.api.routes import Match, NoMatch
from mockserver.api.runtime import Runtime
from mockserver.api.schemas.unsent import UNSENT
from mockserver.api.shown import PictureLinks, kind_names
from mockserver.domain.lists import Lists
from mockserver.domain.model import Client, Club, Member, Token
from mockserver.domain.signatures import member_suffix
from mockserver.errors import Refused
from mockserver.exchange import Note, Request
from mockserver.headers import bearer_token
from mockserver.journal import Check, Entry
from mockserver.records.effects import Effect
from mockserver.records.tables import Records
from mockserver.revisions import Revision, ViewerKind
from mockserver.scenarios.barrier import HeldRequest
from mockserver.scenarios.model import Scenario
from mockserver.scenarios.overlay import Overlay
from mockserver.scenarios.verdict import Verdict
from mockserver.values.instants import Instant
from mockserver.worlds.meaning import commits
from mockserver.worlds.world import World
from mockserver.worlds.worlds import DEFAULT

_NO_VALUES: dict[str, str] = {}


class RequestContext(Struct):
    """The request, its world, and what the layers and checks have found. ``now`` is read once.

    ``found`` is the route, where a web framework has matched it. ``below`` is the request's path below its world's prefix.
    ``overlay`` is what scenarios arrange for this request alone.
    ``operation`` is None where no operation is reached: for a picture, or an unknown path. ``path`` holds the values of the
    path's placeholders as text; ``scope`` is the one asked for, not yet validated. ``body`` is the JSON body, ``validated``
    are the query parameters where there is a query (a view asks for ``params``), ``payload`` the validated body. ``guest``
    is true where the answer must not depend on a member (``/guest/`` and ``preview=true``). ``until`` is the first instant
    at which one of the checks made so far will come out differently, as far as the timeline's windows, periods and grants do
    not say so already. ``forced`` is the refusal that a rule demands once the gate has been passed; ``refusal`` the id of
    the one that is the answer. ``hint`` is what ``X-Mock-Hint`` tells people.

    ``verdict`` is what the rules decided, ``waits`` how the request was held at barriers before, ``held`` that it is held at one,
    and ``hold_commit`` what happens instead of its first change (``holding.py``). ``entry`` is what the journal says of it,
    ``outcomes`` what else than its end matters of it (``outcomes.py``).
    """

    mock: Runtime
    request: Request
    found: Match | NoMatch | None = None
    world: World = None  # type: ignore[assignment]  # set by the layer of worlds
    below: str = ""
    now: Instant = 0
    revision: Revision = None  # type: ignore[assignment]  # set with now
    scenarios: tuple[Scenario, ...] = ()
    overlay: Overlay | None = None
    operation: Operation = None  # type: ignore[assignment]  # set by routing
    path: dict[str, str] = _NO_VALUES
    context: MemberContext | None = None
    club: Club = None  # type: ignore[assignment]  # set by the gate
    client: Client = None  # type: ignore[assignment]  # set by the gate
    member: Member | None = None
    guest: bool = False
    scope: str = "standard"
    body: Any = None
    validated: dict[str, Any] | None = None
    payload: Any = None
    notes: list[Note] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    offer_id: int | None = None
    effects: list[Effect] = field(default_factory=list)
    forced: Refused | None = None
    refusal: str | None = None
    outcomes: tuple[str, ...] = ()
    until: Instant | None = None
    hint: str | None = None
    considered: Sequence[Any] = ()
    rule: str | None = None
    verdict: Verdict | None = None
    waits: tuple[Note, ...] = ()
    held: HeldRequest | None = None
    hold_commit: Callable[[], None] | None = None
    entry: Entry = None  # type: ignore[assignment]  # set by the journal

    @property
    def viewer(self) -> ViewerKind:
        """Whose view is asked for."""
        return "member" if not self.guest else "guest" if self.context == "guest" else "preview"

    @property
    def for_picture(self) -> bool:
        """Whether a picture is asked for instead of an operation."""
        return self.operation is None

    @property
    def slug(self) -> str | None:
        """The club's slug, as the path has it."""
        return self.path.get("slug")

    @property
    def token(self) -> Token | None:
        """The OAuth token of the request as the world knows it, valid or not; None where it knows none."""
        return self.records.tokens.get(bearer_token(self.request.headers) or "")

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
    def base(self) -> str:
        """Where links back to this world begin: ``http://host:port`` or ``http://host:port/w/NAME``."""
        origin, name = self.request.origin, self.world.name
        return origin if name == DEFAULT else f"{origin}/w/{name}"

    @property
    def links(self) -> PictureLinks:
        """How links to pictures begin and end; the end tells that fetching one is this member's."""
        member_id = self.member_id
        kinds = kind_names(self.revision.name)
        if member_id is None:
            return PictureLinks(self.base, kinds=kinds)
        return PictureLinks(
            self.base, member_suffix(self.world.secret, self.world.name, self.club.slug, member_id), kinds
        )

    @property
    def records(self) -> Records:
        """The world's data, as the request sees it."""
        return self.world.records if self.overlay is None else self.overlay.records

    @property
    def lists(self) -> Lists:
        """The world's lists; the plain ones where the request sees other records than the world's."""
        return self.world.lists if self.overlay is None else Lists()

    @property
    def committed(self) -> bool:
        """Whether the request has changed what it is there to change."""
        return commits(self.effects)

    def apply(self, effect: Effect) -> None:
        """Change the world; the effect is the request's."""
        if self.hold_commit is not None:
            self.hold_commit()
        self.world.apply(effect if self.overlay is None else self.overlay.applied(effect))
        self.effects.append(effect)

    def check(self, look: Callable[[RequestContext], Check | None]) -> None:
        """Make a check of the gate and write down that it passed; None is one that this operation does not need."""
        found = look(self)
        if found is not None:
            self.checks.append(found)

    def passed(self, name: str, found: Any = None, expected: Any = None) -> None:
        """Write down a check that passed, for the journal's ``why``."""
        self.checks.append(Check(name, True, found, expected))

    def holds_until(self, instant: Instant) -> None:
        """Say that a check has come out as it did only until an instant."""
        self.until = instant if self.until is None else min(self.until, instant)

    def note(self, about: str, name: str, text: str) -> None:
        """Leave a hint for people in the journal."""
        self.notes.append(Note(about, name, text))
