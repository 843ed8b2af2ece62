"""A control call from top to bottom: guard, world, route, body, handler, answer. No web framework."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import orjson

from mockserver.control import guard
from mockserver.control.errors import ControlError, invalid, not_found
from mockserver.control.routes import Route, match
from mockserver.control.table import ROUTES
from mockserver.control.visit import ControlVisit
from mockserver.exchange import Answer, Call, json_answer
from mockserver.mock import Mock
from mockserver.overrides import BadOverride, choose_world, named_world
from mockserver.scenarios.reading import ScenarioError

PREFIX = "/__mock"
_KEEP_NOTHING = ("cache-control", "no-store")


class Control:
    """The control API of a mock: from a call to an answer. Its calls are not journalled, and no rule acts on them."""

    def __init__(self, mock: Mock) -> None:
        self.mock = mock

    def answer(self, call: Call) -> Answer:
        """Answer one control call; its path may begin with ``/w/{world}``."""
        try:
            answer = self._answer(call)
        except ControlError as problem:
            answer = problem.answer()
        answer.headers = (*answer.headers, _KEEP_NOTHING)
        if call.method == "HEAD":
            answer = Answer(answer.status, b"", answer.headers)
        return answer

    def _answer(self, call: Call) -> Answer:
        guard.check(call, self.mock.settings)
        self._check_world(call)
        try:
            world, path = choose_world(self.mock.worlds, call)
        except BadOverride as problem:
            raise ControlError(400, str(problem), path="world") from None
        route, values = _find(call.method, path.removeprefix(PREFIX))
        if route is None:
            return Answer(204, b"", (("allow", ", ".join(values)),))
        visit = ControlVisit(self.mock, world, call, route, values, self._value(call, route))
        answer = _run(visit)
        answer.headers = (*answer.headers, ("x-mock-world", world.name))
        return answer

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
        if not call.body.strip() or not route.writes:
            return None
        kind = guard.check_content_type(call, yaml=route.yaml)
        try:
            return orjson.loads(call.body) if kind == "application/json" else call.body.decode()
        except (orjson.JSONDecodeError, UnicodeDecodeError) as problem:
            raise ControlError(400, f"the body is not valid JSON: {problem}") from None


def _run(visit: ControlVisit) -> Answer:
    lock: Any = visit.world.lock if visit.route.locked else nullcontext()
    try:
        with lock:
            found = visit.route.handler(visit)
    except ScenarioError as problem:
        raise invalid(problem.problems) from None
    return found if isinstance(found, Answer) else json_answer(visit.route.statuses[0], found)


def _find(method: str, path: str) -> tuple[Route | None, dict[str, str]]:
    """Answer the route and the path's values; for OPTIONS no route, and the allowed methods as keys."""
    found = match(ROUTES, path)
    if not found:
        near = {each.path for each in ROUTES}
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
