"""A mock that shares its worlds with other processes: it answers for those that it owns, and forwards the rest."""

from __future__ import annotations

import socket
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from mockserver.api.overrides import named_world
from mockserver.api.routes import Match, NoMatch
from mockserver.clock import stopwatch
from mockserver.exchange import Request, Response
from mockserver.journal.kept import READS
from mockserver.mock import Mock
from mockserver.settings import Settings
from mockserver.sources import read_fixtures, read_library
from mockserver.stores.keeper import GoneError
from mockserver.stores.kept_mock import KeptMock, refused
from mockserver.stores.kept_worlds import NotHereError
from mockserver.stores.lease import Lease
from mockserver.stores.link_server import LinkServer, NotMineError
from mockserver.stores.links import Forwarded, ProcessLink, ProcessLinks, Why
from mockserver.stores.opening import open_store, this_process
from mockserver.stores.replica_worlds import ReplicaWorlds
from mockserver.stores.store import NewerFormatError, OwnedError, Process, StoreError

PATIENCE_NS = 4_000_000_000  # nanoseconds for which a request looks for the owner of its world
AGAIN_AFTER = 0.05  # seconds between two tries
WORKERS = 16
NO_LEASE = "the store has not been reached for a while, and others may answer for this world"
UNKNOWN = "the process that answered for this world is gone; whether this was done is not known"
NOBODY = "no process answers for this world just now"
_OF_THE_PROCESS = ("/health", "/ready", "/version")


class ReplicaMock(KeptMock):
    """One of several mocks over one store."""

    worlds: ReplicaWorlds

    def __init__(self, settings: Settings, worlds: ReplicaWorlds, listener: LinkServer | None = None) -> None:
        super().__init__(settings, worlds)
        self.lease = Lease(self._writer.store, self._lost)
        self._links = ProcessLinks()
        self._owners: dict[str, Process] = {}
        self._pool = ThreadPoolExecutor(WORKERS, "forwarding")
        self.listener = listener

    def _lost(self) -> None:
        self._writer.do(self.worlds.forget_all)

    # -- requests of clients

    def handle(self, request: Request, found: Match | NoMatch | None = None) -> Response:
        """Answer one request, here or at the owner of its world."""
        if not self.lease.holds() and not request.path.endswith(_OF_THE_PROCESS):
            return refused(NO_LEASE)
        failures = self._writer.failures
        try:
            response = Mock.handle(self, request, found)
        except (NotHereError, GoneError):
            owner = self._owners.get(named_world(request, self.settings.world_domain)[0])
            link = None if owner is None else self._links.known(owner)
            if link is None:
                return Response(200, work=partial(self._handle_waiting, request, found))
            return self._forwarded(link, request, stopwatch() + PATIENCE_NS)
        return self._checked(request, response, failures)

    def _handle_waiting(self, request: Request, found: Match | NoMatch | None, until: int = 0) -> Response:
        """Answer a request on a thread that may wait: own its world, or find out who does."""
        until = until or stopwatch() + PATIENCE_NS
        with self.worlds.waiting():
            while True:
                owner: Process | None = None
                failures = self._writer.failures
                try:
                    if self.worlds.ending:
                        name = named_world(request, self.settings.world_domain)[0]
                        owner = self._owners.pop(name, None) or self._another()
                    else:
                        return self._checked(request, Mock.handle(self, request, found), failures)
                except OwnedError as owned:
                    owner = owned.owner
                    self._owners[owned.name] = owner
                except GoneError:
                    pass
                except StoreError as problem:
                    if stopwatch() > until or not self.lease.holds() or isinstance(problem, NewerFormatError):
                        return refused(str(problem))
                link = None if owner is None else self._links.to(owner)
                if link is not None:
                    return self._forwarded(link, request, until)
                if stopwatch() > until:
                    return refused(NOBODY)
                time.sleep(AGAIN_AFTER)

    def _elsewhere(self, request: Request, problem: Exception) -> Response:
        """Forward a request to the owner of its world; see ``KeptMock``."""
        if isinstance(problem, OwnedError):
            self._owners[problem.name] = problem.owner
            link = self._links.to(problem.owner)
            if link is not None:
                return self._forwarded(link, request, stopwatch() + PATIENCE_NS)
        elif isinstance(problem, StoreError):
            return refused(str(problem))
        return self._handle_waiting(request, None)

    def _another(self) -> Process | None:
        """Return a process to which worlds may go while this one ends."""
        others = [each for each in self._writer.store.processes() if each.id != self._writer.store.process.id]
        return others[0] if others else None

    # -- forwarding

    def _forwarded(self, link: ProcessLink, request: Request, until: int) -> Response:
        """Return a response that leaves when the owner has answered."""
        response = Response(200)

        def leave(send: Callable[[], None]) -> None:
            response.leave = None
            failed = partial(self._failed, request, response, send, until)
            link.call(request, Forwarded(response, send, failed))

        response.leave = leave
        return response

    def _failed(
        self,
        request: Request,
        response: Response,
        send: Callable[[], None],
        until: int,
        why: Why,
        owner: Process | None,
    ) -> None:
        """Try again elsewhere what was not done, or may be done twice; of the rest nobody knows."""
        name = named_world(request, self.settings.world_domain)[0]
        self._owners.pop(name, None)
        if owner is not None and owner != self._writer.store.process:
            self._owners[name] = owner
        if why == "lost" and request.method not in READS:
            _take(response, refused(UNKNOWN))
            send()
        else:
            self._pool.submit(self._again, request, response, send, until)

    def _again(self, request: Request, response: Response, send: Callable[[], None], until: int) -> None:
        time.sleep(AGAIN_AFTER)
        try:
            found = refused(NOBODY) if stopwatch() > until else self._handle_waiting(request, None, until)
            while found.work is not None:
                found = found.work()
        except Exception:
            traceback.print_exc()
            found = Response(500, b'{"error": "The mock server has a defect; its log has the traceback"}')
        leave, found.leave = found.leave, None

        def leaves() -> None:
            _take(response, found)
            send()

        if leave is None:
            leaves()
        else:
            leave(leaves)

    # -- calls of other processes

    def answer(self, request: Request) -> Response:
        """Answer a call of another process, which looks elsewhere where this one does not own the world. Raise NotMineError."""
        if not self.lease.holds():
            raise NotMineError
        failures = self._writer.failures
        try:
            response = Mock.handle(self, request)
        except (NotHereError, GoneError):
            return Response(200, work=partial(self._answer_waiting, request))
        return self._checked(request, response, failures, _not_mine)

    def _answer_waiting(self, request: Request) -> Response:
        with self.worlds.waiting():
            while not self.worlds.ending:
                failures = self._writer.failures
                try:
                    return self._checked(request, Mock.handle(self, request), failures, _not_mine)
                except GoneError:
                    continue
                except (OwnedError, StoreError) as problem:
                    return _not_mine(request, problem)
        raise NotMineError

    # -- beginning and ending

    def begin(self) -> None:
        """Own worlds from now on."""
        self.lease.start()

    def hand_over(self) -> None:
        """Let all worlds go to other processes, if there are any; the requests that come are forwarded."""
        with self.worlds.waiting():
            if self._another() is not None:
                self.worlds.hand_over()

    def close(self) -> None:
        """Store everything, and give the store up."""
        self.lease.stop()
        super().close()
        self._links.close()
        if self.listener is not None:
            self.listener.close()


