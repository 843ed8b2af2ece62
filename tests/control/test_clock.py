"""The world's clock by control calls, and what it does to an offer's activation window to the millisecond."""

from __future__ import annotations

import pytest

from mockserver.values.instants import iso, parse_iso
from tests.callers import body_of

NOON = "2019-03-13T12:00:00.000Z"
OFFER = 1000203


def test_set_freeze_rate_and_back(control):
    assert control.put("clock", {"now": "2019-03-13T13:00:00+01:00", "frozen": True}) == {
        "now": NOON, "mode": "frozen", "rate": 1.0,
    }  # fmt: skip
    assert control.get("clock") == {"now": NOON, "mode": "frozen", "rate": 1.0}
    running = control.put("clock", {"frozen": False, "rate": 60})
    assert (running["mode"], running["rate"], running["now"] >= NOON) == ("running", 60.0, True)
    assert control.delete("clock")["mode"] == "real"


def test_a_change_of_nothing_leaves_the_real_clock_real(control):
    assert control.put("clock", {})["mode"] == "real"


@pytest.mark.parametrize(
    ("by", "now"),
    [("35s", "2019-03-13T12:00:35.000Z"), (1.5, "2019-03-13T12:00:01.500Z"), ("-1ms", "2019-03-13T11:59:59.999Z"),
     ("2h", "2019-03-13T14:00:00.000Z"), (0, NOON)],
)  # fmt: skip
def test_advance_moves_either_way_and_keeps_a_frozen_clock_frozen(control, by, now):
    control.put("clock", {"now": NOON, "frozen": True})
    assert control.post("clock/advance", {"by": by}) == {"now": now, "mode": "frozen", "rate": 1.0}


def test_advancing_a_real_clock_lets_it_run(control):
    assert control.post("clock/advance", {"by": "1d"})["mode"] == "running"


@pytest.mark.parametrize(
    ("method", "path", "body", "where"),
    [
        ("PUT", "clock", {"now": "yesterday"}, "now"),
        ("PUT", "clock", {"now": 5}, "now"),
        ("PUT", "clock", {"now": None}, "now"),
        ("PUT", "clock", {"now": "9999-12-31T00:00:00Z"}, "now"),
        ("PUT", "clock", {"frozen": "yes"}, "frozen"),
        ("PUT", "clock", {"rate": 0}, "rate"),
        ("PUT", "clock", {"rate": 1e9}, "rate"),
        ("POST", "clock/advance", {"by": "soon"}, "by"),
        ("POST", "clock/advance", {"by": True}, "by"),
        ("POST", "clock/jump", {"to": "offer:1.nothing"}, None),
        ("POST", "clock/jump", {"to": "tomorrow"}, "to"),
        ("POST", "clock/jump", {"to": "next", "plus": "much"}, "plus"),
    ],
)
def test_what_means_nothing_is_refused_and_the_clock_stays(control, method, path, body, where):
    control.put("clock", {"now": NOON, "frozen": True})
    status = 404 if body.get("to") == "offer:1.nothing" else 422
    assert control.error(method, path, status=status, json=body).get("path") == where
    assert control.get("clock") == {"now": NOON, "mode": "frozen", "rate": 1.0}


def test_an_advance_beyond_the_end_of_time_is_refused(control):
    control.put("clock", {"now": NOON, "frozen": True})
    assert control.error("POST", "clock/advance", status=422, json={"by": "9000000000d"})["path"] == "by"
    error = control.error("POST", "clock/advance", status=422, json={"by": "3000000d"})
    assert error == {"message": "a world's time lies between the years 1000 and 9000"}


@pytest.mark.parametrize(("plus", "status"), [("-1ms", 422), (0, 200), ("1ms", 200)])
def test_an_offer_is_active_until_exactly_its_end(control, app, plus, status):
    control.put("clock", {"now": NOON, "frozen": True})
    first = body_of(app.post(f"members/me/offers/{OFFER}/use"))["usage"]
    assert first["active_until"] == "2019-03-13T12:00:35.000Z"
    control.post("clock/jump", {"to": f"offer:{OFFER}.active_until", "member_id": 42, "plus": plus})
    answer = app.post(f"members/me/offers/{OFFER}/use")
    assert answer.status == status
    assert (body_of(answer) == {"error": "Already active"}) == (status == 422)


