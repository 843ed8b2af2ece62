"""The configurations on ``docs/proxies.md`` lead to the mock, where nginx and HAProxy are installed."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from mockserver.client.process import running
from tests.contract.tools import missing

PAGE = (Path(__file__).parents[2] / "docs/proxies.md").read_text()
BARE = "server {\n    listen 8000;\n    location / {\n        proxy_pass http://127.0.0.1:8080;\n    }\n}\n"
APP = {"X-Client-Authorization": "B7t9U9tsoWsGhrv2ouUoSqpM", "X-Product-Name": "default", "X-User-Agent": "x"}
DIRECT = build_opener(ProxyHandler({}))


def on_page(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return str(listener.getsockname()[1])


@contextmanager
def proxy(name: str, text: str, upstream: str, directory: Path) -> Iterator[str]:
    """Run a proxy with a configuration whose ports are others."""
    program = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin") or missing(name)
    port = free_port()
    text = text.replace("127.0.0.1:8080", upstream.removeprefix("http://"))
    text = text.replace("listen 8000", f"listen 127.0.0.1:{port}").replace("bind :8000", f"bind 127.0.0.1:{port}")
    file = directory / f"{name}.conf"
    if name == "nginx":
        places = "".join(
            f"{what}_temp_path {directory}/{what};\n" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        text = f"daemon off;\npid {directory}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{places}{text}}}\n"
        command = [program, "-e", "stderr", "-p", str(directory), "-c", str(file)]
    else:
        command = [program, "-db", "-f", str(file)]
    file.write_text(text)
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            _, said = process.communicate(timeout=60)
            print(said)  # shown where the test fails


def ask(url: str, method: str = "GET", body: Any = None, **headers: str) -> tuple[int, Any, str]:
    """Ask until the proxy listens."""
    content = None if body is None else json.dumps(body).encode()
    sent = APP | {name.replace("_", "-"): value for name, value in headers.items()}
    request = Request(url, content, sent | ({"Content-Type": "application/json"} if content else {}), method=method)
    for _ in range(10_000):
        try:
            with DIRECT.open(request, timeout=60) as answer:
                return answer.status, answer.read(), answer.url
        except HTTPError as refused:
            with refused:
                return refused.code, refused.read(), refused.url
        except URLError as problem:
            if not isinstance(problem.reason, ConnectionRefusedError):
                raise
    raise AssertionError("the proxy does not listen")


@pytest.mark.parametrize(("name", "language"), [("nginx", "nginx"), ("haproxy", "haproxy")])
def test_the_configuration_of_the_page_leads_there_and_back(name: str, language: str, tmp_path: Path) -> None:
    with running("--trust-proxy") as url, proxy(name, on_page(language), url, tmp_path) as front:
        status, body, _ = ask(f"{front}/mock/v3/infinity-mall/members/guest/offers/1000016")
        assert status == 200
        picture = json.loads(body)["offer"]["files"][0]["url"]
        assert picture.startswith(f"{front}/mock/files/")
        assert ask(picture)[0] == 200
        for page, led in {
            "/mock/": "/mock/__mock/ui",
            "/mock/docs": "/mock/docs/",
            "/mock/w/anna/": "/mock/w/anna/__mock/ui",
        }.items():
            status, _, ended = ask(front + page)
            assert (status, ended) == (200, front + led)
        assert ask(f"{front}/mock/__mock/clock", "PUT", {"frozen": True}, origin=front)[0] == 200
        assert ask(f"{front}/mock/__mock/clock", "PUT", {"frozen": False}, origin="http://evil.example")[0] == 403
        servers = json.loads(ask(f"{front}/mock/w/anna/openapi.json")[1])["servers"]
        assert servers[0]["url"] == f"{front}/mock/w/anna"


def test_a_bare_nginx_is_told_what_to_pass_on(tmp_path: Path) -> None:
    with running() as url, proxy("nginx", BARE, url, tmp_path) as front:
        assert ask(f"{front}/__mock/worlds")[0] == 200
        status, body, _ = ask(f"{front}/__mock/clock", "PUT", {"frozen": True}, origin=front)
        assert status == 403
        assert "pass on the header Host (docs/proxies.md)" in json.loads(body)["error"]["hint"]


def test_behind_a_proxy_that_the_server_trusts_nobody_needs_no_token(tmp_path: Path) -> None:
    with (
        running("--trust-proxy", "--control-token", "s3cret") as url,
        proxy("nginx", on_page("nginx"), url, tmp_path) as front,
    ):
        assert ask(f"{front}/mock/__mock/worlds")[0] == 401
        assert ask(f"{front}/mock/__mock/worlds", x_mock_token="s3cret")[0] == 200
        page = ask(f"{front}/mock/docs/")[1].decode()
        assert "8433d608" not in page
