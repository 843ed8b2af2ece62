"""What ``mockserver serve`` has imported when it gives its first answer, of the API or of the control API."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec

import pytest

from tests.callers import HEADERS, NO_FAST_PATH

pytestmark = pytest.mark.skipif(NO_FAST_PATH, reason="without the fast path the first answer needs Flask")

# Everything beyond the standard library and our own that the first answer may need.
NEEDED = {"click", "granian", "msgspec", "orjson", "yaml"}
# Of the standard library, what is slow to import; and our own rooms that other requests than the first one need.
LATE = ("ctypes", "email.utils", "multiprocessing", "tempfile", "zlib")
LATE_ROOMS = ("app", "console", "contract", "control", "api.url_map", "pictures.poster", "hosts.wsgi", "hosts.tls",
              "hosts.blocking", "hosts.faults", "hosts.connection", "api.schemas.answers", "api.schemas.queries",
              "values.fields")  # fmt: skip
OFFERS, HEALTH = "/v3/infinity-mall/members/me/offers", "/__mock/health"


def asked_once(path: str) -> str:
    """A program that serves, sends itself one request from a thread, and prints what is imported by then."""
    lines = (f"GET {path} HTTP/1.1", "host: localhost")
    request = "\r\n".join((*lines, *(f"{name}: {value}" for name, value in HEADERS.items()), "", ""))
    return f"""
import sys
already = set(sys.modules)
import json, os, socket, threading
from mockserver.hosts.server import Server

def ask(port):
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall({request!r}.encode())
        answer = client.recv(1_000).decode()
    print(json.dumps([answer[:12], sorted(sys.modules.keys() - already)]), flush=True)
    os._exit(0)

run = Server.run
def run_and_ask(self, started):
    port = self._listeners[0].getsockname()[1]
    run(self, lambda: (started(), threading.Thread(target=ask, args=(port,), daemon=True).start()))
Server.run = run_and_ask

from mockserver.cli import main
main(["serve", "--port", "0", "--quiet"])
"""


def imported_by(path: str) -> set[str]:
    program = [sys.executable, "-c", asked_once(path)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    status, modules = json.loads(done.stdout)
    assert status == "HTTP/1.1 200"
    return set(modules)


@pytest.fixture(scope="module")
def imported() -> set[str]:
    return imported_by(OFFERS)


def foreign(modules: set[str]) -> set[str]:
    packages = {name.partition(".")[0] for name in modules}
    found = {name for name in packages if name not in sys.stdlib_module_names and not name.startswith("_")}
    return found - {"mockserver", "cython_runtime", "typing_extensions"}  # msgspec takes the last if it is there


def test_the_first_answer_needs_five_packages(imported: set[str]) -> None:
    assert foreign(imported) <= NEEDED


def test_a_control_call_needs_no_flask() -> None:
    assert not foreign(imported_by(HEALTH)) & {"flask", "werkzeug"}


@pytest.mark.parametrize("name", [*LATE, *(f"mockserver.{room}" for room in LATE_ROOMS), "granian.server"])
def test_what_the_first_answer_does_not_need_is_imported_later(imported: set[str], name: str) -> None:
    assert name == "granian.server" or find_spec(name) is not None, "no such module: the test could not fail"
    assert not {module for module in imported if module == name or module.startswith(name + ".")}
