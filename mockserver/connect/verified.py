"""Addresses of a running server that were really called, from this machine, a moment ago; no others are ever told."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from msgspec import Struct

from mockserver.hosts.addresses import host_names, in_container, lan_addresses

SECONDS = 3.0  # for each address; all are called at once
LOOPBACK = ("127.0.0.1", "localhost", "::1")
ANSWERS = (200, 401)  # a control token that we do not have is an answer too


class Address(Struct, frozen=True):
    """A host under which a server answered by plain HTTP, and whether its HTTPS verified there."""

    host: str
    secure: bool

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine, its simulators and its emulators reach it."""
        return self.host in LOOPBACK


class Found(Struct, frozen=True):
    """A running server as it can be reached: ``addresses`` are those that answered, loopback first.

    ``authority`` is the PEM of what its HTTPS is signed by; ``refused`` are the network's addresses that did not answer.
    """

    port: int
    https_port: int | None
    addresses: tuple[Address, ...]
    authority: str | None
    refused: tuple[str, ...]
    contained: bool


def find(server_url: str) -> Found | None:
    """Call a server at every address that it may have; None if nobody answers at its own.

    Addresses of this machine are tried where the URL leads to this machine. A candidate counts when the very same server
    answers there. Raise ValueError on a URL of HTTPS, whose certificate nobody trusts yet.
    """
    parts = urlsplit(server_url)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError(f"give the server's address of plain HTTP, not {server_url!r}; HTTPS is found from there")
    host, port = parts.hostname, parts.port or 80
    server = _server(host, port)
    if server is None:
        return None
    https_port = int(str(server["https_port"])) if server.get("https_port") else None
    authority = _get(host, port, "/connect/ca.pem")[1].decode("ascii", "replace") if https_port else None
    trust = ssl.create_default_context(cadata=authority) if authority else None
    contained = in_container()
    candidates = _candidates(host, contained)

    def call(candidate: str) -> Address | None:
        if _server(candidate, port) != server or _get(candidate, port, "/__mock/health")[0] not in ANSWERS:
            return None
        secure = https_port is not None and _get(candidate, https_port, "/__mock/health", trust)[0] in ANSWERS
        return Address(candidate, secure)

    answered = _all_at_once(call, candidates)
    found = tuple(address for address in answered if address is not None)
    kept = {address.host for address in found}
    refused = tuple(each for each in candidates if each not in kept and each not in LOOPBACK)
    return Found(port, https_port, found, authority, refused, contained)


def _candidates(host: str, contained: bool) -> list[str]:
    """Return the hosts to try, the given one among them; loopback first, then the network's addresses, then names."""
    own = [*lan_addresses(), *(name for name in host_names() if name.endswith(".local"))]
    if host not in (*LOOPBACK, *own):
        return [host]  # another machine: what we know of this one says nothing about it
    if contained:
        own = []  # whoever is outside has other addresses
    loopback = ["127.0.0.1", "::1"] if host in ("::1", "localhost") else ["127.0.0.1"]
    return list(dict.fromkeys([*loopback, *own]))


def _all_at_once(call: Callable[[str], Address | None], hosts: Sequence[str]) -> list[Address | None]:
    """Call all hosts; those that take too long (a name that nobody resolves) have not answered."""
    answers: dict[str, Address | None] = {}
    threads = [
        threading.Thread(target=lambda host=host: answers.update({host: call(host)}), daemon=True) for host in hosts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * SECONDS)
    return [answers.get(host) for host in hosts]


def _server(host: str, port: int) -> dict[str, object] | None:
    """Return what tells one server from another; None where no mock server answers."""
    status, body = _get(host, port, "/connect/server.json")
    try:
        told = json.loads(body) if status == 200 else None
    except ValueError:
        return None
    return told if isinstance(told, dict) and "id" in told else None


def _get(host: str, port: int, path: str, trust: ssl.SSLContext | None = None) -> tuple[int, bytes]:
    """GET a path without any proxy; answer (status, body), with status 0 where nobody answers."""
    connection = (
        http.client.HTTPConnection(host, port, timeout=SECONDS)
        if trust is None
        else http.client.HTTPSConnection(host, port, timeout=SECONDS, context=trust)
    )
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException, socket.gaierror, UnicodeError):
        return 0, b""
    finally:
        connection.close()
