"""WireMock beside us, where it is installed: ``PEERS_DIR`` holds ``wiremock/.../wiremock-standalone-*.jar`` (npm i wiremock).

It answers the very bytes that we answer. ``WireMock`` is its fastest setting: constant bodies inline, no journal, no log;
``WireMock, states`` makes of the use a scenario of three states with a templated answer, the nearest it has to a use.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.processes import OFFERS

VARIABLE = "PEERS_DIR"
STATES = ("Started", "used once", "used twice")
JSON = {"Content-Type": "application/json"}
USE = {"method": "POST", "urlPathPattern": "/v3/infinity-mall/members/[0-9]+/offers/[0-9]+/use"}


def wiremock_commands(bodies: Path, work: Path) -> dict[str, Callable[[int], list[str]]]:
    """Answer the commands that serve the bodies with WireMock, by name; none where it is not installed."""
    place = os.environ.get(VARIABLE)
    jar = next(Path(place).glob("**/wiremock-standalone-*.jar"), None) if place else None
    if jar is None:
        return {}
    _write(work / "constant", _reads(bodies) | {"use": _stub(USE, bodies / "use.json")})
    states = {f"use-{number}": _in_state(number, bodies) for number in range(len(STATES))}
    _write(work / "states", _reads(bodies) | states)

    def command(name: str) -> Callable[[int], list[str]]:
        options = ["--bind-address", "127.0.0.1", "--no-request-journal", "--disable-request-logging"]
        return lambda port: ["java", "-jar", str(jar), "--port", str(port), "--root-dir", str(work / name), *options]

    return {"WireMock": command("constant"), "WireMock, states": command("states")}


def _reads(bodies: Path) -> dict[str, Any]:
    return {
        "list": _stub({"method": "GET", "urlPath": OFFERS}, bodies / "list.json"),
        "get": _stub({"method": "GET", "urlPath": OFFERS + "/1000115"}, bodies / "get.json"),
    }


def _stub(request: dict[str, str], body: Path) -> dict[str, Any]:
    return {"request": request, "response": {"status": 200, "headers": JSON, "body": body.read_text()}}


def _in_state(number: int, bodies: Path) -> dict[str, Any]:
    """One state of the use: it moves on, and its answer is made by a template."""
    stub = _stub(USE, bodies / "use.json")
    usage = json.loads(stub["response"]["body"])
    usage["usage"] |= {"uses_left": len(STATES) - 1 - number, "active_until": "{{now offset='35 seconds'}}"}
    stub["response"] |= {"body": json.dumps(usage), "transformers": ["response-template"]}
    return stub | {
        "scenarioName": "use",
        "requiredScenarioState": STATES[number],
        "newScenarioState": STATES[(number + 1) % len(STATES)],
    }


def _write(directory: Path, stubs: dict[str, Any]) -> None:
    mappings = directory / "mappings"
    mappings.mkdir(parents=True)
    for name, stub in stubs.items():
        (mappings / f"{name}.json").write_text(json.dumps(stub))
