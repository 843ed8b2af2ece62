"""Checks an unsaved scenario: returns its form, its YAML, its problems, and what it would do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mockserver.api.refusals import refusal_response
from mockserver.control.context import ControlContext
from mockserver.control.errors import CallRefused
from mockserver.control.guard import check_content_type
from mockserver.control.routes import route
from mockserver.documents.files import read_bytes, read_text
from mockserver.documents.problems import DocumentError, NoJsonError, Problem, path_of
from mockserver.documents.reading import Document
from mockserver.errors import REFUSALS, Refused
from mockserver.exchange import Response
from mockserver.limits import SCENARIO_VALUES
from mockserver.scenarios.arrange import check
from mockserver.scenarios.model import Rule, Scenario
from mockserver.scenarios.parse import parse_scenario
from mockserver.scenarios.preview import Preview, preview
from mockserver.scenarios.writing import write_yaml
from mockserver.values.instants import parse_iso
from mockserver.values.nesting import loads
from mockserver.worlds.world import World

NAMELESS = "scenario"
_MOMENTS = {"after_commit": ", once the operation has been carried out", "during_body": ", on its way"}
_EXAMPLES = {"banned_until": parse_iso("2137-10-28T17:24:06.207Z"), "details": {}}


@route(
    "POST",
    "scenarios/check",
    world="any",
    body="ScenarioFile",
    response="CheckedScenario",
    yaml=True,
    raw=True,
    statuses=(200, 422),
)
def check_scenario(ctx: ControlContext) -> Any:
    """Check a scenario without saving it: return its form, YAML, problems by line, and the next request's response."""
    text = _text(ctx)
    try:
        document = read_text(text, NAMELESS, values=SCENARIO_VALUES)
    except DocumentError as error:
        return _checked(text, None, error.problems)
    try:
        scenario = parse_scenario(document, NAMELESS, ctx.world.library.operations, NAMELESS)
        check(ctx.world, [scenario])
    except DocumentError as error:
        return _checked(text, document, error.problems)
    return _checked(text, document, ()) | {
        "id": scenario.id,
        "title": scenario.title,
        "sees": scenario.sees(),
        "next": list(_next(scenario, ctx.world)),
    }


def _text(ctx: ControlContext) -> str:
    """Return the YAML that was sent, or YAML made from the JSON that was sent."""
    body = ctx.request.body
    if not body:
        raise CallRefused(422, "body: found an empty body, expected a scenario", path="body")
    if check_content_type(ctx.request, yaml=True) != "application/json":
        return body.decode("utf-8", "replace")
    try:
        return write_yaml(read_bytes(body, "body", json=True).value)
    except NoJsonError as error:
        raise CallRefused(400, f"the body is not valid JSON: {error}") from None


def _checked(text: str, document: Document | None, problems: tuple[Problem, ...]) -> dict[str, Any]:
    value = None if document is None else document.value
    return {
        "ok": not problems,
        "scenario": value if isinstance(value, Mapping) else None,
        "yaml": text,
        "problems": [_problem(problem, document) for problem in problems],
        "sees": [],
        "next": [],
    }


def _problem(problem: Problem, document: Document | None) -> dict[str, Any]:
    message = f"{problem.key or 'the document'}: found {problem.found}, expected {problem.expected}"
    line = problem.line
    if line is None and document is not None:
        line = document.places.line(path_of(problem.key))
    return {"line": line, "key": problem.key, "message": message, "hint": problem.hint}


def _next(scenario: Scenario, world: World) -> Iterator[dict[str, Any]]:
    """Return for each rule the response to the next request that matches it."""
    counted = {track.rule.name: track for track in world.engine.tracks(scenario.id)}
    for rule in scenario.rules:
        track = counted.get(rule.name)  # a changed rule starts counting anew
        calls = track.calls if track is not None and track.rule.value == rule.value else 0
        seen = preview(rule, calls, world.clock.now(), world.seed)
        response = _response(seen, world)
        yield {
            "rule": rule.name,
            "call": seen.call,
            "acts_on": seen.acts_on,
            "delay_ms": seen.verdict.delay_ms,
            "fault": seen.verdict.fault.kind if seen.verdict.fault else None,
            "at": rule.at,
            "answer": response and {"status": response.status, "body": _json(response.body)},
            "text": _sentence(seen, response),
            "behind": _earlier(rule, scenario, world),
        }


