"""The routes as werkzeug rules: for Flask, and for matching without Flask or ``fast/``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import BaseConverter, Map, Rule

from mockserver.api.routes import PICTURE, PICTURES, Match, NoMatch, Route, has_encoded_slash, segments_of
from mockserver.api.table import ROUTES

WRONG_METHOD, GET_PICTURE = "wrong_method", "get_picture"


class Rest(BaseConverter):
    """Matches the rest of a path."""

    part_isolating = False
    regex = "(?s:.*)"
    weight = 200


CONVERTERS = {"rest": Rest}


class ApiRule(Rule):
    """The rule of one route, or of all other methods on a path (``allow``); the endpoint is the operation's name."""

    def __init__(self, path: str, endpoint: str, found: Route | NoMatch | None, methods: Sequence[str] | None) -> None:
        super().__init__(path, endpoint=endpoint, methods=methods)
        self.found = found

    def match_of(self, values: dict[str, Any], path: str, raw_path: str | None) -> Match | NoMatch:
        """Return the match for the ``values`` that werkzeug read from the path."""
        if self.found is None:
            return PICTURE
        if isinstance(self.found, NoMatch):
            return self.found
        exact = has_encoded_slash(raw_path)
        return Match(self.found, self.found.values(segments_of(path, raw_path)) if exact else values)


def api_rules() -> Iterator[ApiRule]:
    """Make the rules of all routes; a path that another rule also matches gets a rule for its wrong methods."""
    by_path = sorted(ROUTES, key=_path)
    paths = {route.segments for route in ROUTES}
    for path, group in groupby(by_path, key=_path):
        routes = list(group)
        for route in routes:
            assert route.operation is not None
            yield ApiRule(path, route.operation.name, route, [route.method])
        if any(_covers(other, routes[0].segments) for other in paths):
            yield ApiRule(path, WRONG_METHOD, NoMatch(tuple(sorted(route.method for route in routes))), None)
    yield ApiRule(f"{PICTURES}<rest:name>", GET_PICTURE, None, None)


def _path(route: Route) -> str:
    return "/" + "/".join(route.segments).replace("{", "<").replace("}", ">")


def _covers(other: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    """Return whether another path matches some of the same texts."""
    return (
        other != segments
        and len(other) == len(segments)
        and all(one == two or "{" in one + two for one, two in zip(other, segments, strict=True))
    )


def no_match(problem: NotFound | MethodNotAllowed) -> NoMatch:
    """Return the methods of a path without a match, less the HEAD that werkzeug adds to GET."""
    methods = set(getattr(problem, "valid_methods", None) or ())
    return NoMatch(tuple(sorted(methods - {"HEAD"} if "GET" in methods else methods)))


class UrlMap:
    """Matches as Flask does, without Flask."""

    def __init__(self) -> None:
        self._adapter = Map(list(api_rules()), merge_slashes=False, converters=CONVERTERS).bind("mock")

    def match(self, method: str, path: str, raw_path: str | None = None) -> Match | NoMatch:
        """Return the route of a method and path (see ``routed_path``)."""
        try:
            rule, values = self._adapter.match(routed_path(path, raw_path), method, return_rule=True)
        except (NotFound, MethodNotAllowed) as problem:
            return no_match(problem)
        assert isinstance(rule, ApiRule)
        return rule.match_of(dict(values), path, raw_path)


@cache
def url_map() -> UrlMap:
    """Return the one URL map of the API."""
    return UrlMap()


def routed_path(path: str, raw_path: str | None) -> str:
    """Return the path for routing: an encoded slash stays encoded, so that it separates no segments."""
    if not has_encoded_slash(raw_path):
        return path
    return "/" + "/".join(segment.replace("/", "%2F") for segment in segments_of(path, raw_path))
