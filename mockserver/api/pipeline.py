"""One request, top to bottom: route, rules, gate, operation, answer.

The order of the checks is the contract's ("Order of checks"). The world's lock is held from the first look at its data
to the last change, so that a request sees, and leaves, a whole world.
"""

from __future__ import annotations

from typing import Any

import orjson

from mockserver.api import gate, parameters
from mockserver.api.router import Match, NoMatch, Router
from mockserver.api.visit import Visit
from mockserver.errors import Refused
from mockserver.exchange import JSON_HEADERS, Answer, sized
from mockserver.schemas import wire


def run(visit: Visit, forced: Refused | None = None) -> Answer:
    """Take a routed request through the gate and its operation; raise the first refusal.

    ``forced`` is a refusal that a rule demands: one of the gate's (or of routing) comes before everything, one of the
    operation's once the gate has been passed.
    """
    if forced is not None and forced.refusal.stage != "operation":
        raise forced
    pass_gate(visit)
    if forced is not None:
        raise forced
    return act(visit)


def act(visit: Visit) -> Answer:
    """Carry out the operation of a request that has passed the gate."""
    return encode(visit, visit.operation.view(visit))


def pass_gate(visit: Visit) -> None:
    """Make the checks that come before the operation's own, in the contract's order."""
    operation = visit.operation
    gate.check_headers(visit)
    gate.check_club(visit)
    gate.check_client(visit)
    parameters.peek(visit)
    gate.check_permit(visit)
    if operation.scoped and "scope" in visit.revision.read_parameters:
        gate.check_scope_permit(visit)
    if operation.needs_offers_api:
        gate.check_offers_api(visit)
    if operation.contexts:
        gate.check_member(visit)
    body = gate.check_body(visit) if operation.reads_json else None
    parameters.read_query(visit)
    if operation.payload is not None:
        parameters.read_payload(visit, body)


def encode(visit: Visit, value: Any) -> Answer:
    """Turn what a view answered into an answer: ready JSON, a JSON value, or an answer of its own."""
    if isinstance(value, Answer):
        return value
    body = value if isinstance(value, bytes) else sized(orjson.dumps(value))
    if wire.has_links(body):
        body = wire.close_links(body, visit.base, visit.link_suffix)
    return Answer(200, body, JSON_HEADERS)


def route(router: Router, method: str, path: str) -> Match:
    """Answer the operation of a path; refuse one that is not documented, or has no such method."""
    found = router.match(method, path)
    if isinstance(found, NoMatch):
        if found.allow:
            raise Refused("method_not_allowed", method=method, allow=", ".join(found.allow))
        raise Refused("path_not_found", path=path)
    return found
