"""Scenarios and ad-hoc rules by control calls."""

from __future__ import annotations

import pytest

from tests.callers import body_of

FILE = {
    "title": "Twice, then never",
    "rules": [{"name": "sold-out", "when": {"operation": "use_offer"}, "calls": {"from": 2},
               "then": {"refuse": "global_limit_exceeded"}}],
}  # fmt: skip
YAML = """
title: Twice, then never
rules:
  - name: sold-out
    when: {operation: use_offer}
    calls: {from: 2}
    then: {refuse: global_limit_exceeded}
"""
ROW = {
    "id": "mine", "title": "Twice, then never", "comment": None, "active": False, "hits": 0, "state": "idle",
    "sees": ["every call from the 2nd to use_offer: 422 Global limit exceeded"], "own": True,
}  # fmt: skip


def test_the_library_lists_what_ships(control, library):
    listed = control.get("scenarios")
    assert listed["active"] == []
    assert [row["id"] for row in listed["scenarios"]] == [scenario.id for scenario in library]
    assert all(list(row) == list(ROW) for row in listed["scenarios"])


@pytest.mark.parametrize("given", [{"json": FILE}, {"text": YAML, "content_type": "application/yaml"}])
def test_a_scenario_is_put_as_json_or_yaml(control, given):
    put = control.json("PUT", "scenarios/mine", **given)
    assert {key: put[key] for key in ROW if key != "sees"} == {key: ROW[key] for key in ROW if key != "sees"}
    assert (put["file"], put["rules"]) == (FILE, [])
    assert control.get("scenarios/mine") == put
    assert "mine" in [row["id"] for row in control.get("scenarios")["scenarios"]]


def test_it_acts_counts_and_stops(control, app):
    control.put("scenarios/mine", FILE)
    assert control.post("scenarios/mine/activate")["active"] is True
    use = [body_of(app.post("members/me/offers/1000203/use", x_mock_now=f"2030-01-01T00:0{n}:00Z")) for n in range(3)]
    assert [answer.get("error") for answer in use] == [None, "Global limit exceeded", "Global limit exceeded"]
    shown = control.get("scenarios/mine")
    assert (shown["hits"], [(rule["name"], rule["calls"], rule["hits"]) for rule in shown["rules"]]) == (
        2, [("sold-out", 3, 2)],
    )  # fmt: skip
    assert control.post("scenarios/mine/deactivate")["active"] is False
    assert app.post("members/me/offers/1000203/use", x_mock_now="2030-01-01T00:09:00Z").status == 200
    assert control.post("scenarios/mine/deactivate")["active"] is False


def test_exactly_the_given_ones_are_active_in_order(control):
    assert control.put("scenarios", {"active": ["slow-network", "flaky"]})["active"] == ["slow-network", "flaky"]
    assert control.put("scenarios", {"active": ["flaky"]})["active"] == ["flaky"]
    assert [row["id"] for row in control.get("scenarios")["scenarios"] if row["active"]] == ["flaky"]
    assert control.put("scenarios", {"active": []})["active"] == []


def test_one_unknown_id_changes_nothing(control):
    control.put("scenarios", {"active": ["flaky"]})
    assert control.error("PUT", "scenarios", status=422, json={"active": ["maintenance", "last-coupn"]}) == {
        "message": 'active[1]: found "last-coupn", expected the id of a scenario',
        "hint": "did you mean last-coupon?",
        "path": "active[1]",
    }
    assert control.get("scenarios")["active"] == ["flaky"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "scenarios/flakey"),
        ("POST", "scenarios/flakey/activate"),
        ("POST", "scenarios/flakey/deactivate"),
        ("DELETE", "scenarios/flakey"),
    ],
)
def test_an_unknown_scenario_is_404_and_names_the_nearest(control, method, path):
    assert control.error(method, path, status=404) == {
        "message": "there is no scenario flakey",
        "hint": "did you mean flaky?",
    }


def test_a_wrong_file_is_refused_with_every_problem_and_the_old_stays(control):
    control.put("scenarios/mine", FILE)
    broken = {"title": "Broken", "rules": [{"when": {"operation": "use_ofer"}, "then": {"refuse": "sold_out"}}]}
    body = control.json("PUT", "scenarios/mine", status=422, json=broken)
    paths = sorted(problem["path"] for problem in body["problems"])
    assert paths == ["rules[0].then.refuse", "rules[0].when.operation"]
    assert control.get("scenarios/mine")["file"] == FILE


def test_an_active_scenario_that_is_put_again_begins_again(control, app):
    control.put("scenarios/mine", FILE)
    control.post("scenarios/mine/activate")
    control.put("scenarios/mine", FILE | {"rules": [{"then": {"refuse": "maintenance"}}]})
    assert control.get("world")["scenarios"] == ["mine"]
    assert app.get("members/me/offers").status == 503


def test_a_deleted_scenario_stops_and_undoes(control):
    control.put("scenarios/mine", {"world": {"offers": {"1000203": {"stock": 0}}}})
    control.post("scenarios/mine/activate")
    assert control.get("state/offers/1000203")["stock"] == 0
    assert control.delete("scenarios/mine") == {"deleted": "mine"}
    assert (control.get("state/offers/1000203")["stock"], control.get("world")["scenarios"]) == (50, [])


class TestRules:
    RULE = {"name": "busy", "when": {"operation": "list_offers"}, "then": {"respond": {"status": 503}}}  # noqa: RUF012

    def test_a_rule_is_added_lists_its_counters_and_goes(self, control, app):
        added = control.post("rules", self.RULE, status=201)
        assert {key: added[key] for key in ("name", "calls", "hits", "rule")} == {
            "name": "busy", "calls": 0, "hits": 0, "rule": self.RULE,
        }  # fmt: skip
        answer = app.get("members/me/offers")
        assert (answer.status, dict(answer.headers)["x-mock-rule"]) == (503, "busy")
        assert [(rule["calls"], rule["hits"]) for rule in control.get("rules")["rules"]] == [(1, 1)]
        assert control.delete("rules/busy") == {"deleted": "busy"}
        assert app.get("members/me/offers").status == 200
        assert control.error("DELETE", "rules/busy", status=404) == {"message": "there is no rule busy"}

    def test_rules_without_a_name_get_one_and_come_before_scenarios(self, control, app):
        control.put("scenarios", {"active": ["maintenance"]})
        for status in (418, 429):
            control.post("rules", {"then": {"respond": {"status": status}}}, status=201)
        assert [rule["name"] for rule in control.get("rules")["rules"]] == ["rule-1", "rule-2"]
        assert app.get("members/me/offers").status == 418
        assert control.delete("rules") == {"cleared": 2}
        assert app.get("members/me/offers").status == 503

    def test_a_wrong_rule_is_refused(self, control):
        assert (
            control.error("POST", "rules", status=422, json={"wen": {}, "then": {"delay": "1s"}})["hint"]
            == "did you mean when?"
        )
        assert control.error("POST", "rules", status=422)["message"].startswith("found an empty body")
        assert control.get("rules") == {"rules": []}


@pytest.mark.parametrize("name", ["a b", "\u00e5", "a\r\nx-evil: 1", "a" * 65])
def test_an_id_that_could_not_stand_in_a_header_is_refused(control, name):
    error = control.error("PUT", f"scenarios/{name}", status=422, json={"rules": []})
    assert (error["path"], error["message"].endswith("expected 1 to 64 of A-Z a-z 0-9 . _ -")) == ("id", True)
    assert control.call("GET", f"scenarios/{name}").status == 404