class TestJump:
    @pytest.fixture(autouse=True)
    def noon(self, control):
        control.put("clock", {"now": NOON, "frozen": True})

    def jump(self, control, to, **more) -> str:
        return control.post("clock/jump", {"to": to} | more)["now"]

    def test_to_a_time(self, control):
        assert self.jump(control, "2020-02-29T00:00:00+01:00", plus="1s") == "2020-02-28T23:00:01.000Z"

    def test_to_an_offers_window(self, control):
        assert self.jump(control, "offer:1000115.usable_since", plus="-1ms") == "2019-03-13T17:31:59.999Z"

    def test_to_the_end_of_a_ban(self, control):
        assert self.jump(control, "member:45.banned_until") == "2137-10-28T17:24:06.207Z"

    def test_to_the_end_of_the_current_period(self, control):
        assert self.jump(control, "offer:1000201.period_rollover") == "2019-03-13T23:00:00.000Z"

    def test_to_what_comes_next_and_on_and_on(self, control):
        coming = control.get("timeline", "limit=3")["timeline"]
        assert [self.jump(control, "next") for _ in coming[:1]] == [coming[0]["at"]]
        assert self.jump(control, "banned_until", member_id=45) == "2137-10-28T17:24:06.207Z"

    def test_to_the_use_of_the_only_member_who_has_used_it(self, control, app):
        app.post(f"members/42/offers/{OFFER}/use")
        assert self.jump(control, f"offer:{OFFER}.active_until") == "2019-03-13T12:00:35.000Z"
        app.post(f"members/43/offers/{OFFER}/use")
        assert control.error("POST", "clock/jump", status=422, json={"to": f"offer:{OFFER}.active_until"}) == {
            "message": f"2 members have used offer {OFFER}", "hint": "say which by member_id", "path": "member_id",
        }  # fmt: skip
        assert self.jump(control, f"offer:{OFFER}.active_until", member_id=43) == "2019-03-13T12:01:10.000Z"

    @pytest.mark.parametrize(
        ("body", "status", "error"),
        [
            ({"to": f"offer:{OFFER}.active_until", "member_id": 42}, 422,
             {"message": f"there is no such moment: member 42 has not used offer {OFFER}", "path": "to"}),
            ({"to": f"offer:{OFFER}.active_until"}, 422,
             {"message": f"there is no such moment: nobody has used offer {OFFER}", "path": "to"}),
            ({"to": f"offer:{OFFER}.usable_until"}, 422,
             {"message": f"there is no such moment: offer {OFFER} has no usable_until", "path": "to"}),
            ({"to": f"offer:{OFFER}.period_rollover"}, 422,
             {"message": f"there is no such moment: offer {OFFER} has no periodic limit", "path": "to"}),
            ({"to": "member:42.banned_until"}, 422,
             {"message": "there is no such moment: member 42 is not banned", "path": "to"}),
            ({"to": "offer:1000116.active_until"}, 404,
             {"message": "there is no offer 1000116", "hint": "did you mean 1000115?"}),
            ({"to": f"offer:{OFFER}.active_util"}, 422,
             {"message": "to: found .active_util, expected one of visible_since, visible_until, usable_since, usable_until, "
                         "active_until, period_rollover, grant_expires", "hint": "did you mean active_until?", "path": "to"}),
        ],
    )  # fmt: skip
    def test_to_what_is_not_there(self, control, body, status, error):
        found = control.error("POST", "clock/jump", status=status, json=body)
        assert found["message"] == error["message"]
        if status == 422:
            assert found == error


def test_everything_obeys_the_worlds_clock(control, app):
    control.put("clock", {"now": "2040-01-01T00:00:00Z", "frozen": True})
    created = body_of(app.post("offers", {"offers": [{"name": "New", "status": "published"}]}))
    offer = body_of(app.get(f"offers/{created['ids'][0]}"))["offer"]
    assert offer["created_at"] == "2040-01-01T00:00:00.000Z"
    assert control.get("requests")["requests"][0]["at"] == "2040-01-01T00:00:00.000Z"
    assert control.post("worlds", {"name": "other"}, status=201)["clock"]["mode"] == "real"


def test_a_jump_over_the_timeline_meets_every_moment_in_order(control):
    control.put("clock", {"frozen": True})
    start = parse_iso(control.get("clock")["now"])
    coming = [parse_iso(row["at"]) for row in control.get("timeline")["timeline"]]
    assert coming == sorted(coming)
    for at in sorted(set(coming)):
        if at > start:
            assert control.post("clock/jump", {"to": "next"})["now"] == iso(at)


def test_a_dry_run_tells_what_a_jump_would_change_and_moves_nothing(control, app):
    control.put("clock", {"now": "2030-01-01T00:00:00Z", "frozen": True})
    app.call("POST", "members/me/offers/1000203/use")
    here = control.get("clock")
    ahead = control.json("POST", "clock/jump", "dry_run=true", json={"to": "offer:1000203.active_until"})
    assert ahead["now"] == here["now"]
    assert {"at": ahead["to"], "what": "active_until", "offer_id": 1000203, "member_id": 42} in ahead["moments"]
    assert control.get("clock") == here
    control.post("clock/jump", {"to": ahead["to"]})
    back = control.json("POST", "clock/jump", "dry_run=true", json={"to": here["now"]})
    assert (back["moments"], back["total"]) == (ahead["moments"], ahead["total"])
    assert control.error("POST", "clock/jump", "dry_run=maybe", json={"to": "next"}, status=422)["path"] == "dry_run"