def _response(seen: Preview, world: World) -> Response | None:
    """Return the rule's response in place of the operation's; None if the operation responds."""
    verdict = seen.verdict
    if verdict.respond is not None:
        return Response(verdict.respond.status, verdict.respond.body)
    if verdict.refuse is None:
        return None
    refusal = REFUSALS[verdict.refuse]
    known: dict[str, Any] = dict.fromkeys(
        ("id", "path", "method", "allow", "club", "product", "permit", "header", "mend"), "…"
    )
    known |= (
        {"reason": "refused by a scenario", "limit": "the scenario's"} | _EXAMPLES | _named(seen.rule) | verdict.facts
    )
    named = {name: known[name] for name in known if f"{{{name}}}" in (refusal.text or "") or name in refusal.extra}
    return refusal_response(Refused(refusal.id, **named), world.revision)


def _named(rule: Rule) -> dict[str, str]:
    when = _when(rule)
    ids = {"id": when.get("offer_id"), "path": when.get("path"), "club": when.get("club")}
    return {name: str(value) for name, value in ids.items() if isinstance(value, str | int)}


def _when(rule: Rule) -> Mapping[str, Any]:
    when = rule.value.get("when")
    return when if isinstance(when, Mapping) else {}


def _json(body: bytes) -> Any:
    try:
        return loads(body) if body else None
    except ValueError:
        return body.decode("utf-8", "replace")


def _sentence(seen: Preview, response: Response | None) -> str:
    """Describe the response to the next matching request."""
    rule, verdict = seen.rule, seen.verdict
    who = _asked(rule)
    if seen.acts_on is None:
        return f"The rule {rule.name} never acts."
    when = f"The next {who}" if seen.acts_on == seen.call else f"The next {who} is left alone; the {seen.acts_on}th"
    chance = "" if rule.chance == 1 else f", in {rule.chance:.0%} of all cases,"
    parts = [f"waits {verdict.delay_ms} ms"] if verdict.delay_ms else []
    if response is not None:
        error = _json(response.body)
        text = f' "{error["error"]}"' if isinstance(error, dict) and isinstance(error.get("error"), str) else ""
        parts.append(f"gets {response.status}{text}{_MOMENTS.get(rule.at, '')}")
    elif verdict.fault is not None:
        moment = _MOMENTS["after_commit"] if rule.at == "after_commit" else ""
        parts.append(f"meets the fault {verdict.fault.kind}{moment}")
    elif not parts:
        parts = [f"sees: {rule.sees()}"]
    return f"{when}{chance} {' and '.join(parts)}."


def _asked(rule: Rule) -> str:
    names, when = sorted(rule.when.operations or ()), _when(rule)
    who = names[0] if len(names) == 1 else "request" if not names else f"of {len(names)} operations"
    offer = f" of offer {when['offer_id']}" if "offer_id" in when else ""
    member = f" by member {when['member_id']}" if "member_id" in when else ""
    return f"{who}{offer}{member}"


def _earlier(rule: Rule, scenario: Scenario, world: World) -> list[str]:
    """Return the labels of active rules about the same operations that precede it."""
    engine = world.engine
    ids = [each for each in engine.active if each != scenario.id]
    tracks = [*engine.tracks(), *(track for each in ids for track in engine.tracks(each))]
    mine = rule.when.operations
    return [
        track.label for track in tracks
        if mine is None or track.rule.when.operations is None or mine & track.rule.when.operations
    ]  # fmt: skip
