"""Drives Firefox by WebDriver BiDi (https://www.w3.org/TR/webdriver-bidi/), with as few commands as a smoke needs."""

from __future__ import annotations

import itertools
import json
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PATIENCE = 60  # seconds for one command
READY = "WebDriver BiDi listening on "


class Page:
    """One tab. Commands are answered in turn; events that come between are left aside, errors of scripts are kept."""

    def __init__(self, socket: Any) -> None:
        self._socket, self._ids = socket, itertools.count(1)
        self.complaints: list[str] = []
        self.command("session.new", capabilities={})
        self.command("session.subscribe", events=["log.entryAdded"])
        tree = self.command("browsingContext.getTree")
        self.context = tree["contexts"][0]["context"]

    def command(self, method: str, **params: Any) -> Any:
        """Send a command and return its result. Raise AssertionError with what Firefox says is wrong."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            told = json.loads(self._socket.recv())
            if told.get("method") == "log.entryAdded" and told["params"]["level"] == "error":
                self.complaints.append(str(told["params"]["text"]))
            if told.get("id") == number:
                assert told["type"] == "success", told
                return told["result"]

    def open(self, url: str) -> None:
        """Go to an address, and wait until it is loaded."""
        self.command("browsingContext.navigate", context=self.context, url=url, wait="complete")

    def size(self, width: int, height: int) -> None:
        """Give the page a size in pixels."""
        self.command("browsingContext.setViewport", context=self.context, viewport={"width": width, "height": height})

    def wait(self, condition: str) -> Any:
        """Wait until an expression of JavaScript is true, and return its value; the page's own frames are the clock."""
        script = f"""new Promise((done) => {{
            const look = () => {{ const found = {condition}; if (found) done(found); else requestAnimationFrame(look); }};
            look();
        }})"""
        found = self.command("script.evaluate", expression=script, target={"context": self.context}, awaitPromise=True)
        assert found["type"] == "success", found
        return found["result"].get("value")


@contextmanager
def firefox(path: str) -> Iterator[Page]:
    """Run Firefox with a profile of its own, and open a session."""
    from websocket import create_connection

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [path, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port=0", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        try:
            assert process.stderr is not None
            address = next(line.partition(READY)[2].strip() for line in process.stderr if READY in line)
            threading.Thread(target=process.stderr.read, daemon=True).start()  # a full pipe would hold Firefox up
            socket = create_connection(f"{address}/session", timeout=PATIENCE, suppress_origin=True)
            page = Page(socket)
            yield page
            socket.close()
        finally:
            process.terminate()
            process.wait(timeout=PATIENCE)
            if process.stderr is not None:
                process.stderr.close()
