"""The tools of an agent, by task: one function each, whose docstring and parameters are what the agent reads."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import Field

from mockserver.client import ControlError, MockClient, VerificationFailed
from mockserver.mcp.agent_worlds import AgentWorlds
from mockserver.mcp.answers import told
from mockserver.mcp.tooling import AgentContext, World, following, tool, world_of, worlds_of


@tool(title="Arrange a world")
def arrange_world(
    ctx: AgentContext,
    world: Annotated[
        str | None, Field(description="By default the session's own; one that does not exist is made, and stays")
    ] = None,
    scenarios: Annotated[
        list[str] | None, Field(description="Exactly these are active, such as ['offers-api-not-enabled']; [] for none")
    ] = None,
    now: Annotated[str | None, Field(description="What its clock shows, such as 2019-03-13T18:00:00Z")] = None,
    frozen: Annotated[bool | None, Field(description="Whether its clock stands still")] = None,
    revision: Annotated[str | None, Field(description="The API as of a date: 2019-08, 2025-03, union")] = None,
    offers: Annotated[
        dict[str, dict[str, Any]] | None, Field(description="Attributes by offer id, such as {'1000115': {'stock': 0}}")
    ] = None,
    members: Annotated[
        dict[str, dict[str, Any]] | None,
        Field(description="Such as {'42': {'banned_until': '2137-10-28T17:24:06.207Z'}}"),
    ] = None,
    clubs: Annotated[
        dict[str, dict[str, Any]] | None,
        Field(description="Attributes by slug, such as {'infinity-mall': {'offers_api_enabled': false}}"),
    ] = None,
    reset: Annotated[bool, Field(description="Begin with the data as at start; its requests stay")] = False,
    keep: Annotated[bool, Field(description="Let it outlive this session")] = False,
) -> str:
    """Make or change a world: scenarios, time, data. All or nothing: what is refused leaves it as it was.

    Give an app the answer's url as its base URL to put it into this world.
    """
    worlds = worlds_of(ctx)
    records = [
        (quote(f"state/{kind}/{id_ if kind == 'clubs' else _number(id_)}"), attributes)
        for kind, some in (("offers", offers), ("members", members), ("clubs", clubs))
        for id_, attributes in (some or {}).items()
    ]
    new = world is not None and not _exists(worlds, world)
    client = worlds.client.create_world(world) if new and world is not None else world_of(ctx, world, make=True)
    clock = {name: value for name, value in (("now", now), ("frozen", frozen)) if value is not None}
    changes: list[Callable[[], Any]] = []
    if reset:
        changes.append(client.undo)
    if scenarios is not None or clock or revision is not None:
        changes.append(lambda: client.set_world(scenarios=scenarios, clock=clock or None, revision=revision))
    changes += [functools.partial(client.ask, "PATCH", path, attributes) for path, attributes in records]
    _all_or_nothing(client, changes, drop=new)
    if keep:
        worlds.keep(client.name)
    found = client.world()
    answer = {
        "world": client.name,
        "url": client.url,
        "clock": found["clock"],
        "scenarios": found["scenarios"],
        "revision": found["revision"],
        "counts": found["counts"],
        "goes_with_the_session": worlds.goes(client.name),
    }
    return told(answer, f"reproduce_outcome(outcome='use_offer/not_granted'{following(ctx, client)})")


def _all_or_nothing(client: MockClient, changes: list[Callable[[], Any]], *, drop: bool) -> None:
    before = "before-arranging"
    if len(changes) > 1 and not drop:
        client.snapshots.take(before)
    try:
        for change in changes:
            change()
    except (ControlError, ValueError):
        if drop:
            client.drop_world(client.name)
        elif len(changes) > 1:
            client.snapshots.restore(before)
        raise
    finally:
        if len(changes) > 1 and not drop:
            client.snapshots.delete(before)


def _exists(worlds: AgentWorlds, name: str) -> bool:
    return any(each["name"] == name for each in worlds.client.worlds()["worlds"])


def _number(id_: str) -> int:
    if not (id_.isascii() and id_.isdigit()):
        raise ValueError(f"an id is a number such as 1000115, not {id_!r}")
    return int(id_)


@tool(title="What the app sent", reads=True)
def app_requests(
    ctx: AgentContext,
    operation: Annotated[str | None, Field(description="Such as use_offer or list_offers")] = None,
    status: Annotated[str | None, Field(description="Such as 422 or 4xx")] = None,
    member_id: int | None = None,
    wait_seconds: Annotated[float, Field(ge=0, le=30, description="Wait for the first that matches")] = 0,
    limit: Annotated[int, Field(ge=1, le=50)] = 10,
    world: World = "default",
) -> str:
    """List the requests that a world received, newest first, with what became of each. The default world is the app's."""
    client = world_of(ctx, world)
    filters: dict[str, Any] = {
        name: value for name, value in (("status", status), ("member_id", member_id)) if value is not None
    }
    if wait_seconds:
        client.requests.wait(operation, count=1, seconds=wait_seconds, **filters)
    found = client.requests.list(operation, limit=limit, **filters)
    rows = [
        {key: each[key] for key in _ROW if each.get(key) is not None}
        | ({} if each["delivered"] else {"delivered": False})
        for each in found["requests"]
    ]
    where = following(ctx, client)
    then = f"explain_request(request_id={rows[0]['id']}{where})" if rows else f"app_requests(wait_seconds=20{where})"
    return told({"world": client.name, "matched": found["matched"], "requests": rows}, then)


