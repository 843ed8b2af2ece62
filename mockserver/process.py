"""A mock server in a process of its own, for as long as a block runs."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

READY_SECONDS = 60.0  # of a machine that is busy with much else; a server that cannot start says so at once
_ADDRESS = re.compile(r"(https?://[^\s/]+)")


class NotReady(RuntimeError):
    """The server ended, or said nothing in time; the message holds what it printed."""


@contextmanager
def running(*arguments: str) -> Iterator[str]:
    """Start ``mockserver serve`` on a free port with further arguments, and yield its base URL once it answers.

    Raise NotReady when it does not come up.
    """
    command = [sys.executable, "-m", "mockserver", "serve", "--port", "0", *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield _address(process)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _address(process: subprocess.Popen[str]) -> str:
    """Answer the address that the server prints; what it prints later is read and let go, so that it never blocks."""
    said: list[str] = []
    found: list[str] = []
    known = threading.Event()

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if not known.is_set():
                said.append(line)
                address = _ADDRESS.search(line)
                if address:
                    found.append(address[1])
                    known.set()
        known.set()

    threading.Thread(target=read, daemon=True).start()
    known.wait(READY_SECONDS)
    if not found:
        raise NotReady("the mock server did not come up:\n" + "".join(said))
    return found[0]
