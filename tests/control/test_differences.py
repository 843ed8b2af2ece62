"""Differences from an earlier world, undoing everything, and worlds as files."""

from __future__ import annotations

import pytest

from tests.callers import body_of

USE = "members/me/offers/1000203/use"


def test_what_happened_since_the_start_is_told_by_attribute(control, app):
    nothing = {"words": [], "settings": {}, "records": [], "total": 0, "patch": []}
    assert control.get("diff") == {"from": "start", "to": "now"} | nothing
    app.call("POST", USE)
    control.patch("state/offers/1000205", {"stock": 7})
    control.put("clock", {"now": "2030-01-01T00:00:00Z", "frozen": True})
    control.post("scenarios/maintenance/activate")
    found = control.get("diff", "from=start&to=now")
    assert found["settings"]["scenarios"] == [[], ["maintenance"]]
    assert found["settings"]["clock"][0] == {"mode": "real"}
    rows = {(row["table"], row["key"]): row for row in found["records"]}
    assert rows["offers", "1000205"]["attributes"]["stock"][1] == 7
    assert rows["uses", "offer 1000203, member 42"]["change"] == "added"
    assert found["total"] == 2


def test_a_snapshot_is_compared_and_an_unknown_one_named(control):
    control.put("snapshots/before")
    control.patch("state/members/42", {"banned_until": "2137-10-28T17:24:06.207Z"})
    (row,) = control.get("diff", "from=snapshot:before")["records"]
    assert row["attributes"] == {"banned_until": [None, "2137-10-28T17:24:06.207Z"]}
    assert control.error("GET", "diff", "from=snapshot:befor", status=404)["hint"] == "did you mean before?"
    assert control.error("GET", "diff", "from=yesterday", status=422)["path"] == "from"


def test_everything_is_undone_and_that_is_undone_too(control, app):
    start = control.get("state")
    app.call("POST", USE)
    control.post("scenarios/maintenance/activate")
    control.post("rules", {"then": {"delay": "1s"}}, status=201)
    undone = control.post("undo")
    assert undone["undone"]["total"] == 1
    assert control.get("state") == start
    assert control.get("requests")["matched"] == 1
    assert control.get("world")["scenarios"] == []
    assert control.get("rules") == {"rules": []}
    control.post(f"snapshots/{undone['snapshot']}/restore")
    assert control.get("world")["scenarios"] == ["maintenance"]
    assert len(control.get("rules")["rules"]) == 1
    control.put("scenarios", {"active": []})
    assert body_of(app.call("POST", USE)) == {"error": "Already active"}


def test_a_world_is_taken_to_another_as_a_file(control, app):
    app.call("POST", USE)
    control.json(
        "PUT", "scenarios/mine", text="rules:\n  - then: {refuse: maintenance}\n", content_type="application/yaml"
    )
    control.put("scenarios", {"active": ["empty-catalogue", "mine"]})
    control.post("rules", {"name": "slow", "then": {"delay": "1s"}}, status=201)
    control.put(
        "world", {"revision": "2025-03", "auth": "any", "clock": {"now": "2031-01-01T00:00:00Z", "frozen": True}}
    )
    file = control.get("world/file")
    assert file["library"].keys() == {"mine"}
    other = control.in_world("other")
    other.put("world/file", file)
    assert other.get("world/file") == file
    assert other.get("state") == control.get("state")
    other.put("scenarios", {"active": []})
    assert {each["status"] for each in other.get("state")["offers"]} == {"published", "draft"}


@pytest.mark.parametrize(
    ("broken", "path"),
    [
        ({"scenarios": ["no-such"]}, "scenarios"),
        ({"rules": [{"then": {"refuse": "x"}}]}, "then.refuse"),
        ({"clock": {"mode": "sideways"}}, "clock.mode"),
        ({"state": {"offers": 3}}, "offers"),
        ({"format": "zip"}, "format"),
    ],
)
def test_a_wrong_file_changes_nothing(control, broken, path):
    before, file = control.get("state"), control.get("world/file")
    rev = control.get("diff")
    assert control.error("PUT", "world/file", json=file | broken, status=422)["path"] == path
    assert (control.get("state"), control.get("diff")) == (before, rev)


def test_a_snapshot_is_taken_as_a_file(control):
    control.put("snapshots/before")
    control.patch("state/offers/1000205", {"stock": 7})
    old, new = control.get("world/file", "snapshot=before"), control.get("world/file")
    assert old["state"] != new["state"]
    assert control.error("GET", "world/file", "snapshot=after", status=404)["message"]
