"""A mock server in another process while a block runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import IO

READY_SECONDS = 60.0  # generous, for busy machines; a server that cannot start fails at once
_ADDRESS = re.compile(r'(?:^\s+address\s+|"address":")(https?://[^\s/"]+)')
LOCAL = ("127.0.0.1", "localhost", "::1")
CAPSULES = "MOCKSERVER_CAPSULES"
"""The variable by which ``mockserver exec --capsules`` tells the pytest plugin of the directory."""
_AUDIBLE = {"MOCKSERVER_QUIET": ""}  # its address is read from its output


class NotReady(RuntimeError):
    """The server was not ready in time; the message has its output."""


class Ended(NotReady):
    """The server ended instead of serving; the message is its output."""


def past_proxies(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that lead clients to this machine past any proxy, beside what is led past it already."""
    near = [*filter(None, (environ.get("no_proxy") or environ.get("NO_PROXY") or "").split(",")), *LOCAL]
    direct = ",".join(dict.fromkeys(each.strip() for each in near))
    return {"no_proxy": direct, "NO_PROXY": direct}


@contextmanager
def running(*arguments: str, log: Path | None = None, environ: Mapping[str, str] | None = None) -> Iterator[str]:
    """Start ``mockserver serve`` on a free port with further arguments, and yield its base URL once it is ready.

    Its output goes to the file ``log``; ``environ`` are further variables. Raise NotReady if it does not become ready, OSError
    if the log cannot be written.
    """
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", *arguments]
    with log.open("w", encoding="utf-8") if log is not None else nullcontext() as kept:
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=os.environ | (environ or {}) | _AUDIBLE,
        )
        assert process.stdout is not None
        with _ending(process, _Output(process.stdout, kept)) as output:
            yield output.address()


@contextmanager
def _ending(process: subprocess.Popen[str], output: _Output) -> Iterator[_Output]:
    """End a server after the block, and read the rest of its output."""
    try:
        yield output
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        output.close()


class _Output:
    """A server's output, read on a thread so that the server never blocks; stored until its address is known."""

    def __init__(self, stream: IO[str], log: IO[str] | None = None) -> None:
        self._stream = stream
        self._log = log
        self._said: list[str] = []
        self._address: str | None = None
        self._known = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self._stream:
            if self._log is not None:
                with suppress(OSError):  # a full disk ends the log, not the tests
                    self._log.write(line)
                    self._log.flush()
            if self._address is None:
                self._said.append(line)
                found = _ADDRESS.search(line)
                if found:
                    self._address = found[1]
                    self._known.set()
        self._known.set()

    def address(self) -> str:
        """Return the address that the server prints. Raise NotReady if it prints none."""
        in_time = self._known.wait(READY_SECONDS)
        if self._address is not None:
            return self._address
        if in_time:
            raise Ended("".join(self._said))
        raise NotReady("the mock server did not come up:\n" + "".join(self._said))

    def close(self) -> None:
        """Read the rest of an ended server's output."""
        self._reader.join()
        self._stream.close()
