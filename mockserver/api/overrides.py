"""What a request tells the mock itself: its world, and overrides for this one request (``X-Mock-...``)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote

from mockserver.documents.problems import described, suggestion
from mockserver.exchange import Request
from mockserver.headers import contradicting
from mockserver.limits import SCENARIOS_OF_A_REQUEST
from mockserver.revisions import REVISIONS, Revision
from mockserver.scenarios.library import UnknownScenarioError
from mockserver.scenarios.model import Scenario
from mockserver.spelling import nearest
from mockserver.values.instants import Instant, parse_iso
from mockserver.worlds.world import World
from mockserver.worlds.worlds import DEFAULT, checked_name

_KNOWN = {
    name.lower(): name
    for name in (
        "X-Mock-World",
        "X-Mock-Scenario",
        "X-Mock-Now",
        "X-Mock-Revision",
        "X-Mock-Token",
        "X-Mock-Request-Id",
    )
}
"""The mock's own headers by lower-case name; the last is a response header that a client may send back."""


class BadOverride(Exception):
    """A world's name or a header ``X-Mock-...`` is invalid; the message says what is expected."""


class Overrides(NamedTuple):
    """The overrides of one request: its time, its revision, further scenarios."""

    now: Instant
    revision: Revision
    scenarios: tuple[Scenario, ...] = ()


def overrides_something(request: Request) -> bool:
    """Return whether a request has headers ``X-Mock-...``."""
    return getattr(request.headers, "for_mock", True)


def check_one_value(request: Request, name: str) -> None:
    """Raise BadOverride if a header was sent several times with different values."""
    if contradicting(request.headers, name.lower()):
        raise BadOverride(f"{name} was sent several times with different values: send it once")


def check_name(name: str) -> None:
    """Raise BadOverride on an invalid name of a world."""
    try:
        checked_name(name)
    except ValueError as problem:
        raise BadOverride(str(problem)) from None


def named_world(request: Request, domains: tuple[str, ...] = ()) -> tuple[str, str]:
    """Return the name of the request's world, which need not exist, and the request's path below the world's prefix.

    The prefix ``/w/{world}`` comes first, then the host name ``{world}.localhost`` (or below one of ``domains``), then
    ``X-Mock-World``, else ``default``.
    """
    if request.path.startswith("/w/"):
        named, path = split_world(request.path)
        return named or "", path
    return world_of_host(request.host, domains) or request.headers.get("x-mock-world") or DEFAULT, request.path


@lru_cache(maxsize=1_000)
def world_of_host(host: str, domains: tuple[str, ...]) -> str | None:
    """Return the world that ``host[:port]`` names: the part before ``.localhost`` or one of ``domains``; else None."""
    name = host.partition(":")[0].rstrip(".")
    for domain in ("localhost", *domains):
        ending = f".{domain.lower().strip('.')}"
        if name.lower().endswith(ending):
            return name[: -len(ending)] or None
    return None


def split_world(path: str) -> tuple[str | None, str]:
    """Return the name in a path's prefix ``/w/{world}``, None without one, and the path below it."""
    if not path.startswith("/w/"):
        return None, path
    name, _, below = path[3:].partition("/")
    return unquote(name), "/" + below


def paths_below(request: Request) -> tuple[str, str | None]:
    """Return a request's path below its world's prefix: decoded and, if the host gives it, raw."""
    raw_path = request.raw_path
    if not request.path.startswith("/w/"):
        return request.path, raw_path
    return below_world(request.path), None if raw_path is None else below_world(raw_path)


def below_world(path: str) -> str:
    """Return a path without the world's prefix, so that a rule is the same in every world."""
    return split_world(path)[1]


def overrides_of(request: Request, world: World, now: Instant) -> Overrides:
    """Return the overrides of a request. Raise BadOverride on an invalid value."""
    get = request.headers.get
    time, revision, scenarios = get("x-mock-now"), get("x-mock-revision"), get("x-mock-scenario")
    if time is None and revision is None and scenarios is None:
        return Overrides(now, REVISIONS[world.revision])
    for name in ("X-Mock-Now", "X-Mock-Revision", "X-Mock-Scenario"):
        check_one_value(request, name)
    if revision is not None and revision not in REVISIONS:
        hint = suggestion(revision, REVISIONS)
        known = f"X-Mock-Revision is one of {', '.join(REVISIONS)}, not {described(revision)}"
        raise BadOverride(f"{known}; {hint}" if hint else known)
    return Overrides(
        now if time is None else _instant(time),
        REVISIONS[revision or world.revision],
        _scenarios(world, scenarios) if scenarios else (),
    )


def misspelt(headers: Any) -> dict[str, str]:
    """Return a hint for each unknown ``X-Mock-...`` header, by its name."""
    hints: dict[str, str] | None = headers.derived.get("misspelt")
    if hints is None:
        found = (name for name, _ in headers.items() if name.startswith("x-mock-") and name not in _KNOWN)
        hints = headers.derived["misspelt"] = {name: _unknown(name) for name in found}
    return hints


def _unknown(name: str) -> str:
    near = nearest(name, _KNOWN)
    meant = f"; did you mean {_KNOWN[near]}?" if near else f": there are {', '.join(_KNOWN.values())}"
    return f"{name} is no header of the mock and was ignored{meant}"


def _instant(text: str) -> Instant:
    try:
        return parse_iso(text.strip())
    except ValueError:
        raise BadOverride(
            f"X-Mock-Now is not an ISO 8601 time such as 2019-03-13T18:00:00Z: {described(text)}"
        ) from None


def _scenarios(world: World, ids: str) -> tuple[Scenario, ...]:
    most, named = SCENARIOS_OF_A_REQUEST, ids.split(",", SCENARIOS_OF_A_REQUEST)
    if len(named) > most or len(set(map(str.strip, named))) < len(named):
        raise BadOverride(f"X-Mock-Scenario names at most {most} scenarios, each once")
    try:
        return world.library.named(ids)
    except UnknownScenarioError as problem:
        raise BadOverride(f"X-Mock-Scenario: {problem}") from None