def _not_mine(_: Request, problem: Exception) -> Response:
    raise NotMineError(problem.owner if isinstance(problem, OwnedError) else None) from problem


def _take(response: Response, found: Response) -> None:
    """Let a response that is on its way be another."""
    for name in response.__struct_fields__:
        if name != "leave":
            setattr(response, name, getattr(found, name))


def build_replica(settings: Settings, host: str) -> ReplicaMock:
    """Make a mock that shares a store with other processes, which reach it at ``host`` or ``--advertise``.

    Raise StoreError, DocumentError.
    """
    mock: ReplicaMock

    class Answering:
        def answer(self, request: Request) -> Response:
            return mock.answer(request)

    name, _, port = (settings.advertise or "").rpartition(":")
    process = this_process()
    try:
        listener = LinkServer(host, int(port or 0), process.secret, Answering())
    except OSError as problem:
        raise StoreError(f"cannot listen on {host}:{port or 0} for other processes: {problem.strerror}") from None
    address = f"{name or reached_at(host)}:{listener.port}"
    process = Process(process.id, process.pid, process.host, address, process.secret)
    store = open_store(settings.store, process)
    assert store is not None
    worlds = ReplicaWorlds(read_fixtures(settings).records_at, settings, read_library(settings), store)
    mock = ReplicaMock(settings, worlds, listener)
    mock.begin()
    return mock


def reached_at(host: str) -> str:
    """Return the address at which processes on other machines reach one that listens on ``host``."""
    if host not in ("0.0.0.0", "::"):
        return f"[{host}]" if ":" in host else host
    try:
        found = socket.gethostbyname(socket.gethostname())
    except OSError:
        return "127.0.0.1"
    return found
