"""Finds the world of an API request, or makes it; some requests make none."""

from __future__ import annotations

from typing import Protocol

from mockserver.api.cors import Cors
from mockserver.api.overrides import check_name, check_one_value, named_world, overrides_something, paths_below
from mockserver.api.refusals import refusal_response
from mockserver.api.routes import Match, NoMatch
from mockserver.api.runtime import Runtime
from mockserver.errors import Refused
from mockserver.exchange import Request, Response, json_response
from mockserver.worlds.keeping import NoRoomError
from mockserver.worlds.world import World
from mockserver.worlds.worlds import DEFAULT

HINT = "x-mock-hint"
UNDOCUMENTED = "no documented path: it makes no world"
CROSS_SITE = "a page of another site makes no world, unless --cors allows its origin"


class NoWorld(Exception):
    """The world does not exist, and this request makes none; ``response`` says why."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


class IncomingRequest(Protocol):
    """The part of a request's context that is needed here."""

    mock: Runtime
    request: Request
    found: Match | NoMatch | None


def world_for(ctx: IncomingRequest) -> tuple[World, str]:
    """Return the request's world, made if necessary, and the path below its prefix. Raise BadOverride, NoWorld."""
    worlds, request = ctx.mock.worlds, ctx.request
    name, path = named_world(request, ctx.mock.settings.world_domain)
    if overrides_something(request):
        check_one_value(request, "X-Mock-World")
    world = worlds.ask(name)
    if world is None:
        check_name(name)
        why = _why_not(ctx)
        if why is not None:
            worlds.register.refuse(name, request.method, request.path, why)
            answer = refusal_response(Refused("path_not_found", path=path), ctx.mock.settings.revision)
            answer.headers = (*answer.headers, (HINT, f"there is no world {name}: {why}"))
            raise NoWorld(answer)
        try:
            world = worlds.get(name, f"{request.method} {request.path[:200]}")
        except NoRoomError as full:
            worlds.register.refuse(name, request.method, request.path, str(full))
            again, hint = ("retry-after", str(full.retry_after)), (HINT, str(full))
            raise NoWorld(json_response(503, {"error": str(full)}, again, hint)) from None
    return world, path


def shown_world(mock: Runtime, request: Request) -> tuple[str, World]:
    """Return the name of a page's world, and the world that it shows: that world, or ``default`` until it is made.

    Raise BadOverride.
    """
    name, _ = named_world(request, mock.settings.world_domain)
    check_name(name)
    return name, mock.worlds.ask(name) or mock.worlds.get(DEFAULT)


def told(world: World, response: Response) -> Response:
    """Note once, at the first request to a world that was dropped meanwhile, that it was made again."""
    hint, world.hint = world.hint, None
    if hint is not None:
        response.headers = (*response.headers, (HINT, hint))
    return response


def _why_not(ctx: IncomingRequest) -> str | None:
    """Return why a request makes no world, or None."""
    found = ctx.found or ctx.mock.match(ctx.request.method, *paths_below(ctx.request))
    if isinstance(found, NoMatch) and not found.allow:
        return UNDOCUMENTED
    return CROSS_SITE if is_cross_site(ctx.request, ctx.mock.cors) else None


def is_cross_site(request: Request, cors: Cors | None) -> bool:
    """Return whether the request comes from a page of another site that ``--cors`` does not allow."""
    if request.headers.get("sec-fetch-site") != "cross-site":
        return False
    return cors is None or not cors.allows(request)
