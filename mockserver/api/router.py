"""From a method and a path to an operation, by the operations table."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct, field

from mockserver.api.operations import MemberContext, Operation

_ANYTHING = "{}"
_NUMBER = re.compile(r"[0-9]{1,18}")
_REMEMBERED = 8_192  # matched paths


class Route(Struct, frozen=True):
    """One way to reach an operation. ``alias`` tells whether it is another spelling of the documented one."""

    operation: Operation
    names: tuple[str, ...]
    context: MemberContext | None
    alias: bool


class _Node(Struct):
    children: dict[str, _Node] = field(default_factory=dict)
    routes: dict[str, Route] = field(default_factory=dict)  # by method


class Match(Struct, frozen=True):
    """An operation, the values of its path's placeholders, the club's slug, and the offer's id if the path has one."""

    route: Route
    slug: str
    values: dict[str, str]
    old_spelling: bool
    offer_id: int | None = None


class NoMatch(Struct, frozen=True):
    """Nothing answers here; ``allow`` lists the methods that the path has, if it is known at all."""

    allow: tuple[str, ...] = ()


class Router:
    """Finds the operation of ``/v3/{slug}/...`` and of its older spelling ``/v3/loyalty_clubs/{slug}/...``."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = _Node()
        self._matched: dict[tuple[str, str], Match] = {}
        for operation in operations:
            self._add(operation, operation.method, operation.path, alias=False)
            for method, path in operation.aliases:
                self._add(operation, method, path, alias=True)

    def _add(self, operation: Operation, method: str, path: str, *, alias: bool) -> None:
        for context in operation.contexts if "{context}" in path else (None,):
            segments = path.replace("{context}", "{member_id}" if context == "member_id" else context or "").split("/")
            node = self._root
            for segment in segments:
                key = _ANYTHING if segment.startswith("{") else segment
                node = node.children.setdefault(key, _Node())
            names = tuple(segment[1:-1] for segment in segments if segment.startswith("{"))
            own = context if context or not operation.contexts else _context_of(path, operation)
            node.routes[method] = Route(operation, names, own, alias)

    def match(self, method: str, path: str) -> Match | NoMatch:
        """Return the operation of a path; HEAD is answered as GET."""
        known = self._matched.get((method, path))
        if known is not None:
            return known
        found = self._match(method, path)
        if isinstance(found, Match):  # what does not exist is not worth remembering
            if len(self._matched) >= _REMEMBERED:
                self._matched.clear()
            self._matched[method, path] = found
        return found

    def _match(self, method: str, path: str) -> Match | NoMatch:
        if not path.startswith("/v3/"):
            return NoMatch()
        segments = path.split("/")[2:]
        old_spelling = len(segments) > 1 and segments[0] == "loyalty_clubs"
        if old_spelling:
            segments = segments[1:]
        if len(segments) < 2 or not segments[0]:
            return NoMatch()
        found: list[tuple[_Node, tuple[str, ...]]] = []
        self._find(self._root, segments, 1, (), found)
        wanted = "GET" if method == "HEAD" else method
        if not found:
            return NoMatch()
        node, values = found[0]  # the most literal path: offers/clone is never the offer called clone
        route = node.routes.get(wanted)
        if route is None:
            return NoMatch(tuple(sorted(node.routes)))
        named = dict(zip(route.names, values, strict=True))
        return Match(route, segments[0], named, old_spelling, _offer_id(route.operation, named))

    def _find(
        self,
        node: _Node,
        segments: list[str],
        at: int,
        values: tuple[str, ...],
        found: list[tuple[_Node, tuple[str, ...]]],
    ) -> None:
        """Collect the nodes that a path leads to; a literal segment comes before a placeholder."""
        if at == len(segments):
            if node.routes:
                found.append((node, values))
            return
        segment = segments[at]
        literal = node.children.get(segment)
        if literal is not None:
            self._find(literal, segments, at + 1, values, found)
        placeholder = node.children.get(_ANYTHING)
        if placeholder is not None and segment:
            self._find(placeholder, segments, at + 1, (*values, segment), found)


def _context_of(path: str, operation: Operation) -> MemberContext:
    """A path without ``{context}`` names its context itself; ``me`` where it names none (the documents' curl)."""
    return "member_id" if "{member_id}" in path else operation.contexts[0]


def _offer_id(operation: Operation, named: dict[str, str]) -> int | None:
    about_an_offer = "offers/{id}" in operation.path
    return int(named["id"]) if about_an_offer and _NUMBER.fullmatch(named["id"]) else None
