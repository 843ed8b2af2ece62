"""A real server in a process of its own, answering by a small fake mock: what tests of the wire speak to.

``python -m tests.serving`` prints its port. What the fake answers is chosen by the request's path, below ``/v3/``.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import subprocess
import sys
import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from mockserver.exchange import Fault, FaultKind, Receipt, Request, Response, Stream, Wait, json_response
from mockserver.settings import Settings

BODY = b'{"offers": "' + b"0123456789" * 9 + b'"}'


class FakeMock:
    """Answers by path: each method is one path. ``receipts`` keeps what delivery wrote down, by ``x-tag``."""

    def __init__(self) -> None:
        self.receipts: dict[str, Receipt] = {}
        self.waiters: dict[str, list[Any]] = {}  # by the query of who waits
        self.stream_ended = threading.Event()
        self.released = threading.Event()
        self.descriptors: list[int] = []

    def handles(self, path: str) -> bool:
        return path.startswith("/v3/")

    def handle(self, call: Request) -> Response:
        if call.oversized:
            return json_response(413, {"error": "too large"})
        if call.broken:
            return json_response(400, {"error": "broken"})
        name, _, rest = call.path.removeprefix("/v3/").partition("/")
        answer: Response = getattr(self, "do_" + name, self.do_echo)(call, rest)
        tag = call.headers.get("x-tag")
        if tag:
            answer.receipt = self.receipts[tag] = Receipt()
        return answer

    def do_echo(self, call: Request, _: str) -> Response:
        facts = {"method": call.method, "path": call.path, "query": call.query, "host": call.host}
        facts |= {"body": call.body.decode("utf-8", "replace"), "size": len(call.body), "peer": call.peer}
        facts |= {"scheme": call.scheme, "headers": sorted(call.headers.items()), "raw_path": call.raw_path}
        return json_response(200, facts)

    def do_fault(self, call: Request, kind: FaultKind) -> Response:
        return Response(200, BODY, fault=Fault(kind, pieces=4, over_ms=200))

    def do_descriptors(self, call: Request, what: str) -> Response:
        """Take every file descriptor that there is, or give them back."""
        import resource

        if what == "taken":
            resource.setrlimit(resource.RLIMIT_NOFILE, (256, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
            with contextlib.suppress(OSError):
                while True:
                    self.descriptors.append(os.open(os.devnull, os.O_RDONLY))
        while what == "free" and self.descriptors:
            os.close(self.descriptors.pop())
        return Response(200)

    def do_delay(self, call: Request, ms: str) -> Response:
        return Response(200, BODY, delay_ms=int(ms))

    def do_receipt(self, call: Request, tag: str) -> Response:
        receipt = self.receipts.get(tag)
        return json_response(200, receipt and {name: getattr(receipt, name) for name in Receipt.__slots__})

    def do_status(self, call: Request, code: str) -> Response:
        return Response(int(code), b"x")

    def do_bad_header(self, call: Request, _: str) -> Response:
        return Response(200, b"x", (("x-bad", "a\r\nx-injected: b"), ("bad name", "c"), ("x-good", "d")))

    def do_defect(self, call: Request, _: str) -> Response:
        raise RuntimeError("a defect on purpose")

    def do_job(self, call: Request, held: str) -> Response:
        """Work that is done at once or, where it is ``held``, when it is released."""
        return Response(202, work=lambda: (not held or self.released.wait(600), json_response(200, "worked"))[1])

    def do_release(self, call: Request, _: str) -> Response:
        self.released.set()
        return json_response(200, "released")

    def do_wait(self, call: Request, ms: str) -> Response:
        found: list[Response] = []

        def subscribe(wake: Any) -> Any:
            self.waiters.setdefault(call.query, []).append((found, wake))
            return lambda: None

        return Response(
            200,
            wait=Wait(lambda: found[0] if found else None, lambda: json_response(200, "expired"), int(ms), subscribe),
        )

    def do_wake(self, call: Request, _: str) -> Response:
        waiters = self.waiters.pop(call.query, [])
        for found, wake in waiters:
            found.append(json_response(200, "woken"))
            wake()
        return json_response(200, len(waiters))

    def do_stream(self, call: Request, count: str) -> Response:
        def chunks() -> Generator[bytes | None]:
            try:
                for number in itertools.count() if count == "endless" else range(int(count)):
                    yield b"data: %d\n\n" % number
                    yield None
            finally:
                self.stream_ended.set()

        return Response(200, headers=(("content-type", "text/event-stream"),), stream=Stream(chunks()))

    def do_stream_ended(self, call: Request, _: str) -> Response:
        return json_response(200, self.stream_ended.is_set())


def wsgi(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Stands in for Flask: echoes the environ, or leaves an answer with effects for the host."""
    if environ["PATH_INFO"] == "/delayed":
        environ["mockserver.response"] = Response(200, b"delayed", delay_ms=100)
    body = environ["wsgi.input"].read()
    facts = {key: value for key, value in environ.items() if isinstance(value, str | bool)} | {"size": len(body)}
    start_response("201 Created", [("Content-Type", "application/json"), ("X-From", "wsgi")])
    return [orjson.dumps(facts)]


@dataclass
class Serving:
    """A server in a process of its own."""

    process: subprocess.Popen[str]
    port: int


@contextmanager
def serving(*arguments: str) -> Iterator[Serving]:
    """Run ``tests.serving`` with ``key=value`` settings; whatever it prints to stderr is a failure of the test."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.serving", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        yield Serving(process, int(process.stdout.readline()))
    finally:
        if process.poll() is None:
            process.terminate()
        try:
            process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise


def main() -> None:
    """Serve the fake mock until stopped; settings come as ``key=value`` arguments, ``pause`` is the adapter's.

    ``granian=public`` has granian's inside be another than expected.
    """
    from mockserver.hosts import adapter, granian_host
    from mockserver.hosts.accesslog import access_log
    from mockserver.hosts.server import Server, end_process, listen_locally

    given = dict(argument.split("=", 1) for argument in sys.argv[1:])
    adapter.PAUSE = float(given.pop("pause", adapter.PAUSE))
    if given.pop("granian", "inside") == "public":
        granian_host._EXPECTED["WorkerSignal"] = "(another)"
    settings = Settings.resolve({"port": "0"} | given, {})
    listeners = listen_locally(settings.host, settings.port)
    port = listeners[0].getsockname()[1]
    server = Server(listeners, FakeMock(), lambda: wsgi, settings, access_log(settings))
    server.run(lambda: print(port, flush=True))
    end_process()


if __name__ == "__main__":
    main()