_ROW = (
    "id",
    "at",
    "method",
    "path",
    "query",
    "status",
    "operation",
    "refusal",
    "rule",
    "member_id",
    "offer_id",
    "body",
)


@tool(title="Move time")
def move_time(
    ctx: AgentContext,
    to: Annotated[
        str | None,
        Field(description="A moment by name (offer:1000115.active_until, member:45.banned_until) or ISO 8601"),
    ] = None,
    plus: Annotated[str | None, Field(description="A distance from it, such as 1ms or -1s")] = None,
    by: Annotated[str | None, Field(description="A distance from now, such as 35s or 2h")] = None,
    member_id: Annotated[int | None, Field(description="Whose moment, where members have different ones")] = None,
    freeze: Annotated[bool | None, Field(description="Whether time stands still afterwards")] = None,
    world: World = None,
) -> str:
    """Move a world's clock to a named moment, to an instant or by a distance; without any, list the coming moments."""
    client = world_of(ctx, world)
    if to is not None and by is not None:
        raise ValueError("give to (a moment) or by (a distance), not both")
    if to is not None and ":" in to and not to[:4].isdigit():
        if freeze is not None:
            client.clock.set(frozen=freeze)
        client.clock.jump(to, member_id=member_id, plus=plus)
    elif to is not None:
        client.clock.set(to, frozen=freeze)
        if plus is not None:
            client.clock.advance(plus)
    elif by is not None or freeze is not None:
        if freeze is not None:
            client.clock.set(frozen=freeze)
        if by is not None:
            client.clock.advance(by)
    coming = client.timeline(5, member_id=member_id)["timeline"]
    where = following(ctx, client)
    then = f"call_api(method='GET', path='/v3/infinity-mall/members/me/offers'{where})"
    if to is by is None and coming:
        then = f"move_time({_moment(coming[0])}{where})"
    return told({"world": client.name, "clock": client.clock.show(), "coming": coming}, then)


def _moment(row: dict[str, Any]) -> str:
    if not row.get("offer_id"):
        return f"to={row['at']!r}"
    whose = f", member_id={row['member_id']}" if row.get("member_id") else ""
    return f"to='offer:{row['offer_id']}.{row['what']}'{whose}"


