"""The Flask application: wiring only."""

from __future__ import annotations

import os

import flask
from flask import Flask
from werkzeug.exceptions import HTTPException

from mockserver.connect.pages import connect_pages
from mockserver.console.pages import console_blueprint
from mockserver.contract.page import contract_pages
from mockserver.control.blueprint import control_blueprint
from mockserver.exchange import json_response
from mockserver.hosts.tls import Secure
from mockserver.hosts.wsgi import host_api, request_of, respond
from mockserver.mock import Mock, build
from mockserver.settings import Settings

ASKED_BY_BROWSERS = ("/favicon.ico", "/apple-touch-icon.png", "/apple-touch-icon-precomposed.png", "/robots.txt")


def create_app(settings: Settings | None = None, mock: Mock | None = None, secure: Secure | None = None) -> Flask:
    """Make the application, for any WSGI server.

    ``mock`` is an existing mock to serve; else one is built of ``settings``, or of the environment's ``MOCKSERVER_...``.
    ``secure`` is what HTTPS is served with, for the page that a phone opens to install its certificate.
    The mock is ``app.extensions["mockserver"]``. Raise SettingsError or DocumentError when those are wrong.
    """
    mock = mock or build(settings or Settings.resolve({}, os.environ))
    app = Flask("mockserver", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = mock.settings.max_body
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.extensions["mockserver"] = mock
    host_api(app, mock)
    app.register_blueprint(contract_pages(mock))
    app.register_blueprint(control_blueprint(mock))
    app.register_blueprint(connect_pages(mock, secure))
    app.register_blueprint(console_blueprint())

    @app.errorhandler(HTTPException)
    def answer_error(problem: HTTPException) -> flask.Response:
        if problem.code == 404 and flask.request.url_rule is None and flask.request.path not in ASKED_BY_BROWSERS:
            # perhaps a wrong base URL: the journal tells
            return respond(flask.request.environ, mock.handle(request_of(flask.request)))
        response = json_response(problem.code or 500, {"error": problem.description or problem.name})
        return respond({}, response)

    return app
