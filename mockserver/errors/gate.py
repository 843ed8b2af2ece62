"""Refusals of the gate: headers, club, client, permit, member, body, parameters."""

from __future__ import annotations

from mockserver.errors.recipe import CLUB, LIST, ME, USE, Recipe, Step, by_token, error, many, use
from mockserver.errors.refusal import Refusal

GATE = (
    Refusal(
        "header_missing",
        470,
        "Header {header} is missing: {mend}",
        "A required header is missing.",
        stage="gate",
        recipe=Recipe(
            "Every operation needs X-Product-Name.",
            (Step("GET", f"{ME}/offers", headers={"X-Product-Name": None}),),
            error("Header X-Product-Name is missing: send the channel, such as default or android-app"),
            LIST,
            error("Header X-Product-Name is missing: send the channel, such as default"),
        ),
    ),
    Refusal(
        "header_incorrect",
        471,
        "Header {header} has an impossible value: {mend}",
        "A header has an impossible value.",
        stage="gate",
        recipe=Recipe(
            "A product's name has no blanks.",
            (Step("GET", f"{ME}/offers", headers={"X-Product-Name": "my app"}),),
            error("Header X-Product-Name has an impossible value: send the channel, such as default or android-app"),
            LIST,
            error("Header Authorization has an impossible value: send Bearer and a token"),
        ),
    ),
    Refusal(
        "club_not_found",
        404,
        "LoyaltyClub#{id} not found",
        "No loyalty club has this slug.",
        stage="gate",
        about="slug",
        recipe=Recipe(
            "No club has this slug.",
            (Step("GET", "/v3/no-mall/members/me/offers"),),
            error("LoyaltyClub#no-mall not found"),
            LIST,
            error("LoyaltyClub#infinity-mall not found"),
        ),
    ),
    Refusal(
        "client_unauthorized",
        401,
        "X-Client-Authorization is not a client of {club} for product {product}",
        "The client token is unknown, or not for this club or product.",
        stage="gate",
        recipe=Recipe(
            "The token is a client's of another club.",
            (Step("GET", f"{ME}/offers", headers={"X-Client-Authorization": "client-of-harbour-square"}),),
            error("X-Client-Authorization is not a client of infinity-mall for product default"),
            LIST,
            error("X-Client-Authorization is not a client of infinity-mall for product default"),
        ),
    ),
    Refusal(
        "permit_missing",
        403,
        "The client lacks the permit {permit}",
        "The client lacks the permit.",
        stage="gate",
        recipe=Recipe(
            "The client may read offers, but not use them.",
            (use(1000203, headers={"X-Client-Authorization": "client-that-only-reads"}),),
            error("The client lacks the permit Offers:Api:MemberOffers:Use"),
            USE,
            error("The client lacks the permit Offers:Api:MemberOffers:Use"),
        ),
    ),
    Refusal(
        "offers_api_not_enabled",
        485,
        "Offers API is not enabled for the Loyalty Club",
        "The club does not use the Offers API.",
        stage="gate",
        recipe=Recipe(
            "quiet-park does not use the Offers API.",
            (
                Step(
                    "GET",
                    "/v3/quiet-park/members/me/offers",
                    headers={"X-Client-Authorization": "client-of-quiet-park"} | by_token("token-of-member-800"),
                ),
            ),
            error("Offers API is not enabled for the Loyalty Club"),
            LIST,
            error("Offers API is not enabled for the Loyalty Club"),
        ),
    ),
    Refusal(
        "oauth_token_invalid",
        460,
        "The OAuth token is {reason}: send Authorization: Bearer TOKEN with a token from members/oauth/token",
        "The OAuth token is missing, unknown, expired or revoked.",
        stage="gate",
        recipe=Recipe(
            "A minute has passed, and the token has expired.",
            (
                Step("PUT", "/__mock/clock", {"frozen": True}),
                Step("POST", "/__mock/clock/advance", {"by": "61s"}),
                Step("GET", f"{ME}/offers", headers=by_token("token-that-expires-in-a-minute")),
            ),
            error("The OAuth token is expired: send Authorization: Bearer TOKEN with a token from members/oauth/token"),
            LIST,
            error("The OAuth token is revoked: send Authorization: Bearer TOKEN with a token from members/oauth/token"),
        ),
    ),
    Refusal(
        "member_not_found",
        404,
        "Member#{id} not found",
        "No member of the club has this id.",
        stage="gate",
        about="member_id",
        recipe=Recipe(
            "Member 700 belongs to another club.",
            (Step("GET", f"{CLUB}/members/700/offers"),),
            error("Member#700 not found"),
            Step("GET", f"{CLUB}/members/42/offers"),
            error("Member#42 not found"),
        ),
    ),
    Refusal(
        "malformed_json",
        400,
        None,
        "The body is not valid JSON.",
        stage="gate",
        recipe=Recipe(
            "The body stops in the middle.",
            (use(1000203, text='{"authorization_token": '),),
            None,
            USE,
            None,
        ),
    ),
    Refusal(
        "invalid_parameters",
        422,
        "Invalid parameters",
        "A parameter or attribute is invalid.",
        stage="gate",
        extra=("details",),
        recipe=Recipe(
            "per_page is a number.",
            (Step("GET", f"{ME}/offers?per_page=many"),),
            many("many"),
            LIST,
            many("many"),
        ),
    ),
)
