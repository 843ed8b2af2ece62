"""WireMock: bodies inline, no journal, no log; and the same with a scenario of three states in place of a constant use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.processes import GET, JSON, OFFERS, USE_PATTERN, Contender

STATES = ("Started", "used once", "used twice")
USE = {"method": "POST", "urlPathPattern": USE_PATTERN}
QUIET = ("--bind-address", "127.0.0.1", "--no-request-journal", "--disable-request-logging")
WARM_UP = 15  # seconds for each route, until the JIT compiler is done


def wiremock(jar: Path, bodies: Path, home: Path) -> Contender:
    """Return the setup with constant responses, its fastest."""
    return _contender(jar, home, _reads(bodies) | {"use": _stub(USE, bodies / "use.json")})


def wiremock_states(jar: Path, bodies: Path, home: Path) -> Contender:
    """Return its closest match to a use: three states and a templated response."""
    states = {f"use-{number}": _in_state(number, bodies) for number in range(len(STATES))}
    return _contender(jar, home, _reads(bodies) | states)


def _contender(jar: Path, home: Path, stubs: dict[str, Any]) -> Contender:
    mappings = home / "mappings"
    mappings.mkdir()
    for name, stub in stubs.items():
        (mappings / f"{name}.json").write_text(json.dumps(stub))
    return Contender(
        lambda port: ["java", "-jar", str(jar), "--port", str(port), "--root-dir", str(home), *QUIET], warm_up=WARM_UP
    )


def _reads(bodies: Path) -> dict[str, Any]:
    return {
        "list": _stub({"method": "GET", "urlPath": OFFERS}, bodies / "list.json"),
        "get": _stub({"method": "GET", "urlPath": GET}, bodies / "get.json"),
    }


def _stub(request: dict[str, str], body: Path) -> dict[str, Any]:
    return {"request": request, "response": {"status": 200, "headers": JSON, "body": body.read_text()}}


def _in_state(number: int, bodies: Path) -> dict[str, Any]:
    """Return the mapping of one state of the use, with a templated response and the next state."""
    stub = _stub(USE, bodies / "use.json")
    usage = json.loads(stub["response"]["body"])
    usage["usage"] |= {"uses_left": len(STATES) - 1 - number, "active_until": "{{now offset='35 seconds'}}"}
    stub["response"] |= {"body": json.dumps(usage), "transformers": ["response-template"]}
    return stub | {
        "scenarioName": "use",
        "requiredScenarioState": STATES[number],
        "newScenarioState": STATES[(number + 1) % len(STATES)],
    }
