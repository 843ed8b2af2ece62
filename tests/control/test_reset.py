"""A reset renews relative dates: a world from fixtures is made anew, a copy goes back to when it was copied."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mockserver.mock import Mock, build
from mockserver.settings import Settings
from mockserver.sources.reload import reload
from mockserver.values.instants import DAY, parse_iso
from mockserver.worlds.base import base_of, read_base, world_of, write_base
from tests.callers import HEADERS, Caller, body_of
from tests.control.driver import Driver

START = parse_iso("2026-03-01T00:00:00Z")
FIXTURES = f"""
clubs: [{{slug: mall}}]
clients: [{{token: {HEADERS["x-client-authorization"]}, clubs: [mall], permits: ["*"]}}]
members: [{{id: 42, banned_until: now-1d}}, {{id: 43, created_at: 2019-01-01}}]
tokens: [{{token: secret, member_id: 42, created_at: now-1h}}]
offers:
  - {{id: 1, name: Soon over, status: published, usable_until: now+10m}}
  - {{id: 2, name: Fixed, status: published, usable_until: 2026-03-02T00:00:00Z, created_at: 2019-01-01}}
  - {{id: 3, name: Exclusive, type: EXCLUSIVE, status: published}}
uses: [{{offer_id: 1, member_id: 42, at: [now-2d, "2026-03-10", "2019-01-01"]}}]
likes: [{{offer_id: 1, member_id: 42, at: now-3h}}, {{offer_id: 2, member_id: 42, at: 2019-01-01}}]
grants: [{{offer_id: 3, member_id: 42, expires_at: now+1h}}, {{offer_id: 3, member_id: 42, granted_at: 2019-01-01}}]
events: [{{kind: seen, offer_id: 1, member_id: 42, created_at: now-1m}}]
"""
SCENARIO = "{world: {offers: {2: {usable_until: now+2h}}, members: {'*': {banned_until: now-5m}}}}"


class System:
    """The machine's clock, moved by the test; it never stands still."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        self.now += 1
        return self.now


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> System:
    system = System()
    monkeypatch.setattr("mockserver.clock.system_now", system)
    return system


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "fixtures").mkdir()
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "fixtures" / "all.yaml").write_text(FIXTURES)
    (tmp_path / "scenarios" / "arranged.yaml").write_text(SCENARIO)
    return tmp_path


def server(directory: Path, **settings: Any) -> Mock:
    return build(Settings(fixtures=directory / "fixtures", scenarios=directory / "scenarios", **settings))


def ends(control: Driver, offer_id: int = 1) -> int:
    return parse_iso(control.get(f"state/offers/{offer_id}")["usable_until"])


def test_the_default_world_is_as_fresh_after_a_month_as_at_the_start(system, directory):
    mock = server(directory)
    control, app = Driver(mock), Caller(mock, "mall", HEADERS | {"authorization": "Bearer secret"})
    assert [each["id"] for each in body_of(app.get("members/me/offers", "only_usable=true"))["offers"]] == [3, 2, 1]
    system.now += 30 * DAY
    assert app.get("members/me/offers").status == 460
    control.post("reset")
    assert [each["id"] for each in body_of(app.get("members/me/offers", "only_usable=true"))["offers"]] == [3, 1]
    assert 0 < ends(control) - 10 * 60_000 - START - 30 * DAY < 1_000


def test_two_resets_of_the_same_files_have_one_hash_at_any_time(system, directory):
    mock = server(directory, scenario=("arranged",))
    control = Driver(mock)
    hashes = set()
    for days in (0, 1, 14, 400):
        system.now += days * DAY
        hashes.add(control.post("reset")["state_hash"])
    system.now += DAY
    hashes.add(control.post("reset", {"keep_dates": True})["state_hash"])
    hashes.add(Driver(server(directory, scenario=("arranged",)), "other").post("reset")["state_hash"])
    assert len(hashes) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"usable_until": "2026-03-01T00:11:00Z"},
        {"usable_until": "now+10m"},
        {"usable_until": None},
        {"name": "Other"},
    ],
)
def test_the_hash_tells_a_changed_date_from_one_of_the_files(system, directory, change):
    control = Driver(server(directory))
    start = control.post("reset")["state_hash"]
    control.patch("state/offers/1", change)
    changed = control.put("state", control.get("state"))["state_hash"]
    assert changed != start
    assert control.post("reset")["state_hash"] == start


def test_the_same_state_put_back_has_the_same_hash(system, directory):
    control = Driver(server(directory))
    start = control.post("reset")["state_hash"]
    before = control.get("state")
    control.put("state", {"clubs": [{"slug": "other"}]})
    control.post("reset", {"keep_dates": True})
    assert control.get("state") == before
    assert control.put("state", before)["state_hash"] == start


