"""The catalogue of refusals: every error that the API answers, its id, status, body and meaning.

A rule refuses by raising ``Refused("already_active")``; the pipeline turns it into HTTP in one place.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from mockserver.revisions import REVISIONS

Stage = Literal["routing", "gate", "operation"]


class Refusal(Struct, frozen=True):
    """One documented error.

    ``text`` is the ``error`` of the body, with ``{fact}`` placeholders; ``None`` means an empty body.
    ``extra`` names the facts that stand in the body beside ``error``. ``stage`` says where in the order of checks it belongs.
    A revision may give it another status (``Revision.statuses``). ``{id}`` in the text is what the path has for ``about``.
    """

    id: str
    status: int
    text: str | None
    meaning: str
    stage: Stage = "operation"
    extra: tuple[str, ...] = ()
    about: str = "id"

    @property
    def statuses(self) -> dict[str, int]:
        """Its status in each revision where it has another."""
        return {name: of.statuses[self.id] for name, of in REVISIONS.items() if self.id in of.statuses}

    def status_in(self, revision: str) -> int:
        """Return the HTTP status under a revision."""
        return REVISIONS[revision].statuses.get(self.id, self.status)


def _catalogue(*refusals: Refusal) -> dict[str, Refusal]:
    return {refusal.id: refusal for refusal in refusals}


REFUSALS: dict[str, Refusal] = _catalogue(
    # routing: before anything is looked at
    Refusal("path_not_found", 404, "{path} is not an operation of this API", "The path is not documented.", "routing"),
    Refusal(
        "method_not_allowed",
        405,
        "{method} is not allowed here; allowed: {allow}",
        "The path is known, the method is not.",
        "routing",
    ),
    Refusal("payload_too_large", 413, "The body is over {limit} bytes", "The body is too large.", "routing"),
    Refusal(
        "maintenance", 503, "The API is down for maintenance", "The platform is down; a scenario says so.", "routing"
    ),
    # gate: headers, club, client, permit, member, body, parameters
    Refusal(
        "header_missing",
        470,
        "Header {header} is missing: {mend}",
        "A required header is missing.",
        "gate",
    ),
    Refusal(
        "header_incorrect",
        471,
        "Header {header} has an impossible value: {mend}",
        "A header has an impossible value.",
        "gate",
    ),
    Refusal(
        "club_not_found", 404, "LoyaltyClub#{id} not found", "No loyalty club has this slug.", "gate", about="slug"
    ),
    Refusal(
        "client_unauthorized",
        401,
        "X-Client-Authorization is not a client of {club} for product {product}",
        "The client token is unknown, or not for this club or product.",
        "gate",
    ),
    Refusal("permit_missing", 403, "The client lacks the permit {permit}", "The client lacks the permit.", "gate"),
    Refusal(
        "offers_api_not_enabled",
        485,
        "Offers API is not enabled for the Loyalty Club",
        "The club does not use the Offers API.",
        "gate",
    ),
    Refusal(
        "oauth_token_invalid",
        460,
        "The OAuth token is {reason}: send Authorization: Bearer TOKEN with a token from members/oauth/token",
        "The OAuth token is missing, unknown, expired or revoked.",
        "gate",
    ),
    Refusal(
        "member_not_found",
        404,
        "Member#{id} not found",
        "No member of the club has this id.",
        "gate",
        about="member_id",
    ),
    Refusal("malformed_json", 400, None, "The body is not valid JSON.", "gate"),
    Refusal(
        "invalid_parameters",
        422,
        "Invalid parameters",
        "A parameter or attribute is invalid.",
        "gate",
        ("details",),
    ),
    # operations
    Refusal("offer_not_found", 404, "Offer#{id} not found", "The offer does not exist, or the member cannot see it."),
    Refusal("collection_not_found", 404, "Collection#{id} not found", "The collection does not exist."),
    Refusal("file_not_found", 404, "File#{id} not found", "The record has no file of this kind."),
    Refusal("member_is_banned", 467, "Member is banned!", "The member is banned.", extra=("banned_until",)),
    Refusal("already_active", 422, "Already active", "The offer has been used and its active window is still open."),
    Refusal("not_granted", 422, "Not granted", "The offer's type needs a grant, and the member has none."),
    Refusal(
        "usage_authorization_token_missing",
        422,
        "Usage authorization token missing",
        "The offer requires a usage token, and none was sent.",
    ),
    Refusal(
        "usage_authorization_token_invalid",
        422,
        "Usage authorization token invalid",
        "A usage token was sent that is not in the club's list.",
    ),
    Refusal("user_limit_exceeded", 422, "User limit exceeded", "The member has no uses left."),
    Refusal(
        "periodic_user_limit_exceeded",
        422,
        "Periodic user limit exceeded",
        "The member has no uses left in the current period.",
    ),
    Refusal("global_limit_exceeded", 422, "Global limit exceeded", "The stock is empty."),
    Refusal(
        "not_in_usable_timeframes", 422, "Not in usable timeframes", "The offer is not usable yet, or not anymore."
    ),
    Refusal("not_grantable", 422, "Not grantable", "The offer's type never needs a grant."),
    Refusal("member_not_in_audience", 422, "Member not in audience", "The member is not in the offer's audience."),
    Refusal("store_not_found", 422, "Store not found", "The store does not exist."),
    Refusal("bad_credentials", 461, "No member has this identifier and password", "Bad credentials."),
    Refusal("bad_refresh_token", 462, "The refresh token is unknown, used or expired", "Bad refresh token."),
)


class Refused(Exception):
    """A request is refused with a refusal of the catalogue; ``facts`` fill its text."""

    def __init__(self, refusal_id: str, /, **facts: Any) -> None:
        super().__init__(refusal_id)
        self.refusal = REFUSALS[refusal_id]
        self.facts = facts

    @property
    def id(self) -> str:
        """The refusal's id in the catalogue."""
        return self.refusal.id

    def body(self) -> dict[str, Any] | None:
        """Return the JSON body, or None for an empty one."""
        refusal = self.refusal
        if refusal.text is None:
            return None
        text = refusal.text.format_map(_Facts(self.facts)) if "{" in refusal.text else refusal.text
        return {"error": text} | {name: self.facts[name] for name in refusal.extra if name in self.facts}


class _Facts(dict[str, Any]):
    """A forced refusal has no facts of its own: what is unknown reads as a dash."""

    def __missing__(self, key: str) -> str:
        return "-"
