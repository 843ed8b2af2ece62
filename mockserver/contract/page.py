"""``/openapi.json`` and ``/docs``: the contract of the running mock, for programs and for people.

The page is Swagger UI out of a package, served from here so that it works without the internet. Its links are relative,
so that ``/w/{world}/docs/`` shows, and tries, that world.
"""

from __future__ import annotations

from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson
from flask import Blueprint, Response, redirect, request, send_from_directory

from mockserver.api.overrides import choose_world
from mockserver.domain.model import Client, Member, Token
from mockserver.hosts.wsgi import request_of
from mockserver.mock import Mock
from mockserver.revisions import REVISIONS
from mockserver.worlds.world import World
from mockserver.worlds.worlds import DEFAULT

_HTML = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Offers API</title>
<link rel="stylesheet" href="swagger-ui.css">
<link rel="icon" type="image/png" href="favicon-32x32.png">
</head>
<body data-options="{options}">
<div id="docs"></div>
<script src="swagger-ui-bundle.js"></script>
<script src="swagger-ui-standalone-preset.js"></script>
<script src="page.js"></script>
</body>
</html>
"""
_SCRIPT = """const options = JSON.parse(document.body.dataset.options);
const ui = SwaggerUIBundle({
  dom_id: "#docs",
  urls: options.urls,
  "urls.primaryName": options.revision,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: "StandaloneLayout",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "list",
  tryItOutEnabled: true,
  validatorUrl: null,
  onComplete: () => Object.entries(options.tokens).forEach(([scheme, token]) => ui.preauthorizeApiKey(scheme, token)),
});
"""


def contract_pages(mock: Mock) -> Blueprint:
    """Return the blueprint of the contract's pages."""
    pages = Blueprint("contract", __name__)

    @pages.get("/openapi.json")
    def openapi() -> Response:
        return _openapi(mock)

    @pages.get("/docs/")
    def page() -> Response:
        return _page(_world(mock)[0])

    @pages.get("/docs/<path:name>")
    def asset(name: str) -> Response:
        if name == "page.js":
            return Response(_SCRIPT, mimetype="text/javascript")
        return send_from_directory(_assets(), name, max_age=86_400)

    @pages.get("/docs", strict_slashes=False)
    def move() -> Any:
        return redirect(f"{request.script_root}/docs/", 308)

    @pages.get("/__mock/openapi.json")
    def control() -> Response:
        return _control(mock)

    return pages


def _openapi(mock: Mock) -> Response:
    from mockserver.contract.document import at_server, document, for_club

    world, base = _world(mock)
    revision = request.args.get("revision", world.revision)
    if revision not in REVISIONS:
        problem = {"error": f"revision is one of {', '.join(REVISIONS)}, not {revision}"}
        return Response(orjson.dumps(problem), 404, mimetype="application/json")
    described = for_club(at_server(document(revision), base), default_club(world))
    return Response(orjson.dumps(described), mimetype="application/json")


def _control(mock: Mock) -> Response:
    from mockserver.contract.control import control_document
    from mockserver.contract.document import at_server

    described = at_server(control_document(), _world(mock)[1])
    return Response(orjson.dumps(described), mimetype="application/json")


def _world(mock: Mock) -> tuple[World, str]:
    """Return the request's world, and where it is reached."""
    asked = request_of(request)
    world, _ = choose_world(mock.worlds, asked)
    return world, asked.origin if world.name == DEFAULT else f"{asked.origin}/w/{world.name}"


def _page(world: World) -> Response:
    options = {
        "urls": [{"name": revision, "url": f"../openapi.json?revision={revision}"} for revision in REVISIONS]
        + [{"name": "control", "url": "../__mock/openapi.json"}],
        "revision": world.revision,
        "tokens": default_tokens(world),
    }
    return Response(_HTML.format(options=escape(orjson.dumps(options).decode())), mimetype="text/html")


def default_club(world: World) -> str:
    """Return the club to begin with: that of the tokens to begin with."""
    pair = _pair(world)
    return pair[1].club if pair else next(iter(world.records.clubs), "infinity-mall")


def default_tokens(world: World) -> dict[str, str]:
    """Return values for the document's security schemes that work in a world; none where its data holds no such pair."""
    pair = _pair(world)
    if pair is None:
        return {}
    client, _, token = pair
    product = client.products[0] if client.products else "default"
    return {"client": client.token, "product": product, "userAgent": "docs page", "member": token.token}


def _pair(world: World) -> tuple[Client, Member, Token] | None:
    records, now = world.records, world.clock.now()
    for token in records.tokens.values():
        member = records.members.get(token.member_id)
        if token.revoked or token.expires_at <= now or member is None:
            continue
        clients = [client for client in records.clients.values() if member.club in client.clubs]
        if clients:
            return max(clients, key=lambda client: len(client.permits)), member, token
    return None


def _assets() -> Path:
    found = find_spec("flask_swagger_ui")  # found without importing it: the assets are all that is wanted
    return Path(str(found.origin)).parent / "dist" if found else Path("missing")
