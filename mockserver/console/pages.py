"""Serves the console: files of this package, the same in every world. The page finds its world in its own address."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from mockserver.api.overrides import check_name, named_world
from mockserver.hosts.wsgi import request_of

PLACE = "/__mock/ui"
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
# Everything comes from this server, and no script or style stands in the page: what a fixture says stays text.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",  # kept, and asked about again by its ETag
}


def console_blueprint() -> Blueprint:
    """Make the blueprint of the pages: ``/``, ``/__mock/ui`` and what lies below."""
    blueprint = Blueprint("console", __name__)

    @blueprint.before_request
    def refuse_impossible_worlds() -> None:
        check_name(named_world(request_of(request))[0])

    @blueprint.get("/")
    @blueprint.get(f"{PLACE}/")
    def lead_home() -> AnyResponse:
        return redirect(request.script_root + PLACE)

    @blueprint.get(PLACE)
    def show_page() -> AnyResponse:
        return _file("index.html")

    @blueprint.get(f"{PLACE}/<path:name>")
    def show_file(name: str) -> AnyResponse:
        return _file(name)

    return blueprint


def _file(name: str) -> AnyResponse:
    kind = KINDS.get(PurePosixPath(name).suffix)
    content = contents().get(name)
    if kind is None or content is None:
        abort(404, f"the console has no file {name}")
    response = Response(content, content_type=kind, headers=HEADERS)
    response.set_etag(hashlib.sha256(content).hexdigest()[:16])
    return response.make_conditional(request)


@cache
def contents() -> dict[str, bytes]:
    """Return the console's files by name; they are read once."""
    folder = files("mockserver.console").joinpath("static")
    return {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.is_file()}
