"""The lower bound: the same bytes from a bare Flask application and without any application, on the same server.

``python -m benchmarks.bare flask|nothing PORT`` serves the list, one offer and a use as constant bytes.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from mockserver.exchange import Request, Response
from mockserver.hosts.environ import Wsgi
from mockserver.hosts.server import Server, end_process, listen
from mockserver.settings import Settings

OFFERS = "/v3/infinity-mall/members/me/offers"


class Constant:
    """Returns constant bytes for the three routes; with ``direct`` false Flask does."""

    def __init__(self, bodies: dict[str, bytes], direct: bool) -> None:
        self._answers = {kind: Response(200, body) for kind, body in bodies.items()}
        self._direct = direct

    def handles(self, path: str) -> bool:  # noqa: ARG002
        """Return whether Flask is bypassed."""
        return self._direct

    def handle(self, call: Request) -> Response:
        """Return a route's bytes."""
        return self._answers["list" if call.path == OFFERS else "get" if call.method == "GET" else "use"]


def flask_application(bodies: dict[str, bytes]) -> Wsgi:
    """Return a Flask application that only serves the three routes."""
    from flask import Flask, Response, request

    app = Flask("bare", static_folder=None)

    @app.get(OFFERS)
    def list_offers() -> Response:
        return Response(bodies["list"], mimetype="application/json")

    @app.get(OFFERS + "/<int:offer_id>")
    def get_offer(offer_id: int) -> Response:  # noqa: ARG001
        return Response(bodies["get"], mimetype="application/json")

    @app.post(OFFERS.replace("/me/", "/<member>/") + "/<int:offer_id>/use")
    def use_offer(member: str, offer_id: int) -> Response:  # noqa: ARG001
        request.get_data()
        return Response(bodies["use"], mimetype="application/json")

    return app.wsgi_app


def flask_wsgi() -> Wsgi:
    """Return the bare Flask application for any WSGI server; the directory of bodies comes from the variable ``BODIES``."""
    return flask_application(_read(Path(os.environ["BODIES"])))


def _read(directory: Path) -> dict[str, bytes]:
    return {name: (directory / f"{name}.json").read_bytes() for name in ("list", "get", "use")}


def main() -> None:
    """Serve until stopped. ``BODIES`` is a directory with ``list.json``, ``get.json`` and ``use.json``."""
    kind, port, directory = sys.argv[1:4]
    bodies = _read(Path(directory))
    settings = Settings(port=int(port))
    constant = Constant(bodies, kind == "nothing")
    Server(listen(settings.host, settings.port), constant, lambda: flask_application(bodies), settings).run()
    end_process()


if __name__ == "__main__":
    main()