@tool(title="Write a scenario")
def write_scenario(
    ctx: AgentContext,
    scenario_id: Annotated[str, Field(description="Its name, such as slow-checkout")],
    text: Annotated[str, Field(description="YAML or JSON; the resource mock://scenario-format has the format")],
    activate: Annotated[bool, Field(description="Make it active, beside those that are")] = True,
    check_only: Annotated[bool, Field(description="Check it, and store nothing")] = False,
    world: World = None,
) -> str:
    """Check a scenario, store it in a world and make it active. A wrong one is refused with line, key and the nearest key."""
    if "/" in scenario_id:
        raise ValueError(f"scenario_id: a scenario's id has no slash, found {scenario_id!r}")
    client = world_of(ctx, world, make=True)
    where = following(ctx, client)
    checked = client.scenarios.check(text)
    answer = {"world": client.name, "ok": checked["ok"], "problems": checked["problems"], "sees": checked["sees"]}
    if not checked["ok"]:
        hints = [each["hint"] for each in checked["problems"] if each.get("hint")]
        first = f" ({hints[0]})" if hints else ""
        return told(answer, f"write_scenario(scenario_id={scenario_id!r}, text=...) without these problems{first}")
    answer["next_answers"] = [each["text"] for each in checked["next"] if "text" in each]
    if check_only:
        return told(answer, f"write_scenario(scenario_id={scenario_id!r}, text=...{where}) to store it")
    client.scenarios.put(scenario_id, text)
    if activate:
        client.scenarios.activate(scenario_id)
    answer |= {"stored": scenario_id, "active": client.world()["scenarios"]}
    return told(answer, f"call_api(method=..., path=...{where}), then explain_request({where.lstrip(', ')})")


@tool(title="Coverage of outcomes", reads=True)
def coverage_gaps(
    ctx: AgentContext,
    operation: Annotated[str | None, Field(description="Only its outcomes, such as use_offer")] = None,
    all_worlds: Annotated[bool, Field(description="Count what all worlds met, those that are gone included")] = False,
    world: World = None,
) -> str:
    """Say which documented outcomes were not met yet, and whether each can be reached honestly or by force."""
    client = world_of(ctx, world or ("default" if all_worlds else None))
    found = client.requests.coverage(all_worlds=all_worlds)
    of = {key: count for key, count in found["outcomes"].items() if operation in (None, key.partition("/")[0])}
    if not of:
        raise ValueError(f"no outcomes of {operation}; operations: {', '.join(_operations(found['outcomes']))}")
    plan = {row["outcome"]: row for row in client.plan()["outcomes"]}
    missing = [key for key, count in of.items() if not count]
    ways = {
        "honest": [key for key in missing if plan.get(key, {}).get("honest")],
        "forced_only": [key for key in missing if not plan.get(key, {}).get("honest")],
    }
    answer = {
        "world": client.name, "percent": found["percent"], "met": f"{len(of) - len(missing)} of {len(of)}", "missing": ways,
    }  # fmt: skip
    where = following(ctx, client)
    if not missing:
        return told(answer, f"verify_calls(operation=..., at_least=1{where})")
    how = "" if ways["honest"] else ", how='forced'"
    return told(answer, f"reproduce_outcome(outcome={(ways['honest'] or missing)[0]!r}{how}{where})")


def _operations(outcomes: dict[str, int]) -> list[str]:
    return list(dict.fromkeys(key.partition("/")[0] for key in outcomes))


@tool(title="Verify what was called", reads=True)
def verify_calls(
    ctx: AgentContext,
    operation: Annotated[str, Field(description="Such as use_offer")],
    where: Annotated[
        dict[str, Any] | None, Field(description="Conditions, such as {'status': 422, 'offer_id': 1000115}")
    ] = None,
    count: Annotated[int | None, Field(ge=0, description="Exactly so often")] = None,
    at_least: Annotated[int | None, Field(ge=0)] = None,
    at_most: Annotated[int | None, Field(ge=0)] = None,
    world: World = "default",
) -> str:
    """Verify how often an operation was called, by default at least once. The default world is the app's."""
    client = world_of(ctx, world)
    place = following(ctx, client)
    try:
        report = client.verify(operation, where, count=count, at_least=at_least, at_most=at_most)
    except VerificationFailed as failed:
        answer = {"world": client.name, "ok": False, "failed": str(failed)}
        return told(answer, f"app_requests(operation={operation!r}{place})")
    return told({"world": client.name, **report}, f"coverage_gaps(operation={operation!r}{place})")
