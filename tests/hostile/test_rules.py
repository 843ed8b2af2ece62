"""Rules that each keep within the limits and together would not: the answer, the journal and the world stay small."""

from __future__ import annotations

import pytest

from mockserver.limits import RULE_HEADER_BYTES, RULE_HEADERS, SCENARIO_RULES, WORLD_RULES, WORLD_SCENARIOS
from mockserver.scenarios.model import Scenario


def rules(count, headers):
    return {"rules": [{"name": f"r{n}", "then": {"headers": headers(n)}} for n in range(count)]}


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        (lambda n: {f"X-{n}-{each}": "a" for each in range(50)}, RULE_HEADERS),
        (lambda n: {f"X-{n}": "a" * 60_000}, 1),
        (lambda _: {"Set-Cookie": ["a=b"] * 50}, RULE_HEADERS),
    ],
)
def test_all_rules_together_add_no_more_headers_than_one(app, control, headers, kept):
    control.put("scenarios/many", rules(10, headers))
    control.post("scenarios/many/activate")
    answer = app.get("stores")
    added = [(name, value) for name, value in answer.headers if name.startswith("x-") or name == "set-cookie"]
    added = [pair for pair in added if not pair[0].startswith("x-mock")]
    assert (answer.status, len(added)) == (200, kept)
    [row] = control.get("requests")["requests"]
    [note] = row["notes"]
    assert f"{RULE_HEADERS} headers at most, of {RULE_HEADER_BYTES:,} characters" in note["text"]


def test_why_repeats_no_body_for_each_rule(app, control):
    body = {"x": "y" * 20_000}
    control.put(
        "scenarios/many", {"rules": [{"when": {"body": {"x": str(n)}}, "then": {"go": "a"}} for n in range(300)]}
    )
    control.post("scenarios/many/activate")
    app.post("members/me/offers/1000203/use", body)
    answer = control.call("GET", "requests/1/why")
    assert answer.status == 200
    assert len(answer.body) < 300_000


def test_rules_compare_no_more_of_a_body_than_they_may(app, control):
    hidden = {"x": [*range(3_000), {"a": 1}]}
    for number in range(3):
        rule = {"name": f"r{number}", "when": {"body": {"x": [2_999] * 2_000}}, "then": {"respond": 418}}
        control.post("rules", rule, status=201)
    assert app.post("members/me/offers/1000203/use", hidden).status == 200
    rules = control.get("requests/1/why")["rules"]
    assert ["too much to compare" in rule["found"] for rule in rules] == [True] * 3
    control.delete("rules")
    control.post("rules", {"when": {"body": {"x": [{"a": 1}, 7]}}, "then": {"respond": 418}}, status=201)
    assert app.post("members/me/offers/1000203/use", hidden).status == 418


def test_thousands_of_rules_are_counted_each(app, control):
    many = {"rules": [{"then": {"delay": "1ms"}}] * SCENARIO_RULES}
    control.put("scenarios/many", many)
    control.post("scenarios/many/activate")
    for _ in range(2):
        assert app.get("stores").delay_ms == SCENARIO_RULES
    assert {rule["calls"] for rule in control.get("scenarios/many")["rules"]} == {2}


def test_a_world_takes_so_many_rules(control):
    for number in range(WORLD_RULES):
        control.post("rules", {"name": f"r{number}", "then": {"delay": 1}}, status=201)
    control.post("rules", {"name": "r0", "then": {"delay": 2}}, status=201)
    for name in ("new", None):
        named = {} if name is None else {"name": name}
        refused = control.error("POST", "rules", status=422, json=named | {"then": {"delay": 1}})
        assert "1,000 ad-hoc rules, the limit of a world" in refused["message"]
    control.delete("rules/r0")
    control.post("rules", {"then": {"delay": 1}}, status=201)


def test_a_world_takes_so_many_scenarios(control, mock):
    library = mock.worlds.get("default").library
    for number in range(WORLD_SCENARIOS - len(library)):
        library._scenarios[f"s{number}"] = Scenario(f"s{number}", {})
    control.put("scenarios/s0", {"title": "t"})
    assert "no more from 1,000 on" in control.error("PUT", "scenarios/new", status=422, json={"title": "t"})["message"]
    control.delete("scenarios/s0")
    control.put("scenarios/new", {"title": "t"})


@pytest.mark.parametrize(
    ("key", "many"),
    [("rules", [1] * (WORLD_RULES + 1)), ("library", {f"s{n}": {} for n in range(WORLD_SCENARIOS + 1)})],
)
def test_the_file_of_a_world_takes_no_more(control, key, many):
    file = control.get("world/file") | {key: many}
    assert control.error("PUT", "world/file", status=422, json=file)["path"] == key
