"""Dispatch of control calls: guard, world, route, body, handler, response. No web framework."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.api.making import told
from mockserver.api.overrides import BadOverride, check_name, check_one_value, named_world
from mockserver.api.runtime import Runtime
from mockserver.control import guard
from mockserver.control.absent import make_world, no_world
from mockserver.control.context import ControlContext
from mockserver.control.errors import CallRefused, invalid, not_found
from mockserver.control.routes import ControlRoute, RouteIndex
from mockserver.control.table import ROUTES
from mockserver.documents.files import read_bytes
from mockserver.documents.problems import DocumentError, NoJsonError
from mockserver.documents.reading import Document
from mockserver.exchange import BROKEN_BODY, Request, Response, Wait, json_response
from mockserver.limits import BODY_READ_AT_ONCE, CALL_BODY, SCENARIO_TEXT, SCENARIO_VALUES
from mockserver.worlds.world import World
from mockserver.worlds.worlds import DEFAULT

PREFIX = "/__mock"
_PARTS = frozenset({"RuleFile", "Record"})
"""Bodies that become elements of a document's list, and count as nested in it, so that the whole remains readable."""
_KEEP_NOTHING = ("cache-control", "no-store")
_INDEX = RouteIndex(ROUTES)


class Control:
    """The control API of a mock. Its calls are not journalled, and no rule acts on them."""

    def __init__(self, mock: Runtime) -> None:
        self.mock = mock

    def knows(self, path: str) -> bool:
        """Return whether a path, with or without a world's prefix, is a control call's."""
        return bool(_INDEX.match(path.removeprefix(PREFIX)))

    def handle(self, request: Request) -> Response:
        """Return the response to a control call; its path may begin with ``/w/{world}``."""
        try:
            return self._answer(request)
        except CallRefused as problem:
            return _finished(problem.response(), request)

    def _answer(self, request: Request) -> Response:
        guard.check(request, self.mock.settings)
        name, path = self._name(request)
        route, values = _find(request.method, path.removeprefix(PREFIX))
        if route is None:
            return _finished(Response(204, b"", (("allow", ", ".join(values)),)), request)

        def carry_out() -> Response:
            world = None
            try:
                sent = self._sent(request, route)
                with self._world(name, route, request) as world:
                    there = world or self.mock.worlds.get(DEFAULT)
                    found = _run(ControlContext(self.mock, there, request, route, values, ROUTES, sent, name))
            except CallRefused as problem:
                found = problem.response()
            return _finished(found, request, world)

        # a body that takes long to read is read on the same worker thread
        apart = route.long or len(request.body) > BODY_READ_AT_ONCE
        return Response(route.statuses[0], work=carry_out) if apart else carry_out()

    def _name(self, request: Request) -> tuple[str, str]:
        """Return the name of the call's world, and the call's path below its prefix."""
        name, path = named_world(request, self.mock.settings.world_domain)
        try:
            check_one_value(request, "X-Mock-World")
            check_name(name)
        except BadOverride as problem:
            raise CallRefused(400, str(problem), path="world") from None
        return name, path

    @contextmanager
    def _world(self, name: str, route: ControlRoute, request: Request) -> Iterator[World | None]:
        """Give a call its world, or None where it does without; one made for a call that is refused is not kept."""
        worlds, wanted = self.mock.worlds, route.world_wanted
        world = worlds.find(name) if wanted == "any" else worlds.ask(name)
        new = world is None and wanted == "made" and request.headers.get("if-match") != "*"
        if new:
            world = make_world(worlds, name, lambda: worlds.get(name, f"{route.method} {PREFIX}/{route.path}"))
        elif world is None and wanted in ("made", "there"):
            raise no_world(worlds, name)
        try:
            yield world
        except CallRefused:
            if new and world is not None:
                worlds.unmake(world)
            raise
        if world is not None and wanted == "made":
            world.arranged_by = f"{route.method} {route.path}"

    def _sent(self, request: Request, route: ControlRoute) -> Document:
        """Read the body, JSON or YAML."""
        most = self.mock.settings.max_body
        if request.oversized or len(request.body) > most:
            raise CallRefused(413, f"the body is over {most} bytes", hint="start with --max-body")
        if len(request.body) > CALL_BODY and not (route.large or route.yaml):
            raise CallRefused(413, f"the body is over {CALL_BODY} bytes, the limit of this call")
        if request.broken:
            raise CallRefused(400, BROKEN_BODY["error"])
        if not request.body or not route.writes:
            return Document(None, "body")
        json = guard.check_content_type(request, yaml=route.yaml) == "application/json"
        if route.yaml and len(request.body) > SCENARIO_TEXT:
            raise CallRefused(413, f"the body is over {SCENARIO_TEXT} bytes, the limit of scenarios and rules")
        if route.raw:
            return Document(None, "body")
        try:
            within = 2 if route.body in _PARTS else 0
            return read_bytes(request.body, "body", json=json, within=within, values=SCENARIO_VALUES)
        except DocumentError as problem:
            if isinstance(problem, NoJsonError):
                raise CallRefused(400, f"the body is not valid JSON: {problem}") from None
            raise invalid(problem, lines=_has_lines(request, route)) from None


