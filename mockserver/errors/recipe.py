"""Recipes: how to reach a refusal with the default fixtures, and with its scenario.

A test runs every recipe, so it fails if the fixtures no longer fit.
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
BANNED_UNTIL = "2137-10-28T17:24:06.207Z"


class Step(Struct, frozen=True):
    """One request. ``text`` is a raw body in place of JSON, ``size`` that of a body of blanks, ``headers`` override the default.

    ``picture`` sends a picture as the ``file`` of a form.
    """

    method: str
    path: str
    body: Any = None
    headers: Mapping[str, str | None] | None = None
    text: str | None = None
    size: int | None = None
    picture: bool | None = None


class Recipe(Struct, frozen=True):
    """``honest`` steps end in the refusal with ``body``; under its scenario, the request ``forced`` gets ``forced_body``."""

    because: str
    honest: tuple[Step, ...]
    body: Any
    forced: Step
    forced_body: Any


def use(offer_id: int, **step: Any) -> Step:
    """Return a use of an offer by the default member."""
    return Step("POST", f"{ME}/offers/{offer_id}/use", **step)


def by_token(token: str) -> dict[str, str | None]:
    """Return the header of another member."""
    return {"Authorization": f"Bearer {token}"}


def error(text: str, **more: Any) -> dict[str, Any]:
    """Return the body of a refusal."""
    return {"error": text} | more


USE = use(1000203)
GRANT = Step("POST", f"{CLUB}/members/44/offers/1000220/grant", {})
LIST = Step("GET", f"{ME}/offers")
LOGIN = {"grant_type": "password", "identifier_type": "id", "identifier": "42"}
TOKEN = f"{CLUB}/members/oauth/token"


def of_use(text: str, because: str, *honest: Step) -> Recipe:
    """Return a refusal of ``use_offer`` whose body is its text alone."""
    return Recipe(because, honest, error(text), USE, error(text))


def many(value: str) -> Any:
    """Return the body of a 422 about ``per_page``."""
    leaf = {"value": value, "error": "not_an_integer", "options": {}, "message": "must be an integer"}
    return error("Invalid parameters", details={"per_page": [leaf]})
