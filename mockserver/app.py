"""The Flask application: wiring only."""

from __future__ import annotations

import os
import sys

import flask
from flask import Flask
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from mockserver.api.overrides import BadOverride, paths_below
from mockserver.api.url_map import CONVERTERS, ApiRule, api_rules, no_match
from mockserver.connect.pages import connect_pages
from mockserver.console.pages import console_blueprint
from mockserver.contract.page import contract_pages
from mockserver.control.dispatch import PREFIX
from mockserver.control.table import ROUTES as CONTROL_ROUTES
from mockserver.exchange import json_response
from mockserver.hosts.mount import WorldMount
from mockserver.hosts.tls import HttpsListener
from mockserver.hosts.wsgi import behind_proxy, request_of, respond
from mockserver.mock import Mock, build
from mockserver.settings import Settings

NO_STORE = "mockserver: worlds are kept in memory: the store is one of mockserver serve, and not of another server"
ASKED_BY_BROWSERS = ("/favicon.ico", "/apple-touch-icon.png", "/apple-touch-icon-precomposed.png", "/robots.txt")


def create_app(
    settings: Settings | None = None, mock: Mock | None = None, secure: HttpsListener | None = None
) -> Flask:
    """Make the application, for any WSGI server.

    ``mock`` is an existing mock to serve; else one is built of ``settings``, or of the environment's ``MOCKSERVER_...``.
    ``secure`` serves HTTPS; the page on which a phone installs the certificate needs it.
    The mock is ``app.extensions["mockserver"]``. Raise SettingsError or DocumentError on wrong settings or files.
    """
    if mock is None:
        mock = build(settings or Settings.resolve({}, os.environ))
        if mock.settings.store != "memory":
            print(NO_STORE, file=sys.stderr)
    app = Flask("mockserver", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = mock.settings.max_body
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["mockserver"] = mock
    add_api(app, mock)
    add_control(app, mock)
    app.register_blueprint(contract_pages(mock))
    app.register_blueprint(connect_pages(mock, secure))
    app.register_blueprint(console_blueprint())
    app.wsgi_app = WorldMount(app.wsgi_app)  # type: ignore[method-assign]
    if mock.settings.trust_proxy:
        app.wsgi_app = behind_proxy(app.wsgi_app)  # type: ignore[method-assign, assignment]
    return app


def add_api(app: Flask, mock: Mock) -> None:
    """Add a URL rule for each route of the API; one view handles them all, with the same layers as without Flask."""
    app.url_map.merge_slashes = False
    app.url_map.converters |= CONVERTERS

    def view(**values: str) -> flask.Response:
        request, rule = request_of(flask.request), flask.request.url_rule
        assert isinstance(rule, ApiRule)
        return respond(flask.request.environ, mock.handle(request, rule.match_of(values, *paths_below(request))))

    for rule in api_rules():
        app.url_map.add(rule)
        app.view_functions[rule.endpoint] = view

    @app.errorhandler(BadOverride)
    def refuse_override(problem: BadOverride) -> flask.Response:
        return respond({}, json_response(400, {"error": str(problem)}))

    @app.errorhandler(HTTPException)
    def answer_error(problem: HTTPException) -> flask.Response:
        asked = flask.request
        if isinstance(problem, NotFound | MethodNotAllowed) and problem is asked.routing_exception:
            request = request_of(asked)
            unknown = isinstance(problem, NotFound) and asked.path not in ASKED_BY_BROWSERS  # perhaps a wrong base URL
            if unknown or mock.handles(request.path):
                return respond(asked.environ, mock.handle(request, no_match(problem)))
        response = json_response(problem.code or 500, {"error": problem.description or problem.name})
        return respond({}, response)


def add_control(app: Flask, mock: Mock) -> None:
    """Add a URL rule for each control call."""

    def view(**values: str) -> flask.Response:  # noqa: ARG001 - the control API reads its path itself
        return respond(flask.request.environ, mock.handle(request_of(flask.request)))

    for route in CONTROL_ROUTES:
        path = f"{PREFIX}/{route.path}".rstrip("/").replace("{", "<").replace("}", ">")
        app.add_url_rule(
            path, f"control.{route.name}", view, methods=[route.method], provide_automatic_options=False,
            strict_slashes=False,
        )  # fmt: skip
