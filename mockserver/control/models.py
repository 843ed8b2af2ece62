"""The bodies of control calls as JSON schemas, for reading in handlers and for the control contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

JsonSchema = Mapping[str, Any]

TEXT: JsonSchema = {"type": "string"}
BOOLEAN: JsonSchema = {"type": "boolean"}
INTEGER: JsonSchema = {"type": "integer"}
COUNT: JsonSchema = {"type": "integer", "minimum": 0}
NUMBER: JsonSchema = {"type": "number"}
OBJECT: JsonSchema = {"type": "object"}
INSTANT: JsonSchema = {"type": "string", "format": "date-time"}
DURATION: JsonSchema = {
    "oneOf": [{"type": "string", "pattern": r"^[+-]?\d+(\.\d+)?(ms|s|m|min|h|d)?$"}, {"type": "number"}],
    "description": "250ms, 35s, 2h, or a number of seconds",
}
NAME: JsonSchema = {  # neither . nor .., in a form that all regular expression dialects support
    "type": "string",
    "maxLength": 64,
    "pattern": r"^(\.{0,2}[A-Za-z0-9_-][A-Za-z0-9._-]*|\.{3}[A-Za-z0-9._-]*)$",
}


def nullable(schema: JsonSchema) -> JsonSchema:
    """Return a schema that accepts null, too."""
    kind = schema.get("type")
    return {**schema, "type": [kind, "null"]} if isinstance(kind, str) else {"oneOf": [schema, {"type": "null"}]}


def listed(schema: JsonSchema) -> JsonSchema:
    """Return the schema of a list."""
    return {"type": "array", "items": schema}


def ref(model: str) -> JsonSchema:
    """Return a reference to another model."""
    return {"$ref": f"#/components/schemas/{model}"}


def model(*required: str, **properties: JsonSchema) -> JsonSchema:
    """Return the schema of an object with exactly these properties."""
    found: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    return found | ({"required": list(required)} if required else {})


def _open(*required: str, **properties: JsonSchema) -> JsonSchema:
    """Return the schema of an object that may have other properties, too."""
    return {**model(*required, **properties), "additionalProperties": True}


_ROW: dict[str, JsonSchema] = {
    "id": INTEGER, "at": INSTANT, "method": TEXT, "path": TEXT, "query": TEXT, "status": INTEGER,
    "operation": nullable(TEXT), "refusal": nullable(TEXT), "club": nullable(TEXT), "member_id": nullable(INTEGER),
    "offer_id": nullable(INTEGER), "revision": TEXT, "rule": nullable(TEXT), "committed": BOOLEAN,
    "real_at": INSTANT, "delivered": BOOLEAN, "wire": nullable(TEXT), "fault": nullable(TEXT), "traceparent": nullable(TEXT),
    "took_ms": NUMBER,
    "notes": listed(OBJECT), "headers": OBJECT, "body": {},
}  # fmt: skip
_WORLD: dict[str, JsonSchema] = {
    "name": NAME, "rev": INTEGER, "clock": ref("Clock"), "scenarios": listed(TEXT), "revision": TEXT,
    "auth": {"enum": ["strict", "any"]}, "counts": {"type": "object", "additionalProperties": INTEGER},
}  # fmt: skip
_SCENARIO: dict[str, JsonSchema] = {
    "id": NAME, "title": TEXT, "comment": nullable(TEXT), "active": BOOLEAN, "hits": INTEGER, "state": TEXT,
    "sees": listed(TEXT), "own": BOOLEAN,
}  # fmt: skip
_RULE: dict[str, JsonSchema] = {"name": NAME, "calls": INTEGER, "hits": INTEGER, "sees": TEXT, "rule": OBJECT}

MODELS: dict[str, JsonSchema] = {
    "Empty": model(),
    "Object": OBJECT,
    "Error": _open("error", error=model("message", message=TEXT, hint=TEXT, path=TEXT)),
    "Status": _open("status", status=TEXT),
    "Version": model("name", "version", name=TEXT, version=TEXT, python=TEXT, revisions=listed(TEXT)),
    # worlds
    "World": _open(*_WORLD, **_WORLD, made_by=TEXT, asked_at=INSTANT, arranged_by=nullable(TEXT), watched=BOOLEAN),
    "WorldChange": model(
        scenarios=listed(TEXT), clock=nullable(ref("ClockChange")), revision=TEXT, auth={"enum": ["strict", "any"]}
    ),
    "Worlds": model(
        "worlds",
        "stored",
        "evicted",
        "not_made",
        worlds=listed(ref("World")),
        stored=listed(ref("StoredWorld")),
        evicted=listed(ref("Evicted")),
        not_made=listed(ref("NotMade")),
    ),
    "StoredWorld": model(
        "name", "written_at", "bytes", "owner", name=NAME, written_at=INSTANT, bytes=COUNT, owner=nullable(TEXT)
    ),
    "Evicted": model("name", "at", "why", name=NAME, at=INSTANT, why=TEXT),
    "NotMade": model("world", "at", "method", "path", "why", world=NAME, at=INSTANT, method=TEXT, path=TEXT, why=TEXT),
    "NewWorld": model("name", **{"name": NAME, "from": NAME, "at": TEXT}),
    "ResetOptions": model(keep_dates=BOOLEAN),
    "Reset": model("rev", "state_hash", rev=INTEGER, state_hash=TEXT),
    "Reload": _open("ok", ok=BOOLEAN, offers=INTEGER, scenarios=INTEGER, worlds=INTEGER),
    # time
    "Clock": model("now", "mode", "rate", now=INSTANT, mode={"enum": ["real", "frozen", "running"]}, rate=NUMBER),
    "ClockChange": model(now=INSTANT, frozen=BOOLEAN, rate={"type": "number", "exclusiveMinimum": 0}),
    "Advance": model("by", by=DURATION),
    "Jump": model("to", to=TEXT, member_id=INTEGER, offer_id=INTEGER, plus=DURATION),
    "Jumped": _open("now", now=INSTANT, to=INSTANT, moment=ref("Moment"), moments=listed(ref("Moment")), total=COUNT),
    "Moment": model("at", "what", "offer_id", at=INSTANT, what=TEXT, offer_id=nullable(INTEGER), member_id=INTEGER),
    "Timeline": model("now", "timeline", now=INSTANT, timeline=listed(ref("Moment"))),
    # scenarios and rules
    "Scenario": _open(*_SCENARIO, **_SCENARIO),
    "Scenarios": model("active", "scenarios", active=listed(TEXT), scenarios=listed(ref("Scenario"))),
    "ScenarioFile": _open(id=NAME, title=TEXT, comment=TEXT, world=OBJECT, rules=listed(OBJECT)),
    "CheckedScenario": _open(
        "ok",
        "scenario",
        "yaml",
        "problems",
        "next",
        ok=BOOLEAN,
        scenario=nullable(OBJECT),
        yaml=TEXT,
        problems=listed(OBJECT),
        sees=listed(TEXT),
        next=listed(OBJECT),
    ),
    "ActiveScenarios": model("active", active=listed(TEXT)),
    "Rule": _open(*_RULE, **_RULE),
    "Barrier": _open(
        "name",
        "rules",
        "held",
        "releases",
        name=NAME,
        rules=listed(OBJECT),
        held=listed(OBJECT),
        releases=COUNT,
        complete=BOOLEAN,
    ),
    "Barriers": model("barriers", barriers=listed(ref("Barrier"))),
    "Release": model(order=listed(INTEGER), all=BOOLEAN),
    "Released": model("name", "released", name=NAME, released=listed(INTEGER)),
    "Rules": model("rules", rules=listed(ref("Rule"))),
    "RuleFile": _open("then", name=NAME, when=OBJECT, calls={}, chance=NUMBER, then=OBJECT, **{"in": TEXT}),
    # the journal
    "Request": _open("id", **_ROW),
    "Requests": _open("requests", requests=listed(ref("Request")), matched=COUNT, dropped=COUNT, complete=BOOLEAN),
    "Why": _open("id", "checks", "rules", id=INTEGER, checks=listed(OBJECT), rules=listed(OBJECT)),
    "Curl": model("curl", "unsaid", curl=TEXT, unsaid=listed(TEXT)),
    "Resend": model(world=NAME, changes=OBJECT),
    "Resent": _open("id", "world", "status", id=nullable(INTEGER), world=NAME, status=INTEGER, answer=OBJECT),
    "Finding": model("rule", "text", "requests", rule=TEXT, text=TEXT, requests=listed(INTEGER)),
    "WorldReport": model(
        "world",
        "requests",
        "findings",
        "overflowed",
        "dropped",
        world=NAME,
        requests=COUNT,
        findings=listed(ref("Finding")),
        overflowed=COUNT,
        dropped=BOOLEAN,
    ),
    "NewCapsule": model(last={"type": "integer", "minimum": 1}),
    "AgentMessage": _open(
        "jsonrpc", jsonrpc={"const": "2.0"}, id={"type": ["integer", "string"]}, method=TEXT, params=OBJECT
    ),
    "Coverage": _open(
        "percent", "outcomes", percent=NUMBER, outcomes={"type": "object", "additionalProperties": COUNT}
    ),
    "Plan": model("headers", "outcomes", headers=OBJECT, outcomes=listed(OBJECT)),
    "Conduct": model("worlds", "elsewhere", worlds=listed(ref("WorldReport")), elsewhere=listed(NAME)),
    "Cleared": model("cleared", cleared=COUNT),
    "Expectation": model(operation=TEXT, where=OBJECT, count=COUNT, at_least=COUNT, at_most=COUNT),
    "Verified": _open("ok", ok=BOOLEAN, found=COUNT),
    "Events": model("events", "total", events=listed(OBJECT), total=COUNT),
    # data
    "State": OBJECT,
    "Record": OBJECT,
    "OfferPage": model("now", "offers", "total", now=INSTANT, offers=listed(OBJECT), total=COUNT),
    "MemberPage": model("members", "total", members=listed(OBJECT), total=COUNT),
    "MemberActivity": _open("member", member=ref("Record"), tokens=listed(OBJECT), uses=listed(OBJECT)),
    "MemberUse": model("offer_id", offer_id=INTEGER, at=INSTANT),
    "MemberGrant": model(
        "offer_id",
        offer_id=INTEGER,
        usable_for_seconds=INTEGER,
        uses=COUNT,
        granted_at=INSTANT,
        expires_at=nullable(INSTANT),
    ),
    "TokenChange": model(revoked=BOOLEAN, created_at=INSTANT, expires_in=INTEGER),
    "Done": _open("did", did=TEXT),
    "Clubs": model("clubs", clubs=listed(OBJECT)),
    "Replaced": model("rev", "state_hash", rev=INTEGER, state_hash=TEXT),
    "Snapshot": model("name", "taken_at", name=NAME, taken_at=INSTANT),
    "Snapshots": model("snapshots", snapshots=listed(ref("Snapshot"))),
    "WorldFile": model(
        "state",
        format=TEXT,
        state=OBJECT,
        clock=ref("Clock"),
        revision=TEXT,
        auth={"enum": ["strict", "any"]},
        scenarios=listed(TEXT),
        library=OBJECT,
        rules=listed(OBJECT),
    ),
    "Differences": _open(
        "from",
        "to",
        "words",
        "settings",
        "records",
        "total",
        "patch",
        **{
            "from": TEXT,
            "to": TEXT,
            "words": listed(TEXT),
            "settings": OBJECT,
            "records": listed(OBJECT),
            "total": COUNT,
            "patch": nullable(listed(OBJECT)),
        },
    ),
    "Undone": _open("snapshot", snapshot=NAME),
    # tables
    "Operations": model("revision", "operations", revision=TEXT, operations=listed(OBJECT)),
    "Outcomes": model("headers", "revision", "outcomes", headers=OBJECT, revision=TEXT, outcomes=listed(OBJECT)),
    "Index": _open("calls", calls=listed(OBJECT)),
}
