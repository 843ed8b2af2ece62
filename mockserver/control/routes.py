"""The table of control calls: one row per call, the source of routing, the control contract and clients.

To add a call, decorate one function with ``@route(...)`` in a resource module; ``table.py`` collects them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from msgspec import Struct, field

ControlView = Callable[[Any], Any]
"""A function from a control call's context to a JSON value or a ``Response``."""


class ControlRoute(Struct, frozen=True, kw_only=True):
    """One control call.

    ``path`` stands below ``/__mock/``. ``query`` maps parameters to their JSON schemas. ``body`` and ``answer`` name models
    (``models.py``). ``statuses`` are its possible statuses, successes first. ``yaml`` accepts YAML text besides JSON; a
    ``raw`` handler reads the body itself. ``locked`` handlers run under the world's lock. ``world`` is "there" for calls that
    read an existing one, "made" for calls that write, "any" for calls about no world, and "awaited" for calls that also
    accept a world that does not exist yet. A ``long`` call runs on a worker thread, so that it does not block other requests,
    and takes the lock itself for as long as it needs it. ``large`` bodies, of a world's data, may be as long as ``--max-body``.
    """

    method: str
    path: str
    handler: ControlView
    summary: str
    query: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    body: str | None = None
    response: str = "Object"
    statuses: tuple[int, ...] = (200,)
    media: str = "application/json"
    world: Literal["", "any", "there", "made", "awaited"] = ""
    yaml: bool = False
    raw: bool = False
    locked: bool = True
    long: bool = False
    large: bool = False

    @property
    def name(self) -> str:
        """The handler's unique name: ``operationId`` in the control contract."""
        return self.handler.__name__

    @property
    def writes(self) -> bool:
        """Return whether it may change the world."""
        return self.method not in ("GET", "HEAD")

    @property
    def world_wanted(self) -> str:
        """What becomes of a world that is not there."""
        return self.world or ("made" if self.writes else "there")


def route(method: str, path: str, **row: Any) -> Callable[[ControlView], ControlView]:
    """Declare the decorated function as a control call; its summary is the docstring's first line."""

    def declare(handler: ControlView) -> ControlView:
        summary = (handler.__doc__ or "").strip().splitlines()[0].replace("``", "`")
        made = ControlRoute(method=method, path=path, handler=handler, summary=summary, **row)
        handler.routes = (*getattr(handler, "routes", ()), made)  # type: ignore[attr-defined]
        return handler

    return declare


Matches = dict[str, tuple[ControlRoute, dict[str, str]]]
"""Routes by method, each with the values of its path's placeholders."""


class RouteIndex:
    """Finds the routes of a path. A literal path (``requests/verify``) wins over placeholders (``requests/{id}``)."""

    def __init__(self, routes: tuple[ControlRoute, ...]) -> None:
        self._literal: dict[str, Matches] = {}
        self._open: dict[int, list[tuple[list[str], ControlRoute]]] = {}
        for each in routes:
            if "{" in each.path:
                segments = each.path.split("/")
                self._open.setdefault(len(segments), []).append((segments, each))
            else:
                self._literal.setdefault(each.path, {})[each.method] = each, {}

    def match(self, path: str) -> Matches:
        """Return the routes of a path below ``/__mock``; empty for an unknown one."""
        path = path.strip("/")
        if path in self._literal:
            return self._literal[path]
        segments = path.split("/")
        found: list[tuple[ControlRoute, dict[str, str]]] = []
        for wanted, each in self._open.get(len(segments), ()):
            if all(map(_fits, wanted, segments)):
                values = {
                    part[1:-1]: segment for part, segment in zip(wanted, segments, strict=True) if part[:1] == "{"
                }
                found.append((each, values))
        fewest = min((len(values) for _, values in found), default=0)
        return {each.method: (each, values) for each, values in found if len(values) == fewest}


def _fits(wanted: str, segment: str) -> bool:
    return wanted == segment or (wanted.startswith("{") and segment != "")