def test_keep_dates_puts_the_dates_of_the_last_start(system, directory):
    control = Driver(server(directory))
    before = control.get("state")
    system.now += 30 * DAY
    answer = control.post("reset", {"keep_dates": True})
    assert set(answer) == {"rev", "state_hash"}
    assert control.get("state") == before
    control.post("reset", {"keep_dates": False})
    assert control.get("state") != before


def test_a_reset_begins_where_the_flags_begin(system, directory):
    moment = "2019-03-13T18:00:00Z"
    mock = server(directory, clock=moment, freeze=True, scenario=("arranged",), revision="2019-08", auth="any")
    for control in (Driver(mock), Driver(mock, "other")):
        control.put("world", {"scenarios": [], "revision": "union", "auth": "strict", "clock": {"now": "2030-01-01"}})
        system.now += 30 * DAY
        control.post("reset")
        world = control.get("world")
        assert (world["scenarios"], world["revision"], world["auth"]) == (["arranged"], "2019-08", "any")
        begins = parse_iso(moment) if control.world is None else system.now
        assert world["clock"]["mode"] == ("frozen" if control.world is None else "real")
        assert abs(parse_iso(world["clock"]["now"]) - begins) < 1_000
        assert abs(ends(control) - begins - 10 * 60_000) < 1_000
        assert abs(ends(control, 2) - begins - 2 * 3_600_000) < 1_000


def test_a_copy_goes_back_to_the_moment_it_was_copied(system, directory):
    mock = server(directory)
    control, copy = Driver(mock), Driver(mock, "copy")
    control.patch("state/offers/1", {"name": "Mine"})
    system.now += DAY
    control.post("worlds", {"name": "copy", "from": "default"}, status=201)
    then = copy.get("state")
    system.now += 30 * DAY
    copy.patch("state/offers/1", {"name": "Other"})
    for body in (None, {"keep_dates": True}):
        copy.post("reset", body)
        assert copy.get("state") == then
    again = Driver(mock, "again")
    again.post("worlds", {"name": "again", "from": "copy"}, status=201)
    again.post("reset")
    assert again.get("state") == then


def test_snapshots_stay_and_keep_their_dates(system, directory):
    control = Driver(server(directory))
    hashed = control.post("reset")["state_hash"]
    then = control.get("state")
    control.put("snapshots/kept")
    system.now += 30 * DAY
    control.post("reset")
    assert [each["name"] for each in control.get("snapshots")["snapshots"]] == ["kept"]
    control.post("snapshots/kept/restore")
    assert control.get("state") == then
    assert control.put("state", then)["state_hash"] == hashed
    control.post("reset")
    assert ends(control) > START + 30 * DAY


def test_reloaded_files_are_renewed_at_the_next_reset(system, directory):
    mock = server(directory)
    control = Driver(mock)
    system.now += DAY
    (directory / "fixtures" / "all.yaml").write_text(FIXTURES.replace("now+10m", "now+20m"))
    assert reload(mock).problems == ()
    assert abs(ends(control) - START - 20 * 60_000) < 1_000
    control.post("reset")
    assert abs(ends(control) - START - DAY - 20 * 60_000) < 1_000


@pytest.mark.parametrize("copied", [False, True])
def test_a_world_read_from_its_base_resets_as_the_one_that_was_written(system, directory, copied):
    mock = server(directory, scenario=("arranged",))
    world = mock.worlds.create("copy", "default") if copied else mock.worlds.get("default")
    hashed = Driver(mock, world.name).post("reset")["state_hash"]
    again = world_of(read_base(write_base(base_of(world))), mock.settings, mock.worlds.library)
    mock.worlds._worlds[world.name] = again  # as a store of worlds takes it up
    assert Driver(mock, world.name).post("reset", {"keep_dates": True})["state_hash"] == hashed
    system.now += 30 * DAY
    assert Driver(mock, world.name).post("reset")["state_hash"] == hashed
    assert (ends(Driver(mock, world.name)) < START + DAY) is copied


@pytest.mark.parametrize("body", [{"keep_dates": "yes"}, {"keep_date": True}, {"keep_dates": None}, [], 5])
def test_what_is_no_way_to_reset_is_refused_and_changes_nothing(control, app, body):
    app.put("members/me/offers/1000203/like")
    rev = control.get("world")["rev"]
    assert "message" in control.error("POST", "reset", status=422, json=body)
    assert control.get("world")["rev"] == rev
