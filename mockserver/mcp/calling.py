"""The tools that send calls to the API themselves, and say why they were answered so."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field

from mockserver.client import ControlError, MockClient
from mockserver.mcp.answers import told
from mockserver.mcp.outcomes import find_outcome
from mockserver.mcp.sending import Received, send
from mockserver.mcp.tooling import AgentContext, World, following, tool, world_of, worlds_of

_CONTROL = "/__mock/"
_TOKEN, _VALUE = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"), re.compile(r"[\t -~]*")
_LOOKS, _BETWEEN = 50, 0.1  # seconds between two looks at what was met
_PASSED = ("headers", "club", "client token", "permit", "scope permit", "Offers API enabled", "payload")
"""Checks that tell nothing where they are passed."""


@tool(title="Reproduce a documented outcome")
def reproduce_outcome(
    ctx: AgentContext,
    outcome: Annotated[str, Field(description="Such as use_offer/not_granted, not_granted, or the text 'Not granted'")],
    operation: Annotated[str | None, Field(description="Such as use_offer, where several have this outcome")] = None,
    how: Annotated[
        Literal["honest", "forced"], Field(description="By data and time alone, or by a rule that forces it")
    ] = "honest",
    world: World = None,
) -> str:
    """Lead a world to a documented outcome and send the call: return the steps, the answer, and why it was given.

    The steps fit the fixtures that ship. A session's own world is reset first (its requests stay); another world is
    taken as it is.
    """
    client = world_of(ctx, world, make=True)
    row = find_outcome(client, outcome, operation)
    steps = row[how]
    other = "forced" if how == "honest" else "honest"
    if steps is None:
        there = f"reproduce_outcome(outcome={row['outcome']!r}, how={other!r}{following(ctx, client)})"
        because = "no data and no time lead to it" if how == "honest" else "no scenario forces it"
        return told({"world": client.name, "outcome": row["outcome"], "reproduced": False, "because": because}, there)
    own = worlds_of(ctx).is_own(client.name)
    if own:
        client.undo()
    before = _newest(client)
    met = _times(client, row["outcome"])
    headers = worlds_of(ctx).headers
    received = [_taken(client, step, headers) for step in steps]
    last = next((each for each in reversed(received) if each is not None), Received())
    reproduced = _was_met(client, row["outcome"], met)
    answer: dict[str, Any] = {
        "world": client.name,
        "outcome": row["outcome"],
        "how": how,
        "reproduced": reproduced,
        "steps": [_shown(step) for step in steps],
        "answer": last.shown(),
        "request_id": last.request_id or _newer(client, before),
    }
    answer |= why(client, answer["request_id"])
    if not reproduced and not own:
        answer["hint"] = "this world is taken as it is; one of your own begins with the fixtures that ship"
    return told(answer, _explain(answer["request_id"], following(ctx, client)))


@tool(title="Call the API as an app does")
def call_api(
    ctx: AgentContext,
    method: Annotated[Literal["GET", "POST", "PUT", "DELETE"], Field(description="The HTTP method")],
    path: Annotated[str, Field(description="Below the world, such as /v3/infinity-mall/members/me/offers?per_page=5")],
    body: Annotated[Any, Field(description="JSON to send")] = None,
    headers: Annotated[
        dict[str, str | None] | None,
        Field(
            description="Over the default ones, which sign in as member 42 "
            "(X-Client-Authorization, X-Product-Name, X-User-Agent, Authorization); null leaves one out"
        ),
    ] = None,
    world: World = None,
) -> str:
    """Send one call to the API in a world; return the answer and why it was given."""
    client = world_of(ctx, world, make=True)
    if not path.startswith("/v3/") and not path.startswith("/files/"):
        raise ValueError(f"a path of the API begins with /v3/, not {path!r}; the other tools drive the mock itself")
    if any(ord(each) < 33 or ord(each) > 126 for each in path):
        raise ValueError("path: blanks and letters beyond ASCII have to be percent-encoded")
    for name, value in (headers or {}).items():
        if not _TOKEN.fullmatch(name) or (value is not None and not _VALUE.fullmatch(value)):
            raise ValueError(f"headers: {name!r}: {value!r} is no header of HTTP: printable ASCII, no line breaks")
    before = _newest(client)
    step = {"method": method, "path": path, "body": body}
    received = send(client, step, {**worlds_of(ctx).headers, "X-User-Agent": "agent", **(headers or {})})
    id_ = received.request_id or _newer(client, before)
    answer = {"world": client.name, "answer": received.shown(), "request_id": id_, **why(client, id_)}
    return told(answer, _explain(id_, following(ctx, client)))


@tool(title="Explain an answer", reads=True)
def explain_request(
    ctx: AgentContext,
    request_id: Annotated[int | None, Field(description="By default the newest of the world")] = None,
    world: World = None,
) -> str:
    """Say why a request was answered so: each check with what it found and expected, and the rules considered."""
    client = world_of(ctx, world)
    id_ = request_id if request_id is not None else _newest(client)
    where = following(ctx, client)
    if id_ is None:
        return told(
            {"world": client.name, "because": "this world has no requests"}, f"call_api(method='GET', ...{where})"
        )
    sent = client.requests.show(id_)
    reasons = client.requests.why(id_)
    answer = {
        "world": client.name,
        "request": {key: sent[key] for key in ("id", "at", "method", "path", "query", "status", "body") if sent[key]},
        "answer": (sent.get("answer") or {}).get("body"),
        **_reasons(reasons, all_checks=True),
    }
    return told(answer, _after_refusal(reasons, sent, where))


def why(client: MockClient, request_id: int | None) -> dict[str, Any]:
    """Return the reasons of an answer in short: ``because`` and the checks that tell something."""
    if request_id is None:
        return {}
    try:
        return _reasons(client.requests.why(request_id))
    except ControlError as problem:  # dropped from the journal meanwhile
        return {"because": str(problem)}


def _reasons(reasons: Mapping[str, Any], *, all_checks: bool = False) -> dict[str, Any]:
    checks = [
        {key: check[key] for key in ("check", "passed", "found", "expected") if check[key] is not None}
        for check in reasons["checks"]
        if all_checks or not check["passed"] or check["check"] not in _PASSED
    ]
    shown = {"because": reasons["because"], "checks": checks}
    for key in ("rule", "rules", "notes", "nearest"):
        if reasons.get(key):
            shown[key] = reasons[key]
    return shown


def _after_refusal(reasons: Mapping[str, Any], sent: Mapping[str, Any], where: str) -> str:
    """Return the call that changes what decided."""
    offer, member = sent.get("offer_id"), sent.get("member_id")
    if reasons.get("rule"):
        return f"arrange_world(scenarios=[]{where}) if the rule should act no longer"
    moments = {
        "already_active": f"move_time(to='offer:{offer}.active_until', plus='1ms', member_id={member}{where})",
        "member_is_banned": f"move_time(to='member:{member}.banned_until', plus='1ms'{where})",
        "not_granted": f"call_api(method='POST', path='.../members/{member}/offers/{offer}/grant', body={{}}{where})",
        "global_limit_exceeded": f"arrange_world(offers={{'{offer}': {{'stock': 100}}}}{where})",
    }
    refusal = reasons.get("refusal") or {}
    return moments.get(refusal.get("id", ""), f"coverage_gaps({where.lstrip(', ')})")


def _taken(client: MockClient, step: Mapping[str, Any], headers: Mapping[str, str]) -> Received | None:
    """Carry out one step: a control call, or a call to the API, whose answer is returned."""
    if step["path"].startswith(_CONTROL):
        client.ask(step["method"], step["path"].removeprefix(_CONTROL), step.get("body"))
        return None
    return send(client, step, headers)


def _shown(step: Mapping[str, Any]) -> str:
    sent = next((f" {step[key]}" for key in ("body", "text") if step.get(key)), "")
    headers = f" with {dict(step['headers'])}" if step.get("headers") else ""
    return f"{step['method']} {step['path']}{sent}{headers}"


def _times(client: MockClient, outcome: str) -> int:
    return int(client.requests.coverage()["outcomes"].get(outcome, 0))


def _was_met(client: MockClient, outcome: str, before: int) -> bool:
    """Return whether an outcome was met once more; a fault counts once the server has seen it delivered, a little later."""
    for _ in range(_LOOKS if "/fault:" in outcome or outcome.endswith("lost_answer") else 1):
        if _times(client, outcome) > before:
            return True
        time.sleep(_BETWEEN)
    return False


def _explain(request_id: int | None, where: str) -> str:
    if request_id is None:  # it never reached the world
        return f"coverage_gaps({where.lstrip(', ')})"
    return f"explain_request(request_id={request_id}{where})"


def _newer(client: MockClient, before: int | None) -> int | None:
    """Return the newest request if it came after another: an answer that never came has no id of its own."""
    found = _newest(client)
    return found if found != before else None


def _newest(client: MockClient) -> int | None:
    found = client.requests.list(limit=1)["requests"]
    return found[0]["id"] if found else None
