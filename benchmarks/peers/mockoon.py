"""Mockoon: constant answers without templates, no log, no admin API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from benchmarks.processes import GET, JSON, OFFERS, Contender

USE = OFFERS.replace("/me/", "/:member/") + "/:id/use"
QUIET = ("-l", "127.0.0.1", "-X", "--disable-admin-api", "--max-transaction-logs", "1")


def mockoon(program: Path, bodies: Path, home: Path) -> Contender:
    """Return the setup with constant responses."""
    routes = [
        _route("get", OFFERS, bodies / "list.json"),
        _route("get", GET, bodies / "get.json"),
        _route("post", USE, bodies / "use.json"),
    ]
    environment = {
        "uuid": _id("mock"), "lastMigration": 33, "name": "mock", "port": 3000, "hostname": "", "endpointPrefix": "",
        "latency": 0, "proxyMode": False, "proxyHost": "", "cors": False, "headers": [], "data": [], "folders": [],
        "callbacks": [], "routes": routes,
        "rootChildren": [{"type": "route", "uuid": each["uuid"]} for each in routes],
    }  # fmt: skip
    path = home / "environment.json"
    path.write_text(json.dumps(environment))
    return Contender(lambda port: ["node", str(program), "start", "-d", str(path), "-p", str(port), *QUIET], warm_up=3)


def _route(method: str, path: str, body: Path) -> dict[str, Any]:
    answer = {
        "uuid": _id(f"answer {method} {path}"), "body": body.read_text(), "statusCode": 200, "latency": 0, "label": "",
        "headers": [{"key": key, "value": value} for key, value in JSON.items()], "bodyType": "INLINE", "filePath": "",
        "sendFileAsBody": False, "rules": [], "rulesOperator": "OR", "disableTemplating": True, "fallbackTo404": False,
        "default": True, "databucketID": "", "crudKey": "id", "callbacks": [],
    }  # fmt: skip
    return {
        "uuid": _id(f"{method} {path}"), "type": "http", "method": method, "endpoint": path.removeprefix("/"),
        "documentation": "", "responses": [answer], "responseMode": None, "streamingMode": None, "streamingInterval": 0,
    }  # fmt: skip


def _id(text: str) -> str:
    return str(uuid5(NAMESPACE_URL, text))
