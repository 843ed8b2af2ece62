"""A mock whose worlds are kept in a store: its answers leave once what they tell of is stored."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from mockserver.api.overrides import named_world
from mockserver.api.routes import Match, NoMatch
from mockserver.exchange import Request, Response, Wait
from mockserver.journal.kept import READS
from mockserver.mock import Mock
from mockserver.settings import Settings
from mockserver.sources import read_fixtures, read_library
from mockserver.stores.keeper import GoneError, WorldKeeper, refuse
from mockserver.stores.kept_worlds import KeptWorlds, NotHereError
from mockserver.stores.opening import open_store, this_process
from mockserver.stores.store import OwnedError, StoreError
from mockserver.worlds.worlds import DEFAULT

Elsewhere = Callable[[Request, Exception], Response]
Marks = tuple[tuple[WorldKeeper, int], ...]


class KeptMock(Mock):
    """A mock that hands every change to a store. A world that is not in memory is brought on another thread."""

    worlds: KeptWorlds

    def __init__(self, settings: Settings, worlds: KeptWorlds) -> None:
        super().__init__(settings, worlds)
        self._writer = worlds.writer

    def close(self) -> None:
        """Store everything, and give the store up."""
        self.worlds.close()

    def handle(self, request: Request, found: Match | NoMatch | None = None) -> Response:
        """Answer one request; where its world is not in memory, on another thread."""
        failures = self._writer.failures
        try:
            response = super().handle(request, found)
        except (NotHereError, GoneError):
            return Response(200, work=partial(self._handle_waiting, request, found))
        return self._checked(request, response, failures)

    def _handle_waiting(self, request: Request, found: Match | NoMatch | None) -> Response:
        """Answer a request on a thread that may wait for the store."""
        with self.worlds.waiting():
            while True:
                failures = self._writer.failures
                try:
                    response = super().handle(request, found)
                except GoneError:  # the world was let go meanwhile: it comes back
                    continue
                except StoreError as problem:
                    return self._elsewhere(request, problem)
                return self._checked(request, response, failures)

    def _elsewhere(self, request: Request, problem: Exception) -> Response:
        """Return what is answered where this process cannot own the world."""
        if isinstance(problem, GoneError):  # it was let go meanwhile: it comes back
            return self._handle_waiting(request, None)
        return refused(str(problem))

    def _checked(
        self, request: Request, response: Response, failures: int, elsewhere: Elsewhere | None = None
    ) -> Response:
        """Let a response leave when all that it tells of is stored; ``failures`` is how often storing had failed before.

        ``elsewhere`` says what is answered where it turns out later that this process cannot own the world.
        """
        if response.work is not None:
            response.work = self._then_checked(request, response.work, elsewhere or self._elsewhere)
        elif response.wait is not None:
            response.wait = self._wait_checked(request, response.wait)
        elif response.stream is not None:
            response.stream.leave = partial(self._leave_piece, request)
        else:
            writer = self._writer
            if (
                writer.dirty
                or writer.committing
                or writer.dirty  # again: a world may have gone from there to committing, and back
                or writer.failures != failures
                or request.method not in READS
            ):
                self._mark(request, response, failures)
        return response

    def _then_checked(
        self, request: Request, work: Callable[[], Response], elsewhere: Elsewhere
    ) -> Callable[[], Response]:
        def done() -> Response:
            failures = self._writer.failures
            with self.worlds.waiting():
                try:
                    response = work()
                except (GoneError, OwnedError, StoreError) as problem:
                    return elsewhere(request, problem)
            return self._checked(request, response, failures, elsewhere)

        return done

    def _wait_checked(self, request: Request, wait: Wait) -> Wait:
        def poll() -> Response | None:
            failures = self._writer.failures
            response = wait.poll()
            return None if response is None else self._checked(request, response, failures)

        def expired() -> Response:
            failures = self._writer.failures
            return self._checked(request, wait.expired(), failures)

        return replace(wait, poll=poll, expired=expired)

    def _mark(self, request: Request, response: Response, failures: int) -> None:
        keepers = self._keepers(request)
        if any(keeper.was_undone(failures) for keeper in keepers):
            refuse(response, self._writer.failing or "the store refused it")
            return
        marks = self._marks(keepers)
        if marks:
            response.leave = partial(self._writer.leave, marks, response)

    def _marks(self, keepers: list[WorldKeeper]) -> Marks:
        """Seal what is done, and return whom to wait for."""
        committing = self._writer.committing
        return tuple(
            (keeper, failed)
            for keeper in keepers
            for failed in (keeper.failed,)
            if keeper.seal() or keeper.world.name in committing
        )

    def _keepers(self, request: Request) -> list[WorldKeeper]:
        """Return the keepers of the worlds that a response may tell of: a control call's may tell of all."""
        keepers = {}
        if "/__mock" in request.path:
            keepers = dict(self._writer.committing) | dict(self._writer.dirty)
        world = self.worlds.find(named_world(request, self.settings.world_domain)[0])
        if world is not None and isinstance(world.keeper, WorldKeeper):
            keepers[world.name] = world.keeper
        return list(keepers.values())

    def _leave_piece(self, request: Request, send: Callable[[], None]) -> None:
        marks = self._marks(self._keepers(request))
        if marks:
            self._writer.leave(marks, Response(200), send)
        else:
            send()


def refused(reason: str) -> Response:
    """Return a 503 with a reason."""
    response = Response(503)
    refuse(response, reason)
    return response


def build_kept(settings: Settings) -> KeptMock:
    """Make a mock with the store of its settings in a file. Raise StoreError, and DocumentError when its files are wrong."""
    store = open_store(settings.store, this_process())
    assert store is not None
    try:
        worlds = KeptWorlds(read_fixtures(settings).records_at, settings, read_library(settings), store)
    except BaseException:
        store.close()
        raise
    return KeptMock(settings, worlds)


def unheeded(mock: KeptMock) -> str | None:
    """Return which flags do nothing for the world ``default``, as it was made before, in a line for people."""
    settings, usual = mock.settings, Settings()
    flags = ("clock", "freeze", "scenario", "revision")
    given = [f"--{name}" for name in flags if getattr(settings, name) != getattr(usual, name)]
    if not given or DEFAULT not in mock.worlds.came_back:
        return None
    return f"the world default comes from the store as it was; {', '.join(given)} count for worlds that are made"
