"""Prism: the examples of an OpenAPI document, silent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.processes import GET, OFFERS, Contender

USE = OFFERS.replace("/me/", "/{member}/") + "/{id}/use"


def prism(program: Path, bodies: Path, home: Path) -> Contender:
    """Return the setup with constant responses."""
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in ("member", "id")
    ]
    paths = {
        OFFERS: {"get": _operation(bodies / "list.json", {"type": "array", "items": {"type": "object"}})},
        GET: {"get": _operation(bodies / "get.json", {"type": "object"})},
        USE: {"post": _operation(bodies / "use.json", {"type": "object"}), "parameters": parameters},
    }
    document = {"openapi": "3.0.3", "info": {"title": "Offers", "version": "1"}, "paths": paths}
    path = home / "openapi.json"
    path.write_text(json.dumps(document))
    return Contender(lambda port: ["node", str(program), "mock", "-p", str(port), "-v", "silent", str(path)], warm_up=3)


def _operation(body: Path, schema: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": schema, "example": json.loads(body.read_text())}}
    return {"responses": {"200": {"description": "fine", "content": content}}}
