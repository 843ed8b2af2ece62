"""Headers of reverse proxies about their client, which count only under ``--trust-proxy``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from mockserver.exchange import Headers

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]{1,253})(:\d{1,5})?")
_PREFIX = re.compile(r"(/[A-Za-z0-9._~!$&'()*+;=:@%-]+)*")
_PAIR = re.compile(r'\s*([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^",;\s]*))\s*(;|,|$)')  # of RFC 7239
_DEFAULT_PORTS = {"http": "80", "https": "443"}
# headers that only a proxy adds: its client is not on this machine
_TRACES = re.compile(
    r"forwarded|via|x-forwarded(-.+)?|x-real-ip|x-original-.+|x-client-ip|x-cluster-client-ip|true-client-ip|fastly-.+|"
    r"cf-.+|cdn-loop|fly-.+|x-amz-cf-.+|x-azure-.+|x-appengine-.+|x-envoy-.+|x-arr-.+"
)


class PublicAddress(NamedTuple):
    """The address that a client used: scheme, ``host[:port]``, and the path that a proxy has removed (``/mock`` or blank)."""

    scheme: str
    host: str
    prefix: str = ""


def forwarded(headers: Headers | Mapping[str, str], scheme: str, host: str) -> PublicAddress:
    """Return the address that the client used, according to the proxy nearest to it, else to the request itself.

    RFC 7239's ``Forwarded`` comes before ``X-Forwarded-Proto``, ``-Host``, ``-Port``. Each further proxy adds to a header's end.
    Invalid schemes, hosts, ports and paths are ignored.
    """
    standard = _first_element(headers.get("forwarded") or "")
    said = (standard.get("proto") or _first(headers, "proto")).lower()
    scheme = said if said in _DEFAULT_PORTS else scheme
    name = standard.get("host") or _first(headers, "host")
    host = name if _HOST.fullmatch(name) else host
    port = _first(headers, "port")
    if port.isdecimal() and port.isascii() and 0 < int(port) < 65_536 and not _has_port(host):
        host = host if port == _DEFAULT_PORTS[scheme] else f"{host}:{int(port)}"
    prefix = "".join(part.strip().rstrip("/") for part in (headers.get("x-forwarded-prefix") or "").split(","))
    fits = _PREFIX.fullmatch(prefix) and not {".", ".."} & set(prefix.split("/"))
    return PublicAddress(scheme, host, prefix if fits else "")


def passed_a_proxy(headers: Headers | Mapping[str, str]) -> bool:
    """Return whether a request came through a proxy; one that adds no headers cannot be detected."""
    return any(_TRACES.fullmatch(name) for name, _ in headers.items())


def _first(headers: Headers | Mapping[str, str], what: str) -> str:
    return (headers.get(f"x-forwarded-{what}") or "").partition(",")[0].strip()


def _first_element(text: str) -> dict[str, str]:
    """Return the pairs of the first element of ``Forwarded``; none if it is malformed."""
    found, place = {}, 0
    while pair := _PAIR.match(text, place):
        name, quoted, plain, end = pair.groups()
        found[name.lower()] = plain if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        if end != ";":
            return found
        place = pair.end()
    return {}


def _has_port(host: str) -> bool:
    return ":" in host.rpartition("]")[2]  # the colons of an IPv6 address stand in brackets
