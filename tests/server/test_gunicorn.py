"""The application under another WSGI server, as somebody may host it: gunicorn with threads."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.callers import HEADERS
from tests.sockets import free_port, wait_until_open

pytest.importorskip("gunicorn")
APPLICATION = "mockserver.app:create_app()"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port, home = free_port(), str(tmp_path_factory.mktemp("home"))  # newer ones keep a socket in the home directory
    command = [sys.executable, "-m", "gunicorn", "--threads", "4", "-b", f"127.0.0.1:{port}"]
    process = subprocess.Popen([*command, APPLICATION], env=os.environ | {"HOME": home}, stderr=subprocess.PIPE)
    try:
        wait_until_open(port)
        yield port
    finally:
        process.terminate()
        process.communicate(timeout=10)


def ask(port: int, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, path, body, {**HEADERS, **headers})
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_the_api_its_pictures_and_the_control_api_are_answered(port: int) -> None:
    status, body = ask(port, "GET", "/w/g/v3/infinity-mall/members/me/offers/1000016")
    assert status == 200
    url = json.loads(body)["offer"]["files"][0]["url"]
    assert url.startswith(f"http://127.0.0.1:{port}/w/g/files/")
    status, picture = ask(port, "GET", url.removeprefix(f"http://127.0.0.1:{port}"))
    assert (status, picture[:2]) == (200, b"\xff\xd8")
    status, body = ask(port, "GET", "/w/g/__mock/events?kind=seen&limit=1")
    assert json.loads(body)["events"][0]["offer_id"] == 1000016


def test_a_use_counts_and_its_second_is_refused(port: int) -> None:
    path = "/w/uses/v3/infinity-mall/members/me/offers/1000016/use"
    assert ask(port, "POST", path)[0] == 200
    assert ask(port, "POST", path) == (422, b'{"error":"Already active"}')


def test_a_client_that_sends_a_body_over_the_limit_to_its_end_still_reads_the_413(port: int) -> None:
    path, body = "/v3/infinity-mall/offers", b"x" * 12_000_000
    assert ask(port, "POST", path, body) == (413, b'{"error":"The body is over 10485760 bytes"}')
    status, told = ask(port, "PUT", "/__mock/state", body)
    assert (status, list(json.loads(told)["error"])) == (413, ["message"])
