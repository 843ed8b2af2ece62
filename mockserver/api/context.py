"""The context of one request: what the layers and the gate have found out about it so far."""

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
    """The request, its world, and the findings of the layers and checks. ``now`` is read once.

    ``found`` is the route, if a web framework has matched it. ``below`` is the request's path below its world's prefix.
    ``overlay`` has what scenarios arrange for this request alone.
    ``operation`` is None for a picture and an unknown path. ``path`` has the values of the path's placeholders as text;
    ``scope`` is the requested one, not yet validated. ``body`` is the JSON body, ``validated`` are the query parameters if
    there is a query (a view uses ``params``), ``payload`` is the validated body. ``guest`` is true if the response must not
    depend on a member (``/guest/`` and ``preview=true``). ``until`` is the first instant at which the result of a check
    changes, apart from the instants of the timeline. ``forced`` is the refusal that a rule demands after the gate;
    ``refusal`` is the id of the refusal in the response. ``hint`` is the text of ``X-Mock-Hint``.

    ``verdict`` is the decision of the rules, ``waits`` has the barriers at which the request was held, ``held`` says that it
    is held now, ``decided`` when the rules decided, and ``hold_commit`` is called instead of its first change
    (``holding.py``). ``entry`` is its journal entry, ``outcomes`` are further outcomes that it met (``outcomes.py``);
    ``at_boundary`` tells that it came within a millisecond of a boundary, such as the end of an activation window.
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
    at_boundary: bool = False
    until: Instant | None = None
    hint: str | None = None
    considered: Sequence[Any] = ()
    rule: str | None = None
    verdict: Verdict | None = None
    waits: tuple[Note, ...] = ()
    held: HeldRequest | None = None
    hold_commit: Callable[[], None] | None = None
    decided: dict[str, Any] = _NO_VALUES
    entry: Entry = None  # type: ignore[assignment]  # set by the journal

    @property
    def viewer(self) -> ViewerKind:
        """Whose view the request asks for: a member's, a guest's or a preview's."""
        return "member" if not self.guest else "guest" if self.context == "guest" else "preview"

    @property
    def for_picture(self) -> bool:
        """Whether the request asks for a picture instead of an operation."""
        return self.operation is None

    @property
    def slug(self) -> str | None:
        """The club's slug in the path."""
        return self.path.get("slug")

    @property
    def token(self) -> Token | None:
        """The world's record of the request's OAuth token, valid or not; None if there is none."""
        return self.records.tokens.get(bearer_token(self.request.headers) or "")

    @property
    def params(self) -> Mapping[str, Any]:
        """The validated query parameters, absent ones at their defaults."""
        return UNSENT if self.validated is None else self.validated

    @property
    def acting_member(self) -> Member:
        """The member, for operations that always have one."""
        assert self.member is not None
        return self.member

    @property
    def member_id(self) -> int | None:
        """The id of the member whose view is returned; None for a guest and a preview."""
        return None if self.guest or self.member is None else self.member.id

    @property
    def base(self) -> str:
        """The base URL of this world: ``http://host:port`` or ``http://host:port/w/NAME``."""
        origin, name = self.request.origin, self.world.name
        return origin if name == DEFAULT else f"{origin}/w/{name}"

    @property
    def links(self) -> PictureLinks:
        """The beginning and end of links to pictures; the end identifies the member who fetches one."""
        member_id = self.member_id
        kinds = kind_names(self.revision.name)
        if member_id is None:
            return PictureLinks(self.base, kinds=kinds)
        return PictureLinks(
            self.base, member_suffix(self.world.secret, self.world.name, self.club.slug, member_id), kinds
        )

    @property
    def records(self) -> Records:
        """The world's data as the request sees it: with its overlay, if it has one."""
        return self.world.records if self.overlay is None else self.overlay.records

    @property
    def lists(self) -> Lists:
        """The world's lists; the plain ones if the request has an overlay."""
        return self.world.lists if self.overlay is None else Lists()

    @property
    def committed(self) -> bool:
        """Whether an effect of the request has committed (``worlds/meaning.py``)."""
        return commits(self.effects)

    def apply(self, effect: Effect) -> None:
        """Apply an effect of the request to the world."""
        if self.hold_commit is not None:
            self.hold_commit()
        self.world.apply(effect if self.overlay is None else self.overlay.applied(effect))
        self.effects.append(effect)

    def check(self, look: Callable[[RequestContext], Check | None]) -> None:
        """Run a check of the gate and record that it passed; it returns None if this operation does not need it."""
        found = look(self)
        if found is not None:
            self.checks.append(found)

    def passed(self, name: str, found: Any = None, expected: Any = None) -> None:
        """Record a check that passed, for the journal's ``why``."""
        self.checks.append(Check(name, True, found, expected))

    def holds_until(self, instant: Instant) -> None:
        """Limit the validity of the result of a check to the time before an instant."""
        self.until = instant if self.until is None else min(self.until, instant)

    def note(self, about: str, name: str, text: str) -> None:
        """Add a hint for people to the journal entry."""
        self.notes.append(Note(about, name, text))
