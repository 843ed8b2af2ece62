"""A control call from top to bottom: guard, world, route, body, handler, answer. No web framework."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any

import orjson
from msgspec.structs import replace

from mockserver.control import guard
from mockserver.control.errors import ControlError, invalid, not_found
from mockserver.control.routes import Route, match
from mockserver.control.table import ROUTES
from mockserver.control.visit import ControlVisit
from mockserver.exchange import Answer, Call, Wait, json_answer
from mockserver.mock import Mock
from mockserver.overrides import BadOverride, choose_world, named_world
from mockserver.scenarios.reading import ScenarioError
from mockserver.world import World

PREFIX = "/__mock"
_KEEP_NOTHING = ("cache-control", "no-store")


class Control:
    """The control API of a mock: from a call to an answer. Its calls are not journalled, and no rule acts on them."""

    def __init__(self, mock: Mock) -> None:
        self.mock = mock

    def answer(self, call: Call) -> Answer:
        """Answer one control call; its path may begin with ``/w/{world}``."""
        try:
            return self._answer(call)
        except ControlError as problem:
            return _finished(problem.answer(), call)

    def _answer(self, call: Call) -> Answer:
        guard.check(call, self.mock.settings)
        self._check_world(call)
        try:
            world, path = choose_world(self.mock.worlds, call)
        except BadOverride as problem:
            raise ControlError(400, str(problem), path="world") from None
        route, values = _find(call.method, path.removeprefix(PREFIX))
        if route is None:
            return _finished(Answer(204, b"", (("allow", ", ".join(values)),)), call)

        def carry_out() -> Answer:
            try:
                found = _run(ControlVisit(self.mock, world, call, route, values, self._value(call, route)))
            except ControlError as problem:
                found = problem.answer()
            return _finished(found, call, world)

        return Answer(route.statuses[0], work=carry_out) if route.long else carry_out()

    def _check_world(self, call: Call) -> None:
        """Refuse ``If-Match: *`` where the world is not there: this caller does not want it to be made."""
        name, _ = named_world(call)
        if call.headers.get("if-match") == "*" and self.mock.worlds.find(name) is None:
            raise not_found("world", name)

    def _value(self, call: Call, route: Route) -> Any:
        """Read the body: JSON as a value, YAML as text."""
        if call.oversized or len(call.body) > self.mock.settings.max_body:
            raise ControlError(
                413, f"the body is over {self.mock.settings.max_body} bytes", hint="start with --max-body"
            )
        if not call.body or not route.writes:
            return None
        kind = guard.check_content_type(call, yaml=route.yaml)
        try:
            return orjson.loads(call.body) if kind == "application/json" else call.body.decode()
        except (orjson.JSONDecodeError, UnicodeDecodeError) as problem:
            raise ControlError(400, f"the body is not valid JSON: {problem}") from None


def _run(visit: ControlVisit) -> Answer:
    lock: Any = visit.world.lock if visit.route.locked and not visit.route.long else nullcontext()
    try:
        with lock:
            found = visit.route.handler(visit)
    except ScenarioError as problem:
        raise invalid(problem.problems) from None
    return found if isinstance(found, Answer) else json_answer(visit.route.statuses[0], found)


def _finished(answer: Answer, call: Call, world: World | None = None) -> Answer:
    """Add what all control answers carry, also to the one that a long poll ends in; leave nothing but that for HEAD."""
    own = (_KEEP_NOTHING, *(() if world is None else (("x-mock-world", world.name),)))
    answer.headers = (*answer.headers, *own)
    if call.method == "HEAD":
        return Answer(answer.status, b"", answer.headers)
    if answer.wait is not None:
        answer.wait = _wait_finished(answer.wait, partial(_finished, call=call, world=world))
    return answer


def _wait_finished(wait: Wait, finished: Callable[[Answer], Answer]) -> Wait:
    def poll() -> Answer | None:
        answer = wait.poll()
        return None if answer is None else finished(answer)

    return replace(wait, poll=poll, expired=lambda: finished(wait.expired()))


def _find(method: str, path: str) -> tuple[Route | None, dict[str, str]]:
    """Answer the route and the path's values; for OPTIONS no route, and the allowed methods as keys."""
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


def handles(path: str) -> bool:
    """Tell whether a path belongs to the control API, below a world's prefix or not."""
    if path.startswith("/w/"):
        _, _, rest = path[3:].partition("/")
        path = f"/{rest}"
    return path == PREFIX or path.startswith(f"{PREFIX}/")
