"""Reloading: what nobody touched follows its file, what was changed or done stays, and a broken file changes nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mockserver.domain.model import Grant
from mockserver.fixtures.document import state_hash
from mockserver.mock import Mock, build
from mockserver.reload import reload
from mockserver.scenarios.arrange import activate
from mockserver.settings import Settings
from tests.records import NOON

FIXTURES = """
clubs: [{slug: mall}]
members: [{id: 42}, {id: 43}]
offers:
  - {id: 1, name: One, status: published, stock: 5}
  - {id: 2, name: Two, status: published}
  - {id: 3, name: Three, status: published, usable_until: now+1d}
uses: [{offer_id: 1, member_id: 43, at: 2019-03-13T12:00:00Z}]
"""
SCENARIO = "{title: Mine, rules: [{then: {refuse: maintenance}}]}"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "fixtures").mkdir()
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "fixtures" / "all.yaml").write_text(FIXTURES)
    (tmp_path / "scenarios" / "mine.yaml").write_text(SCENARIO)
    return tmp_path


@pytest.fixture
def mock(directory: Path) -> Mock:
    return build(Settings(fixtures=directory / "fixtures", scenarios=directory / "scenarios"))


def rewrite(directory: Path, *changes: tuple[str, str]) -> None:
    text = FIXTURES
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (directory / "fixtures" / "all.yaml").write_text(text)


def names(mock: Mock, world: str = "default") -> dict[int, str | None]:
    return {offer_id: offer.name for offer_id, offer in mock.worlds.get(world).records.offers.items()}


def test_untouched_records_follow_their_file_in_every_world(directory, mock):
    mock.worlds.get("other")
    rewrite(directory, ("name: One", "name: Uno"), ("  - {id: 2, name: Two, status: published}\n", ""))
    assert reload(mock).problems == ()
    assert names(mock) == names(mock, "other") == {1: "Uno", 3: "Three"}
    assert names(mock, "new") == {1: "Uno", 3: "Three"}


def test_changed_records_and_what_members_did_stay(directory, mock):
    records = mock.worlds.get("default").records
    records.put(replace(records.offers[2], name="Mine"))
    records.book_use(1, 42, NOON)
    records.like(3, 42, NOON)
    records.add_grants([Grant(offer_id=2, member_id=42, granted_at=NOON)])
    rewrite(directory, ("name: One", "name: Uno"), ("name: Two", "name: Dos"))
    reload(mock)
    assert names(mock) == {1: "Uno", 2: "Mine", 3: "Three"}
    assert (records.uses_count, list(records.likes), list(records.grants)) == ({1: 2}, [(3, 42)], [(2, 42)])


def test_what_members_did_goes_with_its_offer(directory, mock):
    records = mock.worlds.get("default").records
    records.book_use(2, 42, NOON)
    rewrite(directory, ("  - {id: 2, name: Two, status: published}\n", ""))
    reload(mock)
    assert (records.uses_count, set(records.uses)) == ({1: 1}, {(1, 43)})


def test_a_reset_afterwards_goes_to_the_files_as_they_are_now(directory, mock):
    world = mock.worlds.get("default")
    world.records.put(replace(world.records.offers[2], name="Mine"))
    rewrite(directory, ("name: One", "name: Uno"))
    reload(mock)
    world.reset()
    assert names(mock) == {1: "Uno", 2: "Two", 3: "Three"}
    fresh = build(mock.settings).worlds.records_at(world.made_at)
    assert state_hash(world.records) == state_hash(fresh)


def test_a_copied_world_keeps_what_it_was_copied_with(directory, mock):
    records = mock.worlds.get("default").records
    records.put(replace(records.offers[2], name="Mine"))
    mock.worlds.create("copy", "default")
    rewrite(directory, ("name: One", "name: Uno"))
    reload(mock)
    mock.worlds.get("copy").reset()
    assert names(mock, "copy") == {1: "Uno", 2: "Mine", 3: "Three"}


def test_reloading_unchanged_files_changes_nothing(mock):
    world = mock.worlds.get("default")
    world.records.book_use(1, 42, NOON)
    before = state_hash(world.records)
    assert reload(mock).problems == ()
    assert state_hash(world.records) == before


@pytest.mark.parametrize(
    ("file", "text"), [("fixtures/all.yaml", "offers: [{id: x}]"), ("scenarios/mine.yaml", "rules: 5")]
)
def test_a_broken_file_keeps_the_old_everywhere_and_says_why(directory, mock, file, text):
    world = mock.worlds.get("default")
    before = state_hash(world.records)
    rewrite(directory, ("name: One", "name: Uno"))
    (directory / file).write_text(text)
    problems = reload(mock).problems
    assert problems
    assert all(Path(file).name in problem for problem in problems)
    assert (world.problems, state_hash(world.records), "mine" in world.library) == (problems, before, True)
    (directory / "fixtures" / "all.yaml").write_text(FIXTURES)
    (directory / "scenarios" / "mine.yaml").write_text(SCENARIO)
    assert reload(mock).problems == ()
    assert world.problems == ()


def test_scenarios_follow_their_files_and_those_put_by_control_stay(directory, mock):
    world = mock.worlds.get("default")
    world.library.put("put", {"title": "Put"})
    activate(world, world.library.get("mine"))
    (directory / "scenarios" / "mine.yaml").write_text(SCENARIO.replace("Mine", "New"))
    (directory / "scenarios" / "further.yaml").write_text("{title: Further}")
    reload(mock)
    assert [world.library.get(each).title for each in ("mine", "further", "put")] == ["New", "Further", "Put"]
    assert world.engine.active == ("mine",)
