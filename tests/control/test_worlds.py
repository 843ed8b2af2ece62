"""Worlds by control calls: the document, changes all or nothing, reset, list, create, drop."""

from __future__ import annotations

import itertools

import pytest

from tests.callers import Caller, body_of

WORLD_KEYS = ["name", "rev", "clock", "scenarios", "revision", "auth", "counts"]
NOON = "2019-03-13T12:00:00.000Z"


def test_a_world_is_one_document(control):
    control.put("clock", {"now": NOON, "frozen": True})
    document = control.get("world")
    assert list(document) == WORLD_KEYS
    counts = document.pop("counts")
    assert counts["offers"] == len(control.get("state")["offers"])
    assert (counts["requests"], counts["dropped"], counts["rules"], counts["snapshots"]) == (0, 0, 0, 0)
    assert document == {
        "name": "default",
        "rev": document["rev"],
        "clock": {"now": NOON, "mode": "frozen", "rate": 1.0},
        "scenarios": [],
        "revision": "union",
        "auth": "strict",
    }


def test_several_things_change_at_once(control, app):
    change = {
        "scenarios": ["slow-network", "maintenance"],
        "clock": {"now": NOON, "frozen": True},
        "revision": "2025-03",
        "auth": "any",
    }
    document = control.put("world", change)
    assert {key: document[key] for key in ("scenarios", "revision", "auth")} == {
        "scenarios": ["slow-network", "maintenance"], "revision": "2025-03", "auth": "any",
    }  # fmt: skip
    assert document["clock"] == {"now": NOON, "mode": "frozen", "rate": 1.0}
    assert control.get("world") == document
    assert app.get("members/me/offers").status == 503
    assert control.put("world", {"scenarios": [], "clock": None})["clock"]["mode"] == "real"


@pytest.mark.parametrize(
    ("change", "path", "hint"),
    [
        ({"revision": "2025-3"}, "revision", "did you mean 2025-03?"),
        ({"auth": "strikt"}, "auth", "did you mean strict?"),
        ({"scenarios": ["maintenence"]}, "scenarios[0]", "did you mean maintenance?"),
        ({"scenarios": "maintenance"}, "scenarios", None),
        ({"clock": {"noww": NOON}}, "clock.noww", "did you mean now?"),
        ({"clok": {}}, "clok", "did you mean clock?"),
        ({"clock": {"rate": "fast"}}, "clock.rate", None),
    ],
)
def test_a_change_is_all_or_nothing(control, change, path, hint):
    before = control.post("worlds", {"name": "w"}, status=201)
    full = {"scenarios": ["maintenance"], "clock": {"now": NOON, "frozen": True}, "revision": "2019-08", "auth": "any"}
    error = control.error("PUT", "world", status=422, json=full | change, x_mock_world="w")
    assert (error["path"], error.get("hint")) == (path, hint)
    after = control.get("world", x_mock_world="w")
    assert {key: after[key] for key in after if key != "clock"} == {
        key: before[key] for key in before if key != "clock"
    }
    assert after["clock"]["mode"] == "real"


def test_a_scenario_that_cannot_be_arranged_undoes_the_rest_of_the_change(control):
    control.put("scenarios/lost", {"world": {"offers": {"1": {"stock": 0}}}})
    before = control.get("state")
    error = control.error(
        "PUT", "world", status=422, json={"revision": "2019-08", "scenarios": ["maintenance", "lost"]}
    )
    assert error["path"] == "world.offers.1"
    assert (control.get("world")["revision"], control.get("world")["scenarios"]) == ("union", [])
    assert control.get("state") == before


def test_every_change_raises_rev(control, app):
    revs = [control.get("world")["rev"]]
    for change in (
        lambda: control.put("clock", {"frozen": True}),
        lambda: control.post("clock/advance", {"by": "1s"}),
        lambda: control.post("clock/jump", {"to": "next"}),
        lambda: control.delete("clock"),
        lambda: control.put("scenarios", {"active": ["slow-network"]}),
        lambda: control.post("scenarios/slow-network/deactivate"),
        lambda: control.put("scenarios/mine", {"title": "Mine"}),
        lambda: control.delete("scenarios/mine"),
        lambda: control.post("rules", {"then": {"delay": "1ms"}}, status=201),
        lambda: control.delete("rules"),
        lambda: control.put("world", {"revision": "2019-08"}),
        lambda: control.patch("state/offers/1000115", {"stock": 5}),
        lambda: control.put("state", control.get("state")),
        lambda: app.post("members/me/offers/1000203/use"),
        lambda: control.delete("requests"),
        lambda: control.post("reset"),
    ):
        change()
        revs.append(control.get("world")["rev"])
    assert all(later > earlier for earlier, later in itertools.pairwise(revs)), revs


