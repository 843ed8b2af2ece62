"""json-server 0.17: the offers as a table; it has no actions, so a middleware handles the use."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.processes import OFFERS, Contender


def json_server(program: Path, bodies: Path, home: Path) -> Contender:
    """Return reads of its table, and a constant use."""
    listed = json.loads((bodies / "list.json").read_text())["offers"]
    asked = json.loads((bodies / "get.json").read_text())["offer"]
    offers = [asked, *(offer for offer in listed if offer["id"] != asked["id"])]
    (home / "db.json").write_text(json.dumps({"offers": offers}))
    (home / "routes.json").write_text(json.dumps({OFFERS + "*": "/offers$1"}))
    use = (bodies / "use.json").read_text()
    (home / "use.js").write_text(
        f"const use = {use};\n"
        'module.exports = (req, res, next) => req.method === "POST" && req.path.endsWith("/use") ? res.json(use) : next();\n'
    )
    table, routes = str(home / "db.json"), str(home / "routes.json")
    options = ["-q", "-r", routes, "-m", str(home / "use.js")]  # the last one matches everything else
    return Contender(
        lambda port: ["node", str(program), "-H", "127.0.0.1", "-p", str(port), table, *options], warm_up=3
    )
