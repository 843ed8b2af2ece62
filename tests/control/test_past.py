"""The time machine: what a world was at its requests, what has changed since, and worlds made from there."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from mockserver.clock import ClockState
from mockserver.fixtures.document import state_hash
from mockserver.records.effects import ClockSet
from mockserver.values.instants import parse_iso
from tests.callers import body_of
from tests.control.driver import Driver
from tests.test_history import Walk

USE = "members/me/offers/1000203/use"


def applied(document: Any, patch: list[dict[str, Any]]) -> Any:
    """Apply a JSON Patch of adds, removes and replaces, as RFC 6902 has it."""
    document = copy.deepcopy(document)
    for operation in patch:
        *way, last = operation["path"].removeprefix("/").split("/")
        within = document
        for step in way:
            within = within[int(step) if isinstance(within, list) else step]
        if isinstance(within, list):
            place = len(within) if last == "-" else int(last)
            assert 0 <= place < len(within) + (operation["op"] == "add"), operation
            if operation["op"] == "add":
                within.insert(place, operation["value"])
            elif operation["op"] == "remove":
                del within[place]
            else:
                within[place] = operation["value"]
        elif operation["op"] == "remove":
            del within[last]
        else:
            assert (last in within) == (operation["op"] == "replace"), operation
            within[last] = operation["value"]
    return document


@pytest.mark.parametrize("seed", range(300, 312))
def test_a_patch_turns_the_state_at_one_request_into_that_at_another(seed: int) -> None:
    walk = Walk(seed)
    while len(walk.world.journal) < 80:
        walk.step()
    control, ids = walk.control, [entry.id for entry in walk.world.journal.newest_first()]
    moments = [f"{walk.chance.choice(('request', 'before'))}:{walk.chance.choice(ids)}" for _ in range(14)]
    moments += ["start", "now", *(f"snapshot:{name}" for name in walk.world.snapshots)]
    states = {moment: control.get("state", f"at={moment}") for moment in moments}
    assert states["now"] == control.get("state")
    for then in moments:
        now = walk.chance.choice(moments)
        found = control.get("diff", f"from={then}&to={now}")
        assert applied(states[then], found["patch"]) == states[now], (walk.log, then, now)
        assert bool(found["patch"]) == (states[then] != states[now])
        assert bool(found["words"]) == bool(found["records"] or found["settings"]), found


@pytest.mark.parametrize("seed", range(320, 324))
def test_a_world_made_from_a_request_is_as_a_snapshot_taken_then(seed: int) -> None:
    walk = Walk(seed)
    taken: dict[int, Any] = {}
    walk.world.journal.subscribe(lambda entry: taken.update({entry.id: walk.world.snapshot()}))
    while len(walk.world.journal) < 60:
        walk.step()
    for entry in walk.world.journal.newest_first()[::7]:
        fork = f"fork-{entry.id}"
        walk.control.post("worlds", {"name": fork, "from": "default", "at": f"request:{entry.id}"}, status=201)
        walk.worlds.create(f"like-{entry.id}", "default", snapshot=taken[entry.id])
        one, other = (walk.control.in_world(f"{kind}-{entry.id}") for kind in ("fork", "like"))
        for call in ("state", "rules", "scenarios", "clock", "timeline"):
            assert one.get(call) == other.get(call), (walk.log, call)
        assert one.post("reset") == other.post("reset")
        for kind in ("fork", "like"):
            walk.worlds.drop(f"{kind}-{entry.id}")


def test_what_a_request_changed_is_told_in_words(control: Driver, app: Any) -> None:
    now = "2030-03-13T12:00:00.000Z"
    control.put("clock", {"now": now, "frozen": True})
    windows = dict.fromkeys(("usable_since", "usable_until", "visible_since", "visible_until"))
    control.patch("state/offers/1000203", {"name": "Coffee on the house", "stock": 100} | windows)
    control.put("world", {"auth": "any"})
    used = app.call("POST", USE)
    (id_,) = (value for key, value in used.headers if key == "x-mock-request-id")
    found = control.get("diff", f"from=before:{id_}&to=request:{id_}")
    assert used.status == 200, body_of(used)
    assert (found["from"], found["to"]) == (f"before:{id_}", f"request:{id_}")
    (words,) = found["words"]
    assert words.startswith("Ada's uses of Coffee on the house 0 to 1, stock ")
    assert words.endswith(", active until 12:00:35"), words
    (operation,) = found["patch"]
    assert operation["op"] == "add"
    assert operation["value"] == {"offer_id": 1000203, "member_id": 42, "at": [now]}


def test_what_control_calls_changed_is_told_in_words(control: Driver, app: Any) -> None:
    app.call("GET", "members/me/offers/1000203")
    control.put("clock", {"now": "2019-03-13T12:00:00Z", "frozen": True})
    control.post("scenarios/flaky/activate")
    control.post(
        "rules", {"name": "twice", "when": {"operation": "get_offer"}, "then": {"go": "on", "delay": 0}}, status=201
    )
    app.call("GET", "members/me/offers/1000203")
    control.put("world", {"revision": "2019-08"})
    app.call("POST", "members/me/offers/1000115/grant")
    control.patch("state/members/43", {"properties": {}})
    words = control.get("diff", "from=request:1")["words"]
    assert [each for each in words if not each.startswith("rule flaky")] == [
        'member 43: properties {"first_name":"Bjørn","last_name":"O\'Hara","birthday":"1984… to nothing',
        "the clock is held at 2019-03-13T12:00:00Z",
        "scenario flaky is active",
        "rule twice is new",
        "rule twice: calls 0 to 1, acted on 0 to 1",
        "the ad-hoc rules: idle to on",
        "revision union to 2019-08",
    ]
    back = control.get("diff", "from=now&to=request:1")
    assert {"the clock shows real time", "scenario flaky has stopped", "rule twice is gone"} <= {*back["words"]}


def test_the_world_is_shown_as_it_was(control: Driver, app: Any) -> None:
    control.put("clock", {"now": "2019-03-13T12:00:00Z", "frozen": True})
    control.put("snapshots/noon")
    app.call("POST", USE)
    control.post("scenarios/maintenance/activate")
    control.post("clock/advance", {"by": "1h"})
    control.patch("state/offers/1000203", {"stock": 7})
    for moment in ("request:1", "snapshot:noon"):
        then = control.get("world", f"at={moment}")
        assert (then["clock"]["now"], then["scenarios"]) == ("2019-03-13T12:00:00.000Z", [])
    assert control.get("world", "at=request:1")["counts"]["uses"] == control.get("world")["counts"]["uses"]
    assert control.get("world", "at=request:1")["rev"] < control.get("world")["rev"]
    assert control.get("world", "at=now") == control.get("world")
    assert control.get("state/offers/1000203", "at=request:1") == control.get("state/offers/1000203", "at=start")
    assert control.get("state/offers/1000203", "at=request:1") != control.get("state/offers/1000203")


def test_a_running_clock_goes_on_from_the_request_and_a_real_one_stays_real(control: Driver, app: Any) -> None:
    app.call("GET", "members/me/offers/1000203")
    control.put("clock", {"now": "2030-01-01T00:00:00Z"})
    app.call("GET", "members/me/offers/1000203")
    world = control.mock.worlds.get("default")
    state = world.clock.setting()
    world.apply(ClockSet(ClockState("running", 1.0, state.now + 60_000, state.system, state.mark)))
    first, second = (each["at"] for each in reversed(control.get("requests")["requests"]))
    for id_, at in ((1, first), (2, second)):
        assert abs(parse_iso(control.get("world", f"at=request:{id_}")["clock"]["now"]) - parse_iso(at)) < 1_000
    for id_, mode in ((1, "real"), (2, "running")):
        made = control.post("worlds", {"name": f"at-{id_}", "at": f"request:{id_}"}, status=201)
        assert made["clock"]["mode"] == mode
    assert made["clock"]["now"] < "2030-01-01T00:00:30"


def test_a_world_is_made_from_any_moment(control: Driver, app: Any) -> None:
    start = control.get("state")
    app.call("POST", USE)
    used = control.get("state")
    control.put("snapshots/used")
    other = control.in_world("other")
    other.post("reset")
    for at, state in (
        ("before:1", start),
        ("request:1", used),
        ("start", start),
        ("snapshot:used", used),
        ("now", used),
    ):
        control.post("worlds", {"name": "made", "from": "default", "at": at}, status=201)
        assert control.in_world("made").get("state") == state
        control.delete("worlds/made")
    # without ``from``, the moment is one of the world that is called
    assert other.error("POST", "worlds", json={"name": "made", "at": "request:1"}, status=404)
    control.in_world("made").get("state", status=404)


def test_moments_that_are_not_there_are_told_with_those_that_are(control: Driver, app: Any) -> None:
    for _ in range(3):
        app.call("GET", "members/me/offers/1000203")
    other = control.in_world("other")
    other.post("reset")
    assert control.error("GET", "state", "at=request:9", status=404) == {
        "message": "request 9 of the world default has not been made",
        "hint": "requests 1 to 3 are kept",
    }
    assert other.error("GET", "diff", "from=request:2", status=404) == {
        "message": "request 2 of the world other has not been made",
        "hint": "no request is kept; default has a request 2",
    }
    control.delete("requests")
    assert control.error("POST", "worlds", json={"name": "a", "from": "default", "at": "before:1"}, status=404) == {
        "message": "request 1 of the world default is no longer kept",
        "hint": "no request is kept",
    }
    assert control.error("GET", "state", "at=snapshot:x", status=404)["message"] == "there is no snapshot x"
    for wrong in ("request:x", "request", "request:", "yesterday", "before:-1", "now:1", "start:", "2"):
        for call, key in (("state", "at"), ("world", "at"), ("diff", "from"), ("diff", "to")):
            assert control.error("GET", call, f"{key}={wrong}", status=422)["path"] == key
    assert control.error("POST", "worlds", json={"name": "a", "at": 7}, status=422)["path"] == "at"
    assert control.error("POST", "worlds", json={"name": "a", "from": "nowhere", "at": "now"}, status=404)
    assert [each["name"] for each in control.get("worlds")["worlds"]] == ["default", "other"]


def test_what_weighs_too_much_is_told_with_what_is_kept(control: Driver, app: Any) -> None:
    app.call("POST", USE)
    world = control.mock.worlds.get("default")
    for n in range(3):
        control.patch("state/offers/1000203", {"description": str(n) * world.history.budget})
    app.call("GET", "members/me/offers/1000203")
    problem = control.error("GET", "state", "at=before:1", status=409)
    assert problem["hint"] == "it is kept from request 2 on"
    assert control.get("state", "at=request:2") == control.get("state")


def test_the_state_at_each_request_hashes_as_a_reset_to_it(control: Driver, app: Any) -> None:
    for _ in range(3):
        app.call("POST", USE)
        control.post("clock/advance", {"by": "1m"})
        world = control.mock.worlds.get("default")
        newest = world.journal.newest_first()[0]
        control.post("worlds", {"name": f"at-{newest.id}", "at": f"request:{newest.id}"}, status=201)
        assert control.in_world(f"at-{newest.id}").post("reset")["state_hash"] == state_hash(world.records)
