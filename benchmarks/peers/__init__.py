"""Other mock servers for comparison, if installed below ``PEERS_DIR``, in their fastest setup: constant bodies, no log.

They return the same bytes as this mock. ``docs/performance.md`` says how to install them.
"""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.peers.json_server import json_server
from benchmarks.peers.mockoon import mockoon
from benchmarks.peers.mountebank import mountebank
from benchmarks.peers.prism import prism
from benchmarks.peers.wiremock import wiremock, wiremock_states
from benchmarks.processes import Contender

VARIABLE = "PEERS_DIR"
WIREMOCK, WIREMOCK_STATES = "WireMock", "WireMock, states"
# name: (path of its program below PEERS_DIR, function that writes its configuration and returns its command)
PEERS = {
    WIREMOCK: ("**/wiremock-standalone-*.jar", wiremock),
    WIREMOCK_STATES: ("**/wiremock-standalone-*.jar", wiremock_states),
    "mountebank": ("**/node_modules/mountebank/bin/mb", mountebank),
    "Mockoon": ("**/node_modules/@mockoon/cli/bin/run.js", mockoon),
    "Prism": ("**/node_modules/@stoplight/prism-cli/dist/index.js", prism),
    "json-server": ("**/node_modules/json-server/lib/cli/bin.js", json_server),
}


def installed(bodies: Path, work: Path) -> dict[str, Contender]:
    """Return the installed peers by name. The directory ``bodies`` has ``list.json``, ``get.json`` and ``use.json``."""
    place = os.environ.get(VARIABLE)
    found = {}
    for name, (pattern, contender) in PEERS.items() if place else ():
        program = next(Path(place or "").expanduser().glob(pattern), None)
        if program is not None:
            home = work / name.replace(" ", "-")
            home.mkdir(parents=True)
            found[name] = contender(program, bodies, home)
    return found
