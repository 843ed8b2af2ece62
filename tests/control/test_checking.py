"""A scenario checked as it is typed."""

from __future__ import annotations

import pytest

YAML = """\
title: Fails twice
rules:
  - when: {operation: use_offer, offer_id: 1000016, member_id: 43}
    calls: {from: 1, to: 2}
    then: {respond: {status: 500, body: {error: Broken}}}
"""


def check(control, text):
    return control.json("POST", "scenarios/check", text=text, content_type="application/yaml")


def test_yaml_is_answered_as_a_form_with_what_the_next_call_gets(control):
    found = check(control, YAML)
    assert (found["ok"], found["problems"], found["yaml"]) == (True, [], YAML)
    assert found["scenario"]["rules"][0]["calls"] == {"from": 1, "to": 2}
    (following,) = found["next"]
    assert following["answer"] == {"status": 500, "body": {"error": "Broken"}}
    assert following["text"] == 'The next use_offer of offer 1000016 by member 43 gets 500 "Broken".'


def test_a_form_is_answered_as_yaml_that_reads_back_as_the_same(control):
    form = {
        "title": "1e3",
        "comment": "two\nlines",
        "rules": [{"calls": [1, 3], "then": {"delay": "1s", "headers": None}}],
    }
    form["rules"][0]["then"].pop("headers")
    found = control.post("scenarios/check", form)
    assert found["scenario"] == form
    assert check(control, found["yaml"])["scenario"] == form


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("title: x\nrules:\n  - then: {refuse: sold_out}\n", 3, "rules[0].then.refuse"),
        ("title: x\nrules:\n  - when: {operation: use_ofer}\n    then: {delay: 1s}\n", 3, "rules[0].when.operation"),
        ("world:\n  offers:\n    7: {stock: 0}\n", 3, "world.offers.7"),
        ("title: [\n", 1, ""),
    ],
)
def test_problems_stand_at_their_lines(control, text, line, key):
    found = check(control, text)
    assert not found["ok"]
    assert found["next"] == []
    assert [(each["line"], each["key"]) for each in found["problems"]] == [(line, key)]


@pytest.mark.parametrize(
    ("then", "more", "said"),
    [
        ("{refuse: already_active}", "", 'The next request gets 422 "Already active".'),
        ("{refuse: offer_not_found}", "when: {offer_id: 7}", 'The next request of offer 7 gets 404 "Offer#7 not found".'),
        ("{fault: reset}", "calls: {every: 3}", "The next request is left alone; the 3th meets the fault reset."),
        ("{delay: 2s}", "chance: 0.5", "The next request, in 50% of all cases, waits 2000 ms."),
        ("{delay: 2s}", "chance: 0", "The rule scenario never acts."),
        ("{refuse: maintenance, at: after_commit}", "when: {operation: use_offer}",
         'The next use_offer gets 503 "The API is down for maintenance", once the operation has been carried out.'),
    ],
)  # fmt: skip
def test_it_says_in_words_what_the_next_call_would_get(control, then, more, said):
    found = check(control, f"rules:\n  - then: {then}\n    {more}\n")
    assert [each["text"] for each in found["next"]] == [said]


def test_what_it_says_is_what_happens_and_nothing_is_counted(control, app):
    control.json("PUT", "scenarios/twice", text=YAML.replace("43", "42"), content_type="application/yaml")
    control.post("scenarios/twice/activate")
    text = "id: twice\n" + YAML.replace("43", "42")
    for call in (1, 2):
        assert check(control, text)["next"][0]["call"] == call
        assert app.call("POST", "members/me/offers/1000016/use").status == 500
    assert check(control, text)["next"][0]["acts_on"] is None
    assert app.call("POST", "members/me/offers/1000016/use").status == 200


def test_rules_that_come_before_are_named(control):
    control.post("scenarios/maintenance/activate")
    assert check(control, YAML)["next"][0]["behind"] == ["maintenance/maintenance"]
