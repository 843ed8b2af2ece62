"""Refusals before routing."""

from __future__ import annotations

from mockserver.errors.recipe import CLUB, LIST, ME, USE, Recipe, Step, error, use
from mockserver.errors.refusal import Refusal

ROUTING = (
    Refusal(
        "path_not_found",
        404,
        "{path} is not an operation of this API",
        "The path is not documented.",
        stage="routing",
        recipe=Recipe(
            "No operation has this path.",
            (Step("GET", f"{CLUB}/rewards"),),
            error("/v3/infinity-mall/rewards is not an operation of this API"),
            LIST,
            error("/v3/infinity-mall/members/me/offers is not an operation of this API"),
        ),
    ),
    Refusal(
        "method_not_allowed",
        405,
        "{method} is not allowed here; allowed: {allow}",
        "The path is known, the method is not.",
        stage="routing",
        recipe=Recipe(
            "Offers are listed by GET; a member deletes none.",
            (Step("DELETE", f"{ME}/offers"),),
            error("DELETE is not allowed here; allowed: GET"),
            LIST,
            error("GET is not allowed here; allowed: HEAD, OPTIONS"),
        ),
    ),
    Refusal(
        "payload_too_large",
        413,
        "The body is over {limit} bytes",
        "The body is too large.",
        stage="routing",
        recipe=Recipe(
            "The body is larger than --max-body, 10 MiB unless set.",
            (use(1000203, size=10 * 1024 * 1024 + 1),),
            error("The body is over 10485760 bytes"),
            USE,
            error("The body is over 10485760 bytes"),
        ),
    ),
    Refusal(
        "maintenance",
        503,
        "The API is down for maintenance",
        "The platform is down; a scenario says so.",
        stage="routing",
        recipe=Recipe(
            "The real platform does this on its own; the mock only when a scenario says so.",
            (),
            None,
            LIST,
            error("The API is down for maintenance"),
        ),
    ),
)
