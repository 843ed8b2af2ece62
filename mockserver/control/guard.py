"""Access control of the control API: refuses pages of other origins, rebound host names, and calls without a token that is set.

API calls are never guarded here; their own tokens are the contract's.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from urllib.parse import urlsplit

from mockserver.api.overrides import world_of_host
from mockserver.control.errors import CallRefused
from mockserver.exchange import Request
from mockserver.headers import bearer_token
from mockserver.proxies import passed_a_proxy
from mockserver.settings import Settings

# names outside public DNS, which cannot be rebound to this machine
PRIVATE_ENDINGS = (".localhost", ".local", ".internal", ".test", ".lan", ".home.arpa", ".localdomain", ".svc")
# calls of load balancers and clusters, allowed under any host name
_PROBES = re.compile(r"/__mock/(health|ready)$")
YAML = frozenset({"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"})


def check(request: Request, settings: Settings) -> None:
    """Raise CallRefused unless the caller may drive the mock."""
    if request.method not in ("GET", "HEAD") or not _PROBES.search(request.path):
        _check_host(request, settings)
    _check_origin(request)
    _check_token(request, settings)


def check_content_type(request: Request, *, yaml: bool) -> str:
    """Return the media type of a body. Raise CallRefused on one that a page of another origin can send without preflight."""
    sent = (request.headers.get("content-type") or "").partition(";")[0].strip().lower()
    if sent == "application/json" or (yaml and sent in YAML):
        return sent
    also = " (or application/yaml)" if yaml else ""
    raise CallRefused(
        400,
        f"the body's Content-Type is {sent or 'missing'}",
        hint=f"send Content-Type: application/json{also}",
        path="header.Content-Type",
    )


def may_drive(request: Request, settings: Settings) -> bool:
    """Return whether the caller may drive the mock, and so see its data."""
    try:
        check(request, settings)
    except CallRefused:
        return False
    return True


def _check_host(request: Request, settings: Settings) -> None:
    for host in {
        request.host,
        request.sent_host or request.host,
    }:  # the one that a proxy forwards, and that of the request
        name = host_name(host)
        ours = name in settings.allow_host or world_of_host(name, settings.world_domain) is not None
        if not (ours or _is_private(name)):
            raise CallRefused(
                403,
                f"the control API does not answer to the host {name}",
                hint=f"use an address, localhost or a .local name, or start with --allow-host {name}",
                path="header.Host",
            )


def _is_private(name: str) -> bool:
    """Return whether a host name cannot be rebound by public DNS."""
    return _is_address(name) or "." not in name or name.endswith(PRIVATE_ENDINGS)


def _check_origin(request: Request) -> None:
    origin = request.headers.get("origin")
    if origin is not None and not _is_own(origin, request.host):
        raise CallRefused(
            403,
            f"a page of {origin} may not drive this mock",
            hint="only the server's own pages may; outside a browser, leave the header Origin away; "
            "a proxy has to pass on the header Host (docs/proxies.md)",
            path="header.Origin",
        )


def _is_own(origin: str, host: str) -> bool:
    """Return whether a page's origin is this server's, with or without the scheme's default port."""
    try:
        parts = urlsplit(origin.lower())
    except ValueError:  # a broken IPv6 address
        return False
    usual = {"http": ":80", "https": ":443"}.get(parts.scheme, "no port")
    return parts.netloc.removesuffix(usual) == host.lower().removesuffix(usual) != ""


def _check_token(request: Request, settings: Settings) -> None:
    if settings.control_token is None or _is_local(request, settings):
        return
    sent = request.headers.get("x-mock-token") or bearer_token(request.headers) or ""
    if not hmac.compare_digest(sent.encode(), settings.control_token.encode()):
        raise CallRefused(
            401,
            "this server's control API needs its token",
            hint="send Authorization: Bearer TOKEN or X-Mock-Token: TOKEN, with what --control-token says",
            headers=(("www-authenticate", "Bearer"),),
        )


def _is_local(request: Request, settings: Settings) -> bool:
    """Return whether the caller is on this machine: never behind a proxy, which a public name is a sign of."""
    if settings.trust_proxy or request.peer is None or passed_a_proxy(request.headers):
        return False
    if not _is_private(host_name(request.host)):
        return False
    try:
        address = ipaddress.ip_address(request.peer[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def host_name(host: str) -> str:
    """Return the name of ``host[:port]``, in lower case, without the brackets of an IPv6 address."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower().rstrip(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