def _run(ctx: ControlContext) -> Response:
    lock: Any = ctx.world.lock if ctx.route.locked and not ctx.route.long else nullcontext()
    try:
        ctx.sent.finish()
        with lock:
            found = ctx.route.handler(ctx)
    except DocumentError as problem:
        raise invalid(problem, lines=_has_lines(ctx.request, ctx.route)) from None
    return found if isinstance(found, Response) else json_response(ctx.route.statuses[0], found)


def _has_lines(request: Request, route: ControlRoute) -> bool:
    """Return whether problems show lines: in texts that people write."""
    return route.yaml or b"\n" in request.body


def _finished(response: Response, request: Request, world: World | None = None) -> Response:
    """Add the common headers, also to the final response of a long poll; remove the body for HEAD."""
    own = (_KEEP_NOTHING, *(() if world is None else (("x-mock-world", world.name),)))
    response.headers = (*response.headers, *own)
    if world is not None and world.hint is not None:
        response = told(world, response)
    if response.work is not None:
        response.work = _work_finished(response.work, partial(_finished, request=request, world=world))
    elif request.method == "HEAD":
        return Response(response.status, b"", response.headers)
    if response.wait is not None:
        response.wait = _wait_finished(response.wait, partial(_finished, request=request, world=world))
    return response


def _work_finished(work: Callable[[], Response], finished: Callable[[Response], Response]) -> Callable[[], Response]:
    return lambda: finished(work())


def _wait_finished(wait: Wait, finished: Callable[[Response], Response]) -> Wait:
    def poll() -> Response | None:
        response = wait.poll()
        return None if response is None else finished(response)

    return replace(wait, poll=poll, expired=lambda: finished(wait.expired()))


def _find(method: str, path: str) -> tuple[ControlRoute | None, dict[str, str]]:
    """Return the route and the path's values; for OPTIONS no route, and the allowed methods as keys."""
    found = _INDEX.match(path)
    if not found:
        near = sorted({each.path for each in ROUTES if each.path})
        raise not_found("control call", f"{PREFIX}{path}", (f"{PREFIX}/{each}" for each in near))
    allowed = sorted({*found, *(("HEAD",) if "GET" in found else ()), "OPTIONS"})
    if method == "OPTIONS":
        return None, dict.fromkeys(allowed, "")
    chosen = found.get("GET" if method == "HEAD" else method)
    if chosen is None:
        allow = ", ".join(allowed)
        raise CallRefused(
            405, f"{method} is not allowed on {PREFIX}{path}", hint=f"allowed: {allow}", headers=(("allow", allow),)
        )
    return chosen
