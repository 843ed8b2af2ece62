"""A control call from top to bottom: guard, world, route, body, handler, answer. No web framework."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any

from msgspec.structs import replace

from mockserver.api.overrides import BadOverride, choose_world, named_world
from mockserver.api.runtime import Runtime
from mockserver.control import guard
from mockserver.control.context import ControlContext
from mockserver.control.errors import ControlError, invalid, not_found
from mockserver.control.routes import Route, match
from mockserver.control.table import ROUTES
from mockserver.documents.files import read_bytes
from mockserver.documents.problems import DocumentError, NoJsonError
from mockserver.documents.reading import Document
from mockserver.exchange import BROKEN_BODY, Request, Response, Wait, json_response
from mockserver.limits import BODY_READ_AT_ONCE, SCENARIO_TEXT, SCENARIO_VALUES
from mockserver.worlds.world import World

PREFIX = "/__mock"
_PARTS = frozenset({"RuleFile", "Record"})
"""Bodies that stand in a list of a whole document, which must be readable when it is shown."""
_KEEP_NOTHING = ("cache-control", "no-store")


class Control:
    """The control API of a mock: from a call to an answer. Its calls are not journalled, and no rule acts on them."""

    def __init__(self, mock: Runtime) -> None:
        self.mock = mock

    def knows(self, path: str) -> bool:
        """Return whether a path, below any world's prefix, is a control call's."""
        return bool(match(ROUTES, path.removeprefix(PREFIX)))

    def handle(self, request: Request) -> Response:
        """Answer one control call; its path may begin with ``/w/{world}``."""
        try:
            return self._answer(request)
        except ControlError as problem:
            return _finished(problem.response(), request)

    def _answer(self, request: Request) -> Response:
        guard.check(request, self.mock.settings)
        self._check_world(request)
        try:
            world, path = choose_world(self.mock.worlds, request)
        except BadOverride as problem:
            raise ControlError(400, str(problem), path="world") from None
        route, values = _find(request.method, path.removeprefix(PREFIX))
        if route is None:
            return _finished(Response(204, b"", (("allow", ", ".join(values)),)), request)

        def carry_out() -> Response:
            try:
                sent = self._sent(request, route)
                found = _run(ControlContext(self.mock, world, request, route, values, ROUTES, sent))
            except ControlError as problem:
                found = problem.response()
            return _finished(found, request, world)

        # what takes long to read is read on a thread of its own, too
        apart = route.long or len(request.body) > BODY_READ_AT_ONCE
        return Response(route.statuses[0], work=carry_out) if apart else carry_out()

    def _check_world(self, request: Request) -> None:
        """Refuse ``If-Match: *`` where the world is not there: this caller does not want it to be made."""
        name, _ = named_world(request)
        if request.headers.get("if-match") == "*" and self.mock.worlds.find(name) is None:
            raise not_found("world", name, (world.name for world in self.mock.worlds.all()))

    def _sent(self, request: Request, route: Route) -> Document:
        """Read the body, JSON or YAML."""
        most = self.mock.settings.max_body
        if request.oversized or len(request.body) > most:
            raise ControlError(413, f"the body is over {most} bytes", hint="start with --max-body")
        if request.broken:
            raise ControlError(400, BROKEN_BODY["error"])
        if not request.body or not route.writes:
            return Document(None, "body")
        json = guard.check_content_type(request, yaml=route.yaml) == "application/json"
        if route.yaml and len(request.body) > SCENARIO_TEXT:
            raise ControlError(413, f"the body is over {SCENARIO_TEXT} bytes, the limit of scenarios and rules")
        if route.raw:
            return Document(None, "body")
        try:
            within = 2 if route.body in _PARTS else 0
            return read_bytes(request.body, "body", json=json, within=within, values=SCENARIO_VALUES)
        except DocumentError as problem:
            if isinstance(problem, NoJsonError):
                raise ControlError(400, f"the body is not valid JSON: {problem}") from None
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


def _has_lines(request: Request, route: Route) -> bool:
    """Return whether it helps to tell lines: in a text that a person wrote."""
    return route.yaml or b"\n" in request.body


def _finished(response: Response, request: Request, world: World | None = None) -> Response:
    """Add what all control answers carry, also to the one that a long poll ends in; leave nothing but that for HEAD."""
    own = (_KEEP_NOTHING, *(() if world is None else (("x-mock-world", world.name),)))
    response.headers = (*response.headers, *own)
    if request.method == "HEAD":
        return Response(response.status, b"", response.headers)
    if response.wait is not None:
        response.wait = _wait_finished(response.wait, partial(_finished, request=request, world=world))
    return response


def _wait_finished(wait: Wait, finished: Callable[[Response], Response]) -> Wait:
    def poll() -> Response | None:
        response = wait.poll()
        return None if response is None else finished(response)

    return replace(wait, poll=poll, expired=lambda: finished(wait.expired()))


def _find(method: str, path: str) -> tuple[Route | None, dict[str, str]]:
    """Return the route and the path's values; for OPTIONS no route, and the allowed methods as keys."""
    found = match(ROUTES, path)
    if not found:
        near = sorted({each.path for each in ROUTES if each.path})
        raise not_found("control call", f"{PREFIX}{path}", (f"{PREFIX}/{each}" for each in near))
    allowed = sorted({*found, *(("HEAD",) if "GET" in found else ()), "OPTIONS"})
    if method == "OPTIONS":
        return None, dict.fromkeys(allowed, "")
    chosen = found.get("GET" if method == "HEAD" else method)
    if chosen is None:
        allow = ", ".join(allowed)
        raise ControlError(
            405, f"{method} is not allowed on {PREFIX}{path}", hint=f"allowed: {allow}", headers=(("allow", allow),)
        )
    return chosen
