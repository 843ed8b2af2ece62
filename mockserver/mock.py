"""The mock itself: from a call to an answer, with no web framework.

Hosts (the embedded server, Flask under any WSGI server) make a ``Call``, ask ``Mock.answer`` and deliver what it says.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from mockserver.api import files, pipeline, rules, strictness
from mockserver.api.context import RequestContext
from mockserver.api.cors import Cors
from mockserver.api.held import Key, key_of
from mockserver.api.kept import Kept, KeptAnswers, lasts
from mockserver.api.overrides import BadOverride, Overrides, choose_world, overrides_of
from mockserver.api.passages import Passages
from mockserver.api.refusals import refusal_response
from mockserver.api.router import Router
from mockserver.api.table import OPERATIONS
from mockserver.api.upload import brings_a_file, look_into
from mockserver.clock import stopwatch
from mockserver.documents.problems import DocumentError
from mockserver.errors import Refused
from mockserver.exchange import HeaderPairs, Request, Response, json_response
from mockserver.headers import Alike, SentHeaders
from mockserver.journal import Entry
from mockserver.journal.entry import in_world, request_id
from mockserver.journal.tally import Tally
from mockserver.scenarios.facts import Facts
from mockserver.scenarios.library import Library
from mockserver.scenarios.library import load as load_library
from mockserver.scenarios.model import Scenario
from mockserver.scenarios.overlay import overlaid
from mockserver.scenarios.verdict import Verdict
from mockserver.settings import Settings
from mockserver.worlds.world import World
from mockserver.worlds.worlds import DEFAULT, Worlds

if TYPE_CHECKING:
    from mockserver.fixtures.start import Fixtures

_NOTHING = Response(500)  # stands in a journal entry until there is an answer
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
        if settings.fast_path:
            from mockserver.fast import codec

            worlds.when_made(codec.attach)
        worlds.when_dropped(self.kept.forget)
        worlds.when_dropped(self.passages.forget)

    def handles(self, path: str) -> bool:
        """Return whether a path belongs to the API or its pictures, below a world's prefix or not."""
        return _OURS.match(path) is not None

    def handle(self, request: Request) -> Response:
        """Return one call to the API or for a picture; what happened goes to the world's journal.

        A call that brings a picture is answered by the answer's ``work``.
        """
        return Response(200, work=lambda: self._uploaded(request)) if brings_a_file(request) else self._marked(request)

    def _uploaded(self, request: Request) -> Response:
        """Look into the body first, which takes long and asks no world; then answer as any other call."""
        with suppress(Refused):  # the operation will say so, if it comes that far
            request.upload = look_into(request)
        try:
            return self._marked(request)
        finally:
            request.upload = None  # the journal keeps the call

    def _marked(self, request: Request) -> Response:
        if self._cors is None:
            return self._journalled(request, ())
        return self._cors.preflight(request) or self._journalled(request, self._cors.marks(request))

    def _journalled(self, request: Request, marks: HeaderPairs) -> Response:
        """Return a call and write that down; ``marks`` are further headers of the answer, whatever it is."""
        started = stopwatch()
        headers = request.headers = self._alike.of(request.headers)
        key = key_of(request, headers) if self.settings.fast_path else None
        kept = self.kept.get(key)
        response = None if kept is None else self._again(kept, request, headers, marks, started)
        if response is not None:
            return response
        try:
            world, path = choose_world(self.worlds, request)
        except BadOverride as problem:
            return json_response(400, {"error": str(problem)}, *marks)
        with world.lock:
            entry = Entry(0, world.clock.now(), request, _NOTHING, revision=world.revision)
            response = entry.response = self._answer(world, path, entry, key)
            rule = () if entry.rule is None else (("x-mock-rule", entry.rule),)
            response.headers = (*response.headers, in_world(world.name), *rule, *marks)
            entry.took_ns = stopwatch() - started
            world.journal.add(entry)
        self.tally.add(entry.operation, response.status, entry.took_ns)
        return response

    def _again(
        self, kept: Kept, request: Request, headers: SentHeaders, marks: HeaderPairs, started: int
    ) -> Response | None:
        """Return as was answered before, if that still holds. A change that comes meanwhile comes after this answer."""
        now = kept.clock.now()
        if not kept.holds(now):
            return None
        took_ns = stopwatch() - started
        id_ = kept.journal.repeat(kept.entry, headers, request.peer, marks, now, took_ns, kept.heavy)
        self.worlds.touch(kept.world_name)
        self.tally.add(kept.operation, kept.status, took_ns)
        return Response(kept.status, kept.body, (*kept.headers, in_world(kept.world_name), *marks, request_id(id_)))

    def _answer(self, world: World, path: str, entry: Entry, key: Key | None) -> Response:
        request = entry.request
        passage = self.passages.get(key)
        if passage is not None and passage.holds(entry.at):
            return self._let_through(passage.ctx.again(request, entry.at), entry, key)
        try:
            overrides = overrides_of(request, world, entry.at)
        except BadOverride as problem:
            return json_response(400, {"error": str(problem)})
        if not overrides.scenarios:
            return self._checked(world, path, overrides, entry, key)
        try:
            overlay = overlaid(world, overrides.scenarios)
            if overlay is not None:
                overrides = overrides_of(request, world, overlay.clock.now())._replace(overlay=overlay)
            return self._checked(world, path, overrides, entry, key)
        except DocumentError as problem:
            return json_response(400, {"error": f"X-Mock-Scenario: {problem}"})

    def _checked(self, world: World, path: str, overrides: Overrides, entry: Entry, key: Key | None) -> Response:
        request = entry.request
        entry.at, entry.revision = overrides.now, overrides.revision.name
        try:
            if request.oversized or len(request.body) > self.settings.max_body:
                raise Refused("payload_too_large", limit=self.settings.max_body)
            if path.startswith("/files/"):
                return self._picture(world, path, overrides, entry)
            return self._decide(self._visit(world, path, overrides, entry), overrides.scenarios, entry, key)
        except Refused as refused:
            entry.refusal = refused.id
            return refusal_response(refused, entry.revision)

    def _let_through(self, ctx: RequestContext, entry: Entry, key: Key | None) -> Response:
        """Return a call that has passed the gate before."""
        entry.operation, entry.club, entry.revision = ctx.operation.name, ctx.slug, ctx.revision.name
        entry.notes, entry.checks = ctx.notes, ctx.checks
        try:
            return self._decide(ctx, (), entry, key)
        except Refused as refused:
            entry.refusal = refused.id
            return refusal_response(refused, entry.revision)

    def _picture(self, world: World, path: str, overrides: Overrides, entry: Entry) -> Response:
        def serve() -> Response:
            return files.serve(world, entry.request, path, entry, overrides.overlay)

        if world.engine.idle and not overrides.scenarios:
            return serve()
        verdict = _judge(world, rules.facts_of_picture(entry.request, path, overrides.now), overrides.scenarios, entry)
        return rules.follow_for_picture(verdict, entry, serve)

    def _visit(self, world: World, path: str, overrides: Overrides, entry: Entry) -> RequestContext:
        request = entry.request
        found = pipeline.route(self.router, request.method, path)
        route = found.route
        entry.operation, entry.club = route.operation.name, found.slug
        base = request.origin if world.name == DEFAULT else f"{request.origin}/w/{world.name}"
        ctx = RequestContext(
            request, world, route.operation, found.slug, found.values, overrides.revision, overrides.now, base,
            route.context, notes=entry.notes, checks=entry.checks, offer_id=found.offer_id,
            overlay=overrides.overlay,
        )  # fmt: skip
        if route.alias or found.old_spelling:
            strictness.alias(ctx)
        return ctx

    def _decide(self, ctx: RequestContext, scenarios: tuple[Scenario, ...], entry: Entry, key: Key | None) -> Response:
        """Ask the rules, if there are any, and follow them; else just run, and keep what lasts."""
        engine = ctx.world.engine
        try:
            if engine.idle and not scenarios:
                return self._run(ctx, key)
            verdict = _judge(ctx.world, rules.facts_of(ctx), scenarios, entry)
            return rules.follow(verdict, ctx, lambda forced: pipeline.run(ctx, forced))
        finally:
            entry.member_id = ctx.member.id if ctx.member else None
            entry.offer_id, entry.committed, entry.refusal = ctx.offer_id, ctx.committed, ctx.refusal

    def _run(self, ctx: RequestContext, key: Key | None) -> Response:
        if key is None or not ctx.operation.lasting:
            return pipeline.run(ctx)
        try:
            if not ctx.admitted:
                pipeline.pass_gate(ctx)
                if ctx.operation.writes:  # a read that is asked for again has its answer kept
                    self.passages.keep(key, ctx)
            response = pipeline.act(ctx)
        except Refused as refused:
            if lasts(refused.refusal):
                self.kept.keep(key, ctx, refusal_response(refused, ctx.revision.name), refused.id)
            raise
        if not ctx.committed:
            self.kept.keep(key, ctx, response)
        return response


