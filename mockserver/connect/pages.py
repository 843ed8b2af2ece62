"""``/connect`` and ``/w/{world}/connect``: the page that a phone opens, and its downloads of the certificate."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from flask import Blueprint, Response, abort, g, jsonify, render_template, request

from mockserver.api.making import shown_world
from mockserver.clock import system_now
from mockserver.connect import profile, snippets
from mockserver.connect.reached import DeviceRequests, reached
from mockserver.hosts.addresses import in_container, lan_addresses
from mockserver.hosts.tls import HttpsListener
from mockserver.hosts.wsgi import request_of
from mockserver.mock import Mock
from mockserver.values.instants import iso
from mockserver.worlds.worlds import DEFAULT

WILDCARDS = ("0.0.0.0", "::")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
# file extension: (media type, function of the PEM file)
FORMS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "pem": ("application/x-pem-file", bytes),
    "crt": ("application/x-x509-ca-cert", profile.der),
    "mobileconfig": ("application/x-apple-aspen-config", profile.mobileconfig),
}


def connect_pages(mock: Mock, secure: HttpsListener | None) -> Blueprint:
    """Make the blueprint of the page and its links. ``secure`` is None if HTTPS is not served."""
    blueprint = Blueprint("connect", __name__, template_folder="templates")
    instance = secrets.token_hex(8)

    @blueprint.get("/connect/server.json")
    def server() -> Response:
        """Return the server's identity and ports, for ``mockserver connect``, which calls each address."""
        return jsonify(id=instance, https_port=secure and secure.port)

    @blueprint.get("/connect/ca.<form>")
    def certificate(form: str) -> Response:
        if form not in FORMS:
            abort(404, f"No such form of the certificate; there are {', '.join(FORMS)}")
        if secure is None:
            abort(404, "There is no certificate to install: this server was started without --tls")
        media, made = FORMS[form]
        response = Response(made(secure.certificate.authority.read_bytes()), mimetype=media)
        response.headers["Content-Disposition"] = f'attachment; filename="offers-mock-server.{form}"'
        return response

    @blueprint.get("/connect")
    def page() -> Response:
        asked = request_of(request)
        name, world = shown_world(mock, asked)
        prefix = "" if name == DEFAULT else f"/w/{name}"
        host, phone = _name_of(request.host), _phone(request.headers.get("User-Agent", ""))
        response = Response(
            render_template(
                "connect.html",
                world=name,
                nonce=g.nonce,
                outer=asked.prefix,
                prefix=prefix,
                base=asked.origin + prefix,
                secure=_secure_base(secure, host, prefix),
                covered=secure is None or host.lower() in secure.certificate.names,
                host=host,
                time=iso(world.clock.now()),
                clock=world.clock.mode,
                machine_time=iso(system_now()),
                fingerprint=secure and profile.fingerprint(secure.certificate.authority.read_bytes()),
                phone=phone,
                elsewhere=None if phone else _for_a_phone(mock, host, prefix),
                reached=_reached(mock, name, phone),
                snippets=snippets,
                ports=[port for port in (request.host.rpartition(":")[2], secure and secure.port) if port],
                closed=mock.settings.host in LOOPBACK,
            )
        )
        return response

    @blueprint.before_request
    def choose_nonce() -> None:
        g.nonce = secrets.token_urlsafe(16)

    @blueprint.after_request
    def guard(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = (
            f"default-src 'none'; script-src 'nonce-{g.nonce}'; style-src 'nonce-{g.nonce}'; img-src data:; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Cache-Control"] = "no-store"
        return response

    @blueprint.get("/connect/qr.svg")
    def code() -> Response:
        """Return the QR code of the page's address for phones; 404 if no phone can reach this server."""
        name, _ = shown_world(mock, request_of(request))
        found = _for_a_phone(mock, _name_of(request.host), "" if name == DEFAULT else f"/w/{name}")
        if found is None:
            abort(404, "No phone reaches this server by an address that is known here; mockserver connect says why")
        return Response(found["qr"], mimetype="image/svg+xml")

    return blueprint


def _reached(mock: Mock, name: str, phone: str | None) -> DeviceRequests | None:
    """Return the requests of the device that shows the page; None if it is this machine."""
    asked = request_of(request).peer
    if asked is None or (asked[0] in LOOPBACK and phone is None):
        return None
    return reached(asked[0], name, mock.worlds.all())


def _secure_base(secure: HttpsListener | None, host: str, prefix: str) -> str | None:
    if secure is None:
        return None
    return f"https://{f'[{host}]' if ':' in host else host}:{secure.port}{prefix}"


def _for_a_phone(mock: Mock, host: str, prefix: str) -> dict[str, str] | None:
    """Return the page's address for phones, with a QR code: the address that the computer used, or this machine's."""
    base = f"{request.scheme}://{request.host}"
    if host in LOOPBACK:
        if mock.settings.host not in WILDCARDS or in_container() or request.scheme != "http":
            return None
        port = request.host.rpartition(":")[2]
        found = lan_addresses()
        if not found or not port.isdigit():
            return None
        base = f"http://{found[0]}:{port}"
    from mockserver.connect.qr import svg

    url = f"{base}{prefix}/connect"
    return {"url": url, "qr": svg(url)}


def _phone(agent: str) -> str | None:
    if "iPhone" in agent or "iPad" in agent:
        return "ios"
    return "android" if "Android" in agent else None


def _name_of(host: str) -> str:
    """Return the name of ``host[:port]``, without the brackets of an IPv6 address."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]
