"""Bodies that would fill, stop or fool the mock: each is refused at once, told in a small answer, and changes nothing."""

from __future__ import annotations

import json

import pytest

from mockserver.limits import ALIASED, FREE_NESTING, NESTING, SCENARIO_TEXT

YAML = "application/yaml"
JSON = "application/json"
ANSWER = 100_000
"""Bytes that an answer to any of them has at most."""
BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


def nested(levels):
    return "[" * levels + "1" + "]" * levels


def scenario(then):
    return f'{{"title": "t", "rules": [{{"then": {then}}}]}}'


BAD_SCENARIOS = {
    "many rules that are none": (JSON, '{"title": "t", "rules": [' + ",".join("1" * 200_000) + "]}", 422, "at most 1,000 rules"),
    "many rules that are none, in YAML": (YAML, "rules:\n" + "- 1\n" * 90_000, 422, "at most 1,000 rules"),
    "a thousand rules that are none": (YAML, "rules:\n" + "- 1\n" * 1_000, 422, "a mapping"),
    "a long text": (YAML, "title: " + "x" * SCENARIO_TEXT, 413, "1048576 bytes"),
    "a long text in JSON": (JSON, json.dumps({"title": "x" * SCENARIO_TEXT}), 413, "1048576 bytes"),
    "many values": (YAML, "title: [" + "1," * 100_000 + "1]", 422, "at most 100,000 values"),
    "many ids that are none": (JSON, json.dumps({"rules": [{"when": {"offer_id": ["x"] * 100_000}, "then": {"go": "a"}}]}), 422,
                               "a whole number"),
    "many keys": (JSON, json.dumps({f"k{n}": 1 for n in range(60_000)}), 422, "one of the keys"),
    "many headers": (JSON, scenario(json.dumps({"respond": {"headers": {f"x-{n}": "a" for n in range(24_571)}}})), 422,
                     "at most 100 headers"),
    "a deep body": (JSON, scenario(f'{{"respond": {{"body": {nested(250)}}}}}'), 422, f"at most {NESTING} lists"),
    "a deep body in YAML": (YAML, scenario(f'{{"respond": {{"body": {nested(250)}}}}}'), 422, f"at most {NESTING} lists"),
    "a very deep body in YAML": (YAML, "title: " + "[" * 100_000, 422, "nesting"),
    "a very deep body": (JSON, '{"title": ' + "[" * 100_000 + "]" * 100_000 + "}", 422, f"at most {NESTING} lists"),
    "a bomb of aliases": (YAML, BOMB, 422, f"{ALIASED:,} values"),
    "an alias of itself": (YAML, "title: t\nrules: &r\n- *r", 422, "an anchor that does not hold the alias"),
    "a big integer": (JSON, scenario(f'{{"respond": {{"body": {{"n": {2**64}}}}}}}'), 422, "64 bits"),
    "a big integer in YAML": (YAML, scenario(f'{{"respond": {{"body": {{"n": {2**64}}}}}}}'), 422, "64 bits"),
    "a huge integer": (YAML, f"title: {'9' * 100_000}", 422, "64 bits"),
    "infinity": (YAML, scenario('{"respond": {"body": {"n": .inf}}}'), 422, "a number that JSON can hold"),
    "bytes": (YAML, "title: !!binary aGVsbG8=", 422, "no tag"),
    "a wrong integer": (YAML, "rules: [{chance: !!int x}]", 422, "what !!int says"),
    "an object of Python": (YAML, "title: !!python/object/apply:os.getcwd []", 422, "no tag"),
    "a key twice": (JSON, '{"title": "a", "title": "b"}', 422, "each key once"),
    "a NUL": (YAML, "title: a\0b", 422, "characters that can be printed"),
    "a NUL in JSON": (JSON, '{"title": "a\0b"}', 400, "JSON"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_SCENARIOS)
def test_a_bad_scenario_is_told_and_changes_nothing(control, name):
    kind, text, status, words = BAD_SCENARIOS[name]
    before = control.get("scenarios")
    answer = control.call("PUT", "scenarios/bad", text=text, content_type=kind)
    assert (answer.status, words in answer.body.decode()) == (status, True), answer.body[:500]
    assert len(answer.body) < ANSWER
    assert control.get("scenarios") == before


@pytest.mark.parametrize("name", BAD_SCENARIOS)
def test_a_bad_rule_is_no_server_error_and_changes_nothing(control, name):
    kind, text, _, _ = BAD_SCENARIOS[name]
    answer = control.call("POST", "rules", text=text, content_type=kind)
    assert 400 <= answer.status < 500
    assert len(answer.body) < ANSWER
    assert control.get("rules") == {"rules": []}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("state/members/42", f'{{"properties": {{"a": {nested(FREE_NESTING)}}}}}'),
        ("state/members/42", f'{{"properties": {{"a": {2**64}}}}}'),
        ("state/members/42", '{"properties": {"a": 1}, "properties": {"a": 2}}'),
        ("state/offers/1000115", f'{{"extras": {{"a": {nested(252)}}}}}'),
    ],
)
def test_a_record_that_could_not_be_shown_is_refused(control, path, body):
    before = control.get("state")
    assert control.call("PATCH", path, text=body, content_type=JSON).status == 422
    assert control.get("state") == before


def test_what_fits_into_a_record_fits_into_the_whole(control):
    deepest = f'{{"properties": {{"a": {nested(FREE_NESTING - 1)}}}}}'
    assert control.call("PATCH", "state/members/42", text=deepest, content_type=JSON).status == 200
    state = control.get("state")
    assert control.put("state", state)["rev"]
    assert control.get("state") == state


def test_what_fits_into_a_rule_fits_into_a_scenario(control):
    deepest = f'{{"then": {{"respond": {{"body": {nested(NESTING - 5)}}}}}}}'
    assert control.call("POST", "rules", text=deepest, content_type=JSON).status == 201
    [rule] = control.get("rules")["rules"]
    assert json.dumps(json.loads(deepest)["then"]) in json.dumps(rule)
    assert control.call("PUT", "scenarios/deep", text=f'{{"rules": [{deepest}]}}', content_type=JSON).status == 200
    assert control.get("scenarios/deep")


def test_a_state_of_nonsense_is_told_in_a_small_answer(control):
    before = control.get("state")
    answer = control.call("PUT", "state", text=json.dumps({"offers": [1] * 15_000}), content_type=JSON)
    assert answer.status == 422
    assert b"and more" in answer.body
    assert len(answer.body) < ANSWER
    assert control.get("state") == before
