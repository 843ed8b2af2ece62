"""Addresses of a running server, each verified by a call from this machine."""

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
ANSWERS = (200, 401)  # 401: a server that wants a control token responds, too


class Address(Struct, frozen=True):
    """A host at which a server responded by plain HTTP, and whether its HTTPS was verified there."""

    host: str
    secure: bool

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine, its simulators and its emulators can reach it."""
        return self.host in LOOPBACK


class ReachableServer(Struct, frozen=True):
    """A running server's reachable addresses: ``addresses`` are those that responded, loopback first.

    ``authority`` is the PEM of its HTTPS authority; ``refused`` are the network's addresses that did not respond.
    """

    port: int
    https_port: int | None
    addresses: tuple[Address, ...]
    authority: str | None
    refused: tuple[str, ...]
    contained: bool


def find(server_url: str) -> ReachableServer | None:
    """Call a server at every address that it may have; return None if it does not respond at the given one.

    Addresses of this machine are tried if the URL leads to this machine. A candidate counts if the same server responds
    there. Raise ValueError on a URL of HTTPS, whose certificate is not trusted yet.
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
    return ReachableServer(port, https_port, found, authority, refused, contained)


def _candidates(host: str, contained: bool) -> list[str]:
    """Return the hosts to try, the given one among them; loopback first, then the network's addresses, then names."""
    own = [*lan_addresses(), *(name for name in host_names() if name.endswith(".local"))]
    if host not in (*LOOPBACK, *own):
        return [host]  # another machine: this one's addresses do not apply
    if contained:
        own = []  # a container's addresses do not apply outside
    loopback = ["127.0.0.1", "::1"] if host in ("::1", "localhost") else ["127.0.0.1"]
    return list(dict.fromkeys([*loopback, *own]))


def _all_at_once(call: Callable[[str], Address | None], hosts: Sequence[str]) -> list[Address | None]:
    """Call all hosts in parallel; those that take too long (an unresolvable name) count as not responding."""
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
    """Return a server's identity; None if no mock server responds."""
    status, body = _get(host, port, "/connect/server.json")
    try:
        told = json.loads(body) if status == 200 else None
    except ValueError:
        return None
    return told if isinstance(told, dict) and "id" in told else None


def _get(host: str, port: int, path: str, trust: ssl.SSLContext | None = None) -> tuple[int, bytes]:
    """GET a path without any proxy; return (status, body), with status 0 if no server responds."""
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