def test_reset_proves_itself(control, app):
    control.put("clock", {"now": NOON, "frozen": True})
    at_start = control.post("reset")
    assert set(at_start) == {"rev", "state_hash"}
    state = control.get("state")
    app.post("members/me/offers/1000203/use")
    app.put("members/me/offers/1000203/like")
    app.delete("offers", {"ids": [1000284]})
    control.put("world", {"scenarios": ["token-expired"], "clock": {"now": NOON}, "revision": "2019-08"})
    control.post("rules", {"then": {"refuse": "maintenance"}}, status=201)
    assert control.get("state") != state
    after = control.post("reset")
    assert (after["state_hash"], after["rev"] > at_start["rev"]) == (at_start["state_hash"], True)
    assert control.get("state")["offers"][0]["name"] == state["offers"][0]["name"]
    document = control.get("world")
    assert (document["scenarios"], document["revision"], document["clock"]["mode"]) == ([], "union", "real")
    assert (control.get("rules"), control.get("requests")["requests"]) == ({"rules": []}, [])


def test_new_ids_begin_again_after_a_reset(control, app):
    first = body_of(app.post("offers", {"offers": [{"name": "New"}]}))["ids"]
    control.post("reset")
    assert body_of(app.post("offers", {"offers": [{"name": "New"}]}))["ids"] == first


def test_worlds_are_listed_created_copied_and_dropped(control, mock):
    Caller(mock).post("members/me/offers/1000203/use")
    created = control.post("worlds", {"name": "fresh"}, status=201)
    copied = control.post("worlds", {"name": "copy", "from": "default"}, status=201)
    assert (created["name"], created["counts"]["uses"] + 1, copied["counts"]["uses"]) == (
        "fresh", copied["counts"]["uses"], control.get("world")["counts"]["uses"],
    )  # fmt: skip
    assert [world["name"] for world in control.get("worlds")["worlds"]] == ["default", "copy", "fresh"]
    assert control.delete("worlds/copy") == {"dropped": "copy"}
    assert control.error("DELETE", "worlds/copy", status=404)["message"] == "there is no world copy"


def test_what_cannot_be_created_or_dropped(control):
    control.post("worlds", {"name": "a"}, status=201)
    assert control.error("POST", "worlds", status=409, json={"name": "a"}) == {
        "message": "there is a world a already", "hint": "reset it, or drop it first", "path": "name",
    }  # fmt: skip
    assert control.error("POST", "worlds", status=404, json={"name": "b", "from": "defalt"}) == {
        "message": "there is no world defalt", "hint": "did you mean default?",
    }  # fmt: skip
    for wrong in ("a b", 1, None):
        assert control.error("POST", "worlds", status=422, json={"name": wrong})["path"] == "name"
    assert control.error("DELETE", "worlds/default", status=409) == {
        "message": "the world default cannot be dropped; reset it instead", "hint": "POST /__mock/reset",
    }  # fmt: skip


def test_worlds_never_see_each_other(control, mock):
    one, other = control.in_world("one"), control.in_world("other")
    one.put("world", {"clock": {"now": NOON, "frozen": True}, "scenarios": ["maintenance"], "revision": "2019-08"})
    one.patch("state/offers/1000203", {"stock": 0})
    one.put("scenarios/mine", {"title": "Mine"})
    one.put("snapshots/s")
    app = Caller(mock)
    assert app.get("/w/one/v3/infinity-mall/members/me/offers").status == 503
    assert app.get("/w/other/v3/infinity-mall/members/me/offers").status == 200
    assert (one.get("requests")["matched"], other.get("requests")["matched"]) == (1, 1)
    assert other.get("state/offers/1000203")["stock"] == 50
    assert other.get("world")["clock"]["mode"] == "real"
    assert other.call("GET", "scenarios/mine").status == 404
    assert other.get("snapshots") == {"snapshots": []}
