"""The mock itself: from a call to an answer, with no web framework.

Hosts (the embedded server, Flask under any WSGI server) make a ``Call``, ask ``Mock.answer`` and deliver what it says.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from urllib.parse import unquote

from mockserver.api import files, pipeline, rules
from mockserver.api.refusals import refusal_answer
from mockserver.api.router import Match, Router
from mockserver.api.table import OPERATIONS
from mockserver.api.visit import Visit
from mockserver.clock import stopwatch
from mockserver.domain.instants import Instant, parse_iso
from mockserver.errors import Refused
from mockserver.exchange import Answer, Call, json_answer
from mockserver.journal import Entry
from mockserver.revisions import REVISIONS, Revision
from mockserver.scenarios.library import UnknownScenarioError
from mockserver.scenarios.library import load as load_library
from mockserver.scenarios.model import Scenario
from mockserver.settings import Settings
from mockserver.world import World
from mockserver.worlds import DEFAULT, Worlds

_NOTHING = Answer(500)  # stands in a journal entry until there is an answer


class BadOverride(Exception):
    """A header of the mock's own (``X-Mock-...``) has a value that means nothing; the message says what would."""


@dataclass(frozen=True, slots=True)
class Overrides:
    """What holds for one request only."""

    now: Instant
    revision: Revision
    scenarios: tuple[Scenario, ...]


class Mock:
    """A mock server without its server: settings, worlds, and the way from a call to an answer."""

    def __init__(self, settings: Settings, worlds: Worlds) -> None:
        self.settings = settings
        self.worlds = worlds
        self.router = Router(OPERATIONS.values())
        self._ids = itertools.count(1)

    def handles(self, path: str) -> bool:
        """Tell whether a path belongs to the API or its pictures, below a world's prefix or not."""
        if path.startswith("/w/"):
            path = path[path.find("/", 3) :] if path.find("/", 3) > 0 else ""
        return path.startswith(("/v3/", "/files/"))

    def too_large(self) -> Answer:
        """Answer a body over the limit, which no host reads to its end."""
        return refusal_answer(Refused("payload_too_large", limit=self.settings.max_body), self.settings.revision)

    def choose_world(self, call: Call) -> tuple[World, str]:
        """Answer the call's world and its path below the world's prefix.

        The prefix ``/w/{world}`` comes first, then ``X-Mock-World``, else ``default``. Raise BadOverride on an impossible
        name.
        """
        name, path = call.headers.get("x-mock-world") or DEFAULT, call.path
        if path.startswith("/w/"):
            name, _, rest = path[3:].partition("/")
            name, path = unquote(name), "/" + rest
        try:
            return self.worlds.get(name), path
        except ValueError as problem:
            raise BadOverride(str(problem)) from None

    def answer(self, call: Call) -> Answer:
        """Answer one call to the API or for a picture; what happened goes to the world's journal."""
        try:
            world, path = self.choose_world(call)
        except BadOverride as problem:
            return json_answer(400, {"error": str(problem)})
        request_id = next(self._ids)
        started = stopwatch()
        with world.lock:
            entry = Entry(request_id, world.clock.now(), call, _NOTHING, revision=world.revision)
            answer = entry.answer = self._answer(world, call, path, entry)
            own = [("x-mock-request-id", str(request_id)), ("x-mock-world", world.name)]
            if entry.rule is not None:
                own.append(("x-mock-rule", entry.rule))
            answer.headers = (*answer.headers, *own)
            entry.took_ns = stopwatch() - started
            world.journal.add(entry)
        return answer

    def _answer(self, world: World, call: Call, path: str, entry: Entry) -> Answer:
        try:
            overrides = self._overrides(world, call, entry.at)
        except BadOverride as problem:
            return json_answer(400, {"error": str(problem)})
        entry.at, entry.revision = overrides.now, overrides.revision.name
        base = call.origin if world.name == DEFAULT else f"{call.origin}/w/{world.name}"
        try:
            if len(call.body) > self.settings.max_body:
                raise Refused("payload_too_large", limit=self.settings.max_body)
            if path.startswith("/files/"):
                return files.serve(world, call, path, entry)
            found = pipeline.route(self.router, call.method, path)
            visit = _visit(world, call, found, overrides, base, entry)
            try:
                return self._decide(visit, overrides, entry)
            finally:
                entry.member_id = visit.member.id if visit.member else None
                entry.offer_id = visit.offer_id
                entry.committed = visit.committed
        except Refused as refused:
            entry.refusal = refused.id
            return refusal_answer(refused, overrides.revision.name)

    def _decide(self, visit: Visit, overrides: Overrides, entry: Entry) -> Answer:
        """Ask the rules, if there are any, and follow them; else just run."""
        engine = visit.world.engine
        if engine.idle and not overrides.scenarios:
            return pipeline.run(visit)
        verdict = engine.decide(rules.facts_of(visit), overrides.scenarios)
        entry.considered = verdict.considered
        entry.rule = verdict.acted[-1] if verdict.acted else None
        return rules.follow(verdict, visit, lambda forced: pipeline.run(visit, forced))

    @staticmethod
    def _overrides(world: World, call: Call, now: Instant) -> Overrides:
        get = call.headers.get
        text, name = get("x-mock-now"), get("x-mock-revision")
        if text is not None:
            try:
                now = parse_iso(text)
            except ValueError:
                raise BadOverride(f"X-Mock-Now is not an ISO 8601 time: {text!r}") from None
        if name is not None and name not in REVISIONS:
            raise BadOverride(f"X-Mock-Revision is one of {', '.join(REVISIONS)}, not {name!r}")
        return Overrides(now, REVISIONS[name or world.revision], _once(world, get("x-mock-scenario")))


def _once(world: World, text: str | None) -> tuple[Scenario, ...]:
    try:
        return world.library.named(text) if text else ()
    except UnknownScenarioError as problem:
        raise BadOverride(f"X-Mock-Scenario: {problem}") from None


def _visit(world: World, call: Call, found: Match, overrides: Overrides, base: str, entry: Entry) -> Visit:
    route = found.route
    entry.operation, entry.club = route.operation.name, found.slug
    visit = Visit(
        call,
        world,
        route.operation,
        found.slug,
        found.values,
        overrides.revision,
        overrides.now,
        base,
        route.context,
        notes=entry.notes,
        checks=entry.checks,
    )
    if route.alias or found.old_spelling:
        documented = f"{route.operation.method} /v3/{{slug}}/{route.operation.path}"
        visit.note("alias", call.path, f"another spelling of {documented}")
    return visit


def build(settings: Settings) -> Mock:
    """Make a mock from its settings. Raise FixtureError when the fixtures are wrong."""
    from mockserver.fixtures.load import load
    from mockserver.fixtures.shipped import shipped

    fixtures = load(settings.fixtures or shipped("fixtures"))
    library = load_library(settings.scenarios or shipped("scenarios"), OPERATIONS)
    return Mock(settings, Worlds(fixtures.records_at, settings, library))
