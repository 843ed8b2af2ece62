"""The control API under Flask: a call out of a request, and a response out of an answer."""

from __future__ import annotations

from flask import Blueprint, Response, request

from mockserver.control.dispatch import Control, handles
from mockserver.hosts.wsgi import request_of, respond
from mockserver.mock import Mock


def control_blueprint(mock: Mock) -> Blueprint:
    """Make the blueprint that answers ``/__mock`` and ``/w/{world}/__mock``: every method on every path below.

    Paths that the application has routes for (the console's pages, a contract) go their own way.
    """
    blueprint = Blueprint("control", __name__)
    control = Control(mock)

    @blueprint.before_app_request
    def answer_control() -> Response | None:
        if request.url_rule is not None or not handles(request.path):
            return None
        return respond(request.environ, control.handle(request_of(request)))

    return blueprint
