"""One real server with HTTPS for the tests of this package."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import ProxyHandler, build_opener

import pytest

from mockserver.client.process import running


@dataclass(frozen=True)
class SecureServer:
    """A server's two base URLs, and what a client that trusts its authority needs."""

    http: str
    https: str
    authority: Path

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.authority)


def read(url: str) -> bytes:
    """GET a URL of plain HTTP without any proxy."""
    with build_opener(ProxyHandler({})).open(url, timeout=60) as answer:
        return bytes(answer.read())


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureServer]:
    pytest.importorskip("cryptography", reason="the extra tls is not installed")
    directory = tmp_path_factory.mktemp("data")
    with running("--tls", "--data-dir", str(directory), "--cors", "https://app.test") as url:
        port = json.loads(read(f"{url}/connect/server.json"))["https_port"]
        yield SecureServer(url, f"https://127.0.0.1:{port}", directory / "ca.pem")
