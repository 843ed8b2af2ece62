"""The mock itself: from a call to an answer, with no web framework.

Hosts (the embedded server, Flask under any WSGI server) make a ``Call``, ask ``Mock.answer`` and deliver what it says.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from mockserver.api import files, pipeline, rules, strictness
from mockserver.api.held import Key, key_of
from mockserver.api.kept import Kept, KeptAnswers, lasts
from mockserver.api.passages import Passages
from mockserver.api.refusals import refusal_answer
from mockserver.api.router import Router
from mockserver.api.table import OPERATIONS
from mockserver.api.upload import brings_a_file, look_into
from mockserver.api.visit import Visit
from mockserver.clock import stopwatch
from mockserver.cors import Cors
from mockserver.errors import Refused
from mockserver.exchange import Answer, Call, HeaderPairs, json_answer
from mockserver.headers import Alike, SentHeaders
from mockserver.journal import Entry
from mockserver.journal.entry import in_world, request_id
from mockserver.journal.tally import Tally
from mockserver.overrides import BadOverride, Overrides, choose_world, overrides_of
from mockserver.scenarios.arrange import for_one_request
from mockserver.scenarios.facts import Facts
from mockserver.scenarios.library import Library
from mockserver.scenarios.library import load as load_library
from mockserver.scenarios.model import Scenario
from mockserver.scenarios.reading import ScenarioError
from mockserver.scenarios.verdict import Verdict
from mockserver.settings import Settings
from mockserver.world import World
from mockserver.worlds import DEFAULT, Worlds

if TYPE_CHECKING:
    from mockserver.fixtures.start import Fixtures

_NOTHING = Answer(500)  # stands in a journal entry until there is an answer
_OURS = re.compile(r"(?:/w/[^/]*)?/(?:v3|files)/")


class Mock:
    """A mock server without its server: settings, worlds, and the way from a call to an answer."""

    def __init__(self, settings: Settings, worlds: Worlds) -> None:
        self.settings = settings
        self.worlds = worlds
        self.router = Router(OPERATIONS.values())
        self.kept = KeptAnswers()
        self.passages = Passages()
        self.tally = Tally()
        self._alike = Alike()
        self._cors = Cors(settings.cors) if settings.cors else None
        worlds.when_dropped(self.kept.forget)
        worlds.when_dropped(self.passages.forget)

    def handles(self, path: str) -> bool:
        """Tell whether a path belongs to the API or its pictures, below a world's prefix or not."""
        return _OURS.match(path) is not None

    def answer(self, call: Call) -> Answer:
        """Answer one call to the API or for a picture; what happened goes to the world's journal.

        A call that brings a picture is answered by the answer's ``work``.
        """
        return Answer(200, work=lambda: self._uploaded(call)) if brings_a_file(call) else self._marked(call)

    def _uploaded(self, call: Call) -> Answer:
        """Look into the body first, which takes long and asks no world; then answer as any other call."""
        with suppress(Refused):  # the operation will say so, if it comes that far
            call.upload = look_into(call)
        try:
            return self._marked(call)
        finally:
            call.upload = None  # the journal keeps the call

    def _marked(self, call: Call) -> Answer:
        if self._cors is None:
            return self._journalled(call, ())
        return self._cors.preflight(call) or self._journalled(call, self._cors.marks(call))

    def _journalled(self, call: Call, marks: HeaderPairs) -> Answer:
        """Answer a call and write that down; ``marks`` are further headers of the answer, whatever it is."""
        started = stopwatch()
        headers = call.headers = self._alike.of(call.headers)
        key = key_of(call, headers) if self.settings.fast_path else None
        kept = self.kept.get(key)
        answer = None if kept is None else self._again(kept, call, headers, marks, started)
        if answer is not None:
            return answer
        try:
            world, path = choose_world(self.worlds, call)
        except BadOverride as problem:
            return json_answer(400, {"error": str(problem)}, *marks)
        with world.lock:
            entry = Entry(0, world.clock.now(), call, _NOTHING, revision=world.revision)
            answer = entry.answer = self._answer(world, path, entry, key)
            rule = () if entry.rule is None else (("x-mock-rule", entry.rule),)
            answer.headers = (*answer.headers, in_world(world.name), *rule, *marks)
            entry.took_ns = stopwatch() - started
            world.journal.add(entry)
        self.tally.add(entry.operation, answer.status, entry.took_ns)
        return answer

    def _again(self, kept: Kept, call: Call, headers: SentHeaders, marks: HeaderPairs, started: int) -> Answer | None:
        """Answer as was answered before, if that still holds. A change that comes meanwhile comes after this answer."""
        now = kept.clock.now()
        if not kept.holds(now):
            return None
        took_ns = stopwatch() - started
        id_ = kept.journal.repeat(kept.entry, headers, call.peer, marks, now, took_ns, kept.heavy)
        self.worlds.touch(kept.world_name)
        self.tally.add(kept.operation, kept.status, took_ns)
        return Answer(kept.status, kept.body, (*kept.headers, in_world(kept.world_name), *marks, request_id(id_)))

    def _answer(self, world: World, path: str, entry: Entry, key: Key | None) -> Answer:
        call = entry.call
        passage = self.passages.get(key)
        if passage is not None and passage.holds(entry.at):
            return self._let_through(passage.visit.again(call, entry.at), entry, key)
        try:
            overrides = overrides_of(call, world, entry.at)
        except BadOverride as problem:
            return json_answer(400, {"error": str(problem)})
        if not overrides.scenarios:
            return self._checked(world, path, overrides, entry, key)
        try:
            with for_one_request(world, overrides.scenarios):
                return self._checked(world, path, overrides_of(call, world, world.clock.now()), entry, key)
        except ScenarioError as problem:
            return json_answer(400, {"error": f"X-Mock-Scenario: {problem}"})

    def _checked(self, world: World, path: str, overrides: Overrides, entry: Entry, key: Key | None) -> Answer:
        call = entry.call
        entry.at, entry.revision = overrides.now, overrides.revision.name
        try:
            if call.oversized or len(call.body) > self.settings.max_body:
                raise Refused("payload_too_large", limit=self.settings.max_body)
            if path.startswith("/files/"):
                return self._picture(world, path, overrides, entry)
            return self._decide(self._visit(world, path, overrides, entry), overrides.scenarios, entry, key)
        except Refused as refused:
            entry.refusal = refused.id
            return refusal_answer(refused, entry.revision)

    def _let_through(self, visit: Visit, entry: Entry, key: Key | None) -> Answer:
        """Answer a call that has passed the gate before."""
        entry.operation, entry.club, entry.revision = visit.operation.name, visit.slug, visit.revision.name
        entry.notes, entry.checks = visit.notes, visit.checks
        try:
            return self._decide(visit, (), entry, key)
        except Refused as refused:
            entry.refusal = refused.id
            return refusal_answer(refused, entry.revision)

    def _picture(self, world: World, path: str, overrides: Overrides, entry: Entry) -> Answer:
        def serve() -> Answer:
            return files.serve(world, entry.call, path, entry)

        if world.engine.idle and not overrides.scenarios:
            return serve()
        verdict = _judge(world, rules.facts_of_picture(entry.call, path, overrides.now), overrides.scenarios, entry)
        return rules.follow_for_picture(verdict, entry, serve)

    def _visit(self, world: World, path: str, overrides: Overrides, entry: Entry) -> Visit:
        call = entry.call
        found = pipeline.route(self.router, call.method, path)
        route = found.route
        entry.operation, entry.club = route.operation.name, found.slug
        base = call.origin if world.name == DEFAULT else f"{call.origin}/w/{world.name}"
        visit = Visit(
            call, world, route.operation, found.slug, found.values, overrides.revision, overrides.now, base,
            route.context, notes=entry.notes, checks=entry.checks, offer_id=found.offer_id,
        )  # fmt: skip
        if route.alias or found.old_spelling:
            strictness.alias(visit)
        return visit

    def _decide(self, visit: Visit, scenarios: tuple[Scenario, ...], entry: Entry, key: Key | None) -> Answer:
        """Ask the rules, if there are any, and follow them; else just run, and keep what lasts."""
        engine = visit.world.engine
        try:
            if engine.idle and not scenarios:
                return self._run(visit, key)
            verdict = _judge(visit.world, rules.facts_of(visit), scenarios, entry)
            return rules.follow(verdict, visit, lambda forced: pipeline.run(visit, forced))
        finally:
            entry.member_id = visit.member.id if visit.member else None
            entry.offer_id, entry.committed, entry.refusal = visit.offer_id, visit.committed, visit.refusal

    def _run(self, visit: Visit, key: Key | None) -> Answer:
        if key is None or not visit.operation.lasting:
            return pipeline.run(visit)
        try:
            if not visit.admitted:
                pipeline.pass_gate(visit)
                if visit.operation.writes:  # a read that is asked for again has its answer kept
                    self.passages.keep(key, visit)
            answer = pipeline.act(visit)
        except Refused as refused:
            if lasts(refused.refusal):
                self.kept.keep(key, visit, refusal_answer(refused, visit.revision.name), refused.id)
            raise
        if not visit.committed:
            self.kept.keep(key, visit, answer)
        return answer


def _judge(world: World, facts: Facts, scenarios: tuple[Scenario, ...], entry: Entry) -> Verdict:
    """Let the rules decide, and write down for the journal what they considered."""
    verdict = world.engine.decide(facts, scenarios)
    entry.considered = verdict.considered
    entry.rule = verdict.acted[-1] if verdict.acted else None
    return verdict


def build(settings: Settings) -> Mock:
    """Make a mock from its settings. Raise FixtureError or ScenarioError when its files are wrong."""
    return Mock(settings, Worlds(read_fixtures(settings).records_at, settings, read_library(settings)))


def read_fixtures(settings: Settings) -> Fixtures:
    """Read the fixtures of the settings' directory, or those that ship. Raise FixtureError."""
    from mockserver.fixtures.load import load
    from mockserver.fixtures.shipped import shipped

    return load(settings.fixtures or shipped("fixtures"))


def read_library(settings: Settings) -> Library:
    """Read the scenarios that ship, with those of the settings' directory over them. Raise ScenarioError."""
    from mockserver.fixtures.shipped import shipped

    library = load_library(shipped("scenarios"), OPERATIONS)
    if settings.scenarios is not None:
        library.update(load_library(settings.scenarios, OPERATIONS))
    return library
