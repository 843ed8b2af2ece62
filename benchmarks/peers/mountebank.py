"""mountebank: one imposter of constant answers that keeps connections alive; no log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.processes import GET, JSON, OFFERS, USE_PATTERN, Contender, free_port


def mountebank(program: Path, bodies: Path, home: Path) -> Contender:
    """Return the setup with constant responses."""
    stubs = [
        _stub({"equals": {"method": "GET", "path": OFFERS}}, bodies / "list.json"),
        _stub({"equals": {"method": "GET", "path": GET}}, bodies / "get.json"),
        _stub({"matches": {"method": "^POST$", "path": f"^{USE_PATTERN}$"}}, bodies / "use.json"),
    ]

    def command(port: int) -> list[str]:
        imposter = {"port": port, "host": "127.0.0.1", "protocol": "http", "recordRequests": False, "stubs": stubs}
        (home / "imposters.json").write_text(json.dumps({"imposters": [imposter]}))
        return [
            *("node", str(program), "--configfile", str(home / "imposters.json"), "--noParse", "--nologfile"),
            *("--loglevel", "error", "--port", str(free_port()), "--pidfile", str(home / "pid")),
        ]

    return Contender(command, warm_up=3)


def _stub(predicate: dict[str, Any], body: Path) -> dict[str, Any]:
    answer = {"statusCode": 200, "headers": JSON | {"Connection": "keep-alive"}, "body": body.read_text()}
    return {"predicates": [predicate], "responses": [{"is": answer}]}