def _judge(world: World, facts: Facts, scenarios: tuple[Scenario, ...], entry: Entry) -> Verdict:
    """Let the rules decide, and write down for the journal what they considered."""
    verdict = world.decide(facts, scenarios)
    entry.considered = verdict.considered
    entry.rule = verdict.acted[-1] if verdict.acted else None
    return verdict


def build(settings: Settings) -> Mock:
    """Make a mock from its settings. Raise DocumentError when its files are wrong."""
    worlds = Worlds(read_fixtures(settings).records_at, settings, read_library(settings))
    if settings.fast_path:
        from mockserver.fast.lists import attach

        worlds.when_made(attach)
    return Mock(settings, worlds)


def read_fixtures(settings: Settings) -> Fixtures:
    """Read the fixtures of the settings' directory, or those that ship. Raise DocumentError."""
    from mockserver.fixtures.load import load
    from mockserver.fixtures.shipped import shipped

    return load(settings.fixtures or shipped("fixtures"))


def read_library(settings: Settings) -> Library:
    """Read the scenarios that ship, with those of the settings' directory over them. Raise DocumentError."""
    from mockserver.fixtures.shipped import shipped

    library = load_library(shipped("scenarios"), OPERATIONS)
    if settings.scenarios is not None:
        library.update(load_library(settings.scenarios, OPERATIONS))
    return library
