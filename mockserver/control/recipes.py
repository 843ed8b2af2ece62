"""How each refusal is reached with the default fixtures, and by which call its scenario shows.

The outcomes' test walks every recipe, so a fixture that changes its nature is noticed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

DEFAULT_HEADERS: Mapping[str, str] = {
    "X-Client-Authorization": "B7t9U9tsoWsGhrv2ouUoSqpM",
    "X-Product-Name": "default",
    "X-User-Agent": "outcomes",
    "Authorization": "Bearer 8433d608645345a45ce5a0f5ba1225e57546e86ac49e5fec842159dc82218522",
}
CLUB = "/v3/infinity-mall"
ME = f"{CLUB}/members/me"
_BANNED_UNTIL = "2137-10-28T17:24:06.207Z"


class Step(Struct, frozen=True):
    """One call. ``text`` is a raw body in place of JSON, ``size`` that of a body of blanks, ``headers`` override the default."""

    method: str
    path: str
    body: Any = None
    headers: Mapping[str, str | None] | None = None
    text: str | None = None
    size: int | None = None


class Recipe(Struct, frozen=True):
    """``honest`` steps end in the refusal with ``body``; with its scenario, the call ``forced`` is answered ``forced_body``."""

    because: str
    honest: tuple[Step, ...]
    body: Any
    forced: Step
    forced_body: Any


def _use(offer_id: int, **step: Any) -> Step:
    return Step("POST", f"{ME}/offers/{offer_id}/use", **step)


def _as(token: str) -> dict[str, str | None]:
    return {"Authorization": f"Bearer {token}"}


def _error(text: str, **more: Any) -> dict[str, Any]:
    return {"error": text} | more


_USE = _use(1000203)
_GRANT = Step("POST", f"{CLUB}/members/44/offers/1000220/grant", {})
_LIST = Step("GET", f"{ME}/offers")
_LOGIN = {"grant_type": "password", "identifier_type": "id", "identifier": "42"}
_TOKEN = f"{CLUB}/members/oauth/token"


def _of_use(text: str, because: str, *honest: Step) -> Recipe:
    """Return a refusal of ``use_offer`` whose body is its text alone."""
    return Recipe(because, honest, _error(text), _USE, _error(text))


def _many(value: str) -> Any:
    leaf = {"value": value, "error": "not_an_integer", "options": {}, "message": "must be an integer"}
    return _error("Invalid parameters", details={"per_page": [leaf]})


RECIPES: dict[str, Recipe] = {
    # routing
    "path_not_found": Recipe(
        "No operation has this path.",
        (Step("GET", f"{CLUB}/rewards"),),
        _error("/v3/infinity-mall/rewards is not an operation of this API"),
        _LIST,
        _error("/v3/infinity-mall/members/me/offers is not an operation of this API"),
    ),
    "method_not_allowed": Recipe(
        "Offers are listed by GET; a member deletes none.",
        (Step("DELETE", f"{ME}/offers"),),
        _error("DELETE is not allowed here; allowed: GET"),
        _LIST,
        _error("GET is not allowed here; allowed: HEAD, OPTIONS"),
    ),
    "payload_too_large": Recipe(
        "The body is larger than --max-body, 10 MiB unless set.",
        (_use(1000203, size=10 * 1024 * 1024 + 1),),
        _error("The body is over 10485760 bytes"),
        _USE,
        _error("The body is over 10485760 bytes"),
    ),
    "maintenance": Recipe(
        "The real platform does this on its own; the mock only when a scenario says so.",
        (),
        None,
        _LIST,
        _error("The API is down for maintenance"),
    ),
    # the gate
    "header_missing": Recipe(
        "Every operation needs X-Product-Name.",
        (Step("GET", f"{ME}/offers", headers={"X-Product-Name": None}),),
        _error("Header X-Product-Name is missing: send the channel, such as default or android-app"),
        _LIST,
        _error("Header X-Product-Name is missing: send the channel, such as default"),
    ),
    "header_incorrect": Recipe(
        "A product's name has no blanks.",
        (Step("GET", f"{ME}/offers", headers={"X-Product-Name": "my app"}),),
        _error("Header X-Product-Name has an impossible value: send the channel, such as default or android-app"),
        _LIST,
        _error("Header Authorization has an impossible value: send Bearer and a token"),
    ),
    "club_not_found": Recipe(
        "No club has this slug.",
        (Step("GET", "/v3/no-mall/members/me/offers"),),
        _error("LoyaltyClub#no-mall not found"),
        _LIST,
        _error("LoyaltyClub#infinity-mall not found"),
    ),
    "client_unauthorized": Recipe(
        "The token is a client's of another club.",
        (Step("GET", f"{ME}/offers", headers={"X-Client-Authorization": "client-of-harbour-square"}),),
        _error("X-Client-Authorization is not a client of infinity-mall for product default"),
        _LIST,
        _error("X-Client-Authorization is not a client of infinity-mall for product default"),
    ),
    "permit_missing": Recipe(
        "The client may read offers, but not use them.",
        (_use(1000203, headers={"X-Client-Authorization": "client-that-only-reads"}),),
        _error("The client lacks the permit Offers:Api:MemberOffers:Use"),
        _USE,
        _error("The client lacks the permit Offers:Api:MemberOffers:Use"),
    ),
    "offers_api_not_enabled": Recipe(
        "quiet-park does not use the Offers API.",
        (
            Step(
                "GET",
                "/v3/quiet-park/members/me/offers",
                headers={"X-Client-Authorization": "client-of-quiet-park"} | _as("token-of-member-800"),
            ),
        ),
        _error("Offers API is not enabled for the Loyalty Club"),
        _LIST,
        _error("Offers API is not enabled for the Loyalty Club"),
    ),
    "oauth_token_invalid": Recipe(
        "A minute has passed, and the token has expired.",
        (
            Step("PUT", "/__mock/clock", {"frozen": True}),
            Step("POST", "/__mock/clock/advance", {"by": "61s"}),
            Step("GET", f"{ME}/offers", headers=_as("token-that-expires-in-a-minute")),
        ),
        _error("The OAuth token is expired: send Authorization: Bearer TOKEN with a token from members/oauth/token"),
        _LIST,
        _error("The OAuth token is revoked: send Authorization: Bearer TOKEN with a token from members/oauth/token"),
    ),
    "member_not_found": Recipe(
        "Member 700 belongs to another club.",
        (Step("GET", f"{CLUB}/members/700/offers"),),
        _error("Member#700 not found"),
        Step("GET", f"{CLUB}/members/42/offers"),
        _error("Member#42 not found"),
    ),
    "malformed_json": Recipe(
        "The body stops in the middle.",
        (_use(1000203, text='{"authorization_token": '),),
        None,
        _USE,
        None,
    ),
    "invalid_parameters": Recipe(
        "per_page is a number.",
        (Step("GET", f"{ME}/offers?per_page=many"),),
        _many("many"),
        _LIST,
        _many("many"),
    ),
    # offers
    "offer_not_found": Recipe(
        "Offer 1000216 is a draft.",
        (Step("GET", f"{ME}/offers/1000216"),),
        _error("Offer#1000216 not found"),
        Step("GET", f"{ME}/offers/1000203"),
        _error("Offer#1000203 not found"),
    ),
    "collection_not_found": Recipe(
        "No collection has this id.",
        (Step("DELETE", f"{CLUB}/files/collections/9/collection_cover_default"),),
        _error("Collection#9 not found"),
        Step("DELETE", f"{CLUB}/files/collections/1000016/collection_cover_default"),
        _error("Collection#1000016 not found"),
    ),
    "file_not_found": Recipe(
        "Offer 1000231 has no picture.",
        (Step("DELETE", f"{CLUB}/files/offers/1000231/offer_default"),),
        _error("File#offer-1000231-offer_default not found"),
        Step("DELETE", f"{CLUB}/files/offers/1000115/offer_default"),
        _error("File#1000115 not found"),
    ),
    "store_not_found": Recipe(
        "The club has no store 599.",
        (Step("GET", f"{CLUB}/stores/599"),),
        _error("Store not found"),
        Step("GET", f"{CLUB}/stores/501"),
        _error("Store not found"),
    ),
    "member_is_banned": Recipe(
        "Member 45 is banned.",
        (_use(1000203, headers=_as("token-of-member-45")),),
        _error("Member is banned!", banned_until=_BANNED_UNTIL),
        _USE,
        _error("Member is banned!", banned_until=_BANNED_UNTIL),
    ),
    "already_active": _of_use(
        "Already active",
        "The offer stays active for 35 seconds after a use.",
        Step("PUT", "/__mock/clock", {"frozen": True}),
        _use(1000203),
        Step("POST", "/__mock/clock/jump", {"to": "offer:1000203.active_until", "member_id": 42, "plus": "-1ms"}),
        _use(1000203),
    ),
    "not_granted": _of_use("Not granted", "Offer 1000220 is EXCLUSIVE, and nobody has granted it.", _use(1000220)),
    "usage_authorization_token_missing": _of_use(
        "Usage authorization token missing", "Offer 1000218 needs a usage token.", _use(1000218)
    ),
    "usage_authorization_token_invalid": _of_use(
        "Usage authorization token invalid",
        "The token is not in the club's list.",
        _use(1000218, body={"authorization_token": "guessed"}),
    ),
    "user_limit_exceeded": _of_use(
        "User limit exceeded", "Member 42 had one use of offer 1000215, three days ago.", _use(1000215)
    ),
    "periodic_user_limit_exceeded": _of_use(
        "Periodic user limit exceeded",
        "Offer 1000201 may be used once a day; at noon, a minute after its use, it is no longer active.",
        Step("PUT", "/__mock/clock", {"now": "2030-03-13T12:00:00Z", "frozen": True}),
        _use(1000201),
        Step("POST", "/__mock/clock/advance", {"by": "1m"}),
        _use(1000201),
    ),
    "global_limit_exceeded": _of_use(
        "Global limit exceeded",
        "Another member has used the last one.",
        _use(1000204, headers=_as("token-of-member-43")),
        _use(1000204),
    ),
    "not_in_usable_timeframes": _of_use(
        "Not in usable timeframes",
        "A millisecond before it begins.",
        Step("PUT", "/__mock/clock", {"frozen": True}),
        Step("POST", "/__mock/clock/jump", {"to": "offer:1000210.usable_since", "plus": "-1ms"}),
        _use(1000210),
    ),
    "not_grantable": Recipe(
        "REGULAR offers need no grant.",
        (Step("POST", f"{CLUB}/members/44/offers/1000203/grant", {}),),
        _error("Not grantable"),
        _GRANT,
        _error("Not grantable"),
    ),
    "member_not_in_audience": Recipe(
        "Offer 1000228 is for families with a car; member 44 has none.",
        (Step("POST", f"{CLUB}/members/44/offers/1000228/grant", {}),),
        _error("Member not in audience"),
        _GRANT,
        _error("Member not in audience"),
    ),
    # tokens
    "bad_credentials": Recipe(
        "The password is another.",
        (Step("POST", _TOKEN, _LOGIN | {"password": "guessed"}),),
        _error("No member has this identifier and password"),
        Step("POST", _TOKEN, _LOGIN | {"password": "correct-horse-42"}),
        _error("No member has this identifier and password"),
    ),
    "bad_refresh_token": Recipe(
        "Nobody has this refresh token.",
        (Step("POST", _TOKEN, {"grant_type": "refresh_token", "refresh_token": "guessed"}),),
        _error("The refresh token is unknown, used or expired"),
        Step("POST", _TOKEN, {"grant_type": "refresh_token", "refresh_token": "refresh-token-of-member-42"}),
        _error("The refresh token is unknown, used or expired"),
    ),
}
