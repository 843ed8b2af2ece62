"""Who may drive the mock: not pages of other origins, not rebound names, and with a token set, nobody without it.

API calls are never guarded here; their own tokens are the contract's.
"""

from __future__ import annotations

import hmac
import ipaddress
from urllib.parse import urlsplit

from mockserver.control.errors import ControlError
from mockserver.exchange import Request
from mockserver.headers import bearer_token
from mockserver.settings import Settings

# names that public DNS never gives out, so that nobody can rebind them to this machine
PRIVATE_ENDINGS = (".localhost", ".local", ".internal", ".test", ".lan", ".home.arpa", ".localdomain", ".svc")
YAML = frozenset({"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"})


def check(request: Request, settings: Settings) -> None:
    """Raise ControlError unless the caller may drive the mock."""
    _check_host(request, settings)
    _check_origin(request)
    _check_token(request, settings)


def check_content_type(request: Request, *, yaml: bool) -> str:
    """Return the media type of a body; raise ControlError on one that a page of another origin could send unasked."""
    sent = (request.headers.get("content-type") or "").partition(";")[0].strip().lower()
    if sent == "application/json" or (yaml and sent in YAML):
        return sent
    also = " (or application/yaml)" if yaml else ""
    raise ControlError(
        400,
        f"the body's Content-Type is {sent or 'missing'}",
        hint=f"send Content-Type: application/json{also}",
        path="header.Content-Type",
    )


def _check_host(request: Request, settings: Settings) -> None:
    name = host_name(request.host)
    if not (name in settings.allow_host or _is_address(name) or "." not in name or name.endswith(PRIVATE_ENDINGS)):
        raise ControlError(
            403,
            f"the control API does not answer to the host {name}",
            hint=f"use an address, localhost or a .local name, or start with --allow-host {name}",
            path="header.Host",
        )


def _check_origin(request: Request) -> None:
    origin = request.headers.get("origin")
    if origin is None:
        return
    if urlsplit(origin).netloc.lower() != request.host.lower():
        raise ControlError(
            403,
            f"a page of {origin} may not drive this mock",
            hint="only the server's own pages may; outside a browser, leave the header Origin away",
            path="header.Origin",
        )


def _check_token(request: Request, settings: Settings) -> None:
    if settings.control_token is None or _is_local(request):
        return
    sent = request.headers.get("x-mock-token") or bearer_token(request.headers) or ""
    if not hmac.compare_digest(sent.encode(), settings.control_token.encode()):
        raise ControlError(
            401,
            "this server's control API needs its token",
            hint="send Authorization: Bearer TOKEN or X-Mock-Token: TOKEN, with what --control-token says",
            headers=(("www-authenticate", "Bearer"),),
        )


def _is_local(request: Request) -> bool:
    """Return whether the caller sits on this machine; behind a proxy nobody knows."""
    if request.peer is None or request.headers.get("x-forwarded-for") or request.headers.get("forwarded"):
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
