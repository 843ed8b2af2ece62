"""``/openapi.json``, ``/docs`` and ``/llms.txt``: the contract of the running mock, for programs, people and coding agents.

The page is a list of the operations. Swagger UI, whose files come from a Python package, shows and tries an opened one,
also without the internet. Links are relative, so that ``/w/{world}/docs/`` shows and tries that world.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
from flask import Blueprint, Response, redirect, render_template, request, send_from_directory

from mockserver.api.making import shown_world
from mockserver.control.guard import may_drive
from mockserver.hosts.wsgi import request_of
from mockserver.mock import Mock
from mockserver.revisions import REVISIONS
from mockserver.worlds.world import World
from mockserver.worlds.worlds import DEFAULT

METHODS = ("get", "post", "put", "patch", "delete")
CONTROL = "control"
_USUAL = "http://127.0.0.1:8080"
# Swagger UI sets inline styles, and shows pictures in responses
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def contract_pages(mock: Mock) -> Blueprint:
    """Return the blueprint of the contract's pages."""
    pages = Blueprint("contract", __name__, template_folder="templates")

    @pages.get("/openapi.json")
    def openapi() -> Response:
        return _openapi(mock)

    @pages.get("/docs/")
    def page() -> Response:
        world, _ = _world(mock)
        names = (*REVISIONS, CONTROL)
        revision = request.args.get("revision", world.revision)
        if revision not in names:
            return Response(f"revision is one of {', '.join(names)}", 404, mimetype="text/plain")
        tokens = _tokens(world) if may_drive(request_of(request), mock.settings) else {}
        return Response(_page(revision, tokens))

    @pages.after_request
    def guard(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    @pages.get("/docs/<path:name>")
    def asset(name: str) -> Response:
        if name == "page.js":
            return Response(render_template("docs.js"), mimetype="text/javascript")
        return send_from_directory(_assets(), name, max_age=86_400)

    @pages.get("/docs", strict_slashes=False)
    def move() -> Any:
        return redirect(f"{request.script_root}/docs/", 308)

    @pages.get("/llms.txt")
    def llms() -> Response:
        text = (Path(__file__).parent / "templates" / "llms.txt").read_text("utf-8")
        return Response(text.replace(_USUAL, request.url_root.rstrip("/")), mimetype="text/plain")

    @pages.get("/__mock/openapi.json")
    def control() -> Response:
        return _control(mock)

    return pages


def _openapi(mock: Mock) -> Response:
    from mockserver.contract.document import at_server, document
    from mockserver.contract.tried import for_world

    world, base = _world(mock)
    revision = request.args.get("revision", world.revision)
    if revision not in REVISIONS:
        problem = {"error": f"revision is one of {', '.join(REVISIONS)}, not {revision}"}
        return Response(orjson.dumps(problem), 404, mimetype="application/json")
    secrets = may_drive(request_of(request), mock.settings)
    described = for_world(at_server(document(revision), base), world, with_secrets=secrets)
    return Response(orjson.dumps(described), mimetype="application/json")


def _control(mock: Mock) -> Response:
    from mockserver.contract.control import control_document
    from mockserver.contract.document import at_server

    described = at_server(control_document(), _world(mock)[1])
    return Response(orjson.dumps(described), mimetype="application/json")


def _world(mock: Mock) -> tuple[World, str]:
    """Return the request's world, and its base URL."""
    asked = request_of(request)
    name, world = shown_world(mock, asked)
    return world, asked.origin if name == DEFAULT else f"{asked.origin}/w/{name}"


def _tokens(world: World) -> dict[str, str]:
    from mockserver.contract.tried import tokens_to_try

    return tokens_to_try(world)


def _page(revision: str, tokens: dict[str, str]) -> str:
    urls = {name: f"../openapi.json?revision={name}" for name in REVISIONS} | {CONTROL: "../__mock/openapi.json"}
    options = {
        "urls": [{"name": name, "url": url} for name, url in urls.items()],
        "revision": revision,
        "tokens": tokens,
    }
    groups = _groups(revision)
    return render_template(
        "docs.html",
        options=orjson.dumps(options).decode(),
        revision=revision,
        revisions=list(urls),
        url=urls[revision],
        groups=list(groups.items()),
        count=sum(map(len, groups.values())),
    )


def _groups(revision: str) -> dict[str, list[dict[str, str]]]:
    """Return the operations of a document by tag, each with the anchor by which Swagger UI opens it."""
    from mockserver.contract.control import control_document
    from mockserver.contract.document import document

    paths = (control_document() if revision == CONTROL else document(revision))["paths"]
    found: dict[str, list[dict[str, str]]] = {}
    for path, item in paths.items():
        for method in METHODS:
            if method in item:
                each = item[method]
                tag = next(iter(each.get("tags", ())), "default")
                row = {"method": method.upper(), "path": path, "summary": each.get("summary", "")}
                row["anchor"] = f"{quote(tag)}/{each['operationId']}"
                found.setdefault(tag or "Control", []).append(row)
    return found


def _assets() -> Path:
    found = find_spec("flask_swagger_ui")  # found without importing it, as only its assets are needed
    return Path(str(found.origin)).parent / "dist" if found else Path("missing")
