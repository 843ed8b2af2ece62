"""Reloading: what nobody touched follows its file, what was changed or done stays, and a broken file changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from mockserver.domain.model import Grant
from mockserver.fixtures.document import state_hash
from mockserver.mock import Mock, build
from mockserver.scenarios.arrange import activate, deactivate, set_active
from mockserver.settings import Settings
from mockserver.sources.reload import reload
from mockserver.worlds.world import World
from tests.records import NOON, put, use

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
    put(world, replace(world.records.offers[2], name="Mine"))
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
    use(world, 1, 42, NOON)
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


def test_what_nobody_changed_of_a_changed_record_follows_its_file(directory, mock):
    world = mock.worlds.get("default")
    put(world, replace(world.records.offers[1], stock=1))
    rewrite(directory, ("name: One", "name: Uno"), ("stock: 5", "stock: 9"))
    reload(mock)
    assert (world.records.offers[1].name, world.records.offers[1].stock) == ("Uno", 1)


@pytest.mark.parametrize("from_start", [False, True])
def test_an_active_scenario_is_as_its_file_is_now(directory, from_start):
    path = directory / "scenarios" / "mine.yaml"
    path.write_text("{world: {offers: {1: {stock: 0}}}, rules: [{calls: 1, then: {refuse: maintenance}}]}")
    ids = ("mine",) if from_start else ()
    mock = build(Settings(fixtures=directory / "fixtures", scenarios=directory / "scenarios", scenario=ids))
    world = mock.worlds.get("default")
    if not from_start:
        activate(world, world.library.get("mine"))
    path.write_text("{world: {offers: {2: {stock: 7}}}, rules: [{then: {refuse: member_not_found}}]}")
    assert reload(mock).problems == ()
    as_in_the_file = ({1: 5, 2: 7, 3: None}, ["member_not_found"])
    assert seen(world) == as_in_the_file
    world.reset()
    assert seen(world) == (as_in_the_file if from_start else ({1: 5, 2: None, 3: None}, []))


def seen(world: World) -> tuple[dict[int, int | None], list[str]]:
    """The stock of each offer, and what the rules of the active scenarios refuse with."""
    scenarios = [world.engine.scenario(scenario_id) for scenario_id in world.engine.active]
    refusals = [rule.value["then"]["refuse"] for scenario in scenarios if scenario for rule in scenario.rules]
    return {offer_id: offer.stock for offer_id, offer in world.records.offers.items()}, refusals


def test_an_active_scenario_whose_file_is_as_it_was_goes_on_counting(directory, mock):
    world = mock.worlds.get("default")
    activate(world, world.library.get("mine"))
    scenario = world.engine.scenario("mine")
    for _ in range(2):
        reload(mock)
        assert world.engine.scenario("mine") is scenario is world.library.get("mine")


def test_an_active_scenario_stops_when_its_file_is_gone(directory, mock):
    world = mock.worlds.get("default")
    activate(world, world.library.get("mine"))
    (directory / "scenarios" / "mine.yaml").unlink()
    reload(mock)
    assert world.engine.active == ()


def test_an_active_scenario_that_no_longer_fits_says_why_and_goes_on_as_it_was(directory, mock):
    world = mock.worlds.get("default")
    activate(world, world.library.get("mine"))
    (directory / "scenarios" / "mine.yaml").write_text("{world: {offers: {77: {stock: 0}}}}")
    reload(mock)
    assert world.engine.active == ("mine",)
    assert "world.offers.77: found no such record" in world.problems[0]


@pytest.mark.parametrize("from_start", [False, True])
def test_what_scenarios_arrange_goes_back_to_the_file_as_it_is_now(directory, from_start):
    for name, stock in (("first", 1), ("second", 2)):
        (directory / "scenarios" / f"{name}.yaml").write_text(f"{{world: {{offers: {{1: {{stock: {stock}}}}}}}}}")
    ids = ("first", "second") if from_start else ()
    mock = build(Settings(fixtures=directory / "fixtures", scenarios=directory / "scenarios", scenario=ids))
    world = mock.worlds.get("default")
    set_active(world, [world.library.get("first"), world.library.get("second")])
    rewrite(directory, ("stock: 5", "stock: 9"), ("name: One", "name: Uno"))
    assert reload(mock).problems == ()
    if from_start:
        world.reset()
    stock = []
    for stopped in ("first", "second"):
        stock.append(world.records.offers[1].stock)
        deactivate(world, stopped)
    assert (stock, world.records.offers[1].stock, world.records.offers[1].name) == ([2, 2], 9, "Uno")


def test_what_is_arranged_of_a_record_that_is_gone_is_forgotten(directory, mock):
    world = mock.worlds.get("default")
    activate(world, world.library.put("empty", {"world": {"offers": {"*": {"stock": 0}}}}))
    rewrite(directory, ("  - {id: 2, name: Two, status: published}\n", ""))
    assert reload(mock).problems == ()
    assert {key: offer.stock for key, offer in world.records.offers.items()} == {1: 0, 3: 0}
    deactivate(world, "empty")
    assert {key: offer.stock for key, offer in world.records.offers.items()} == {1: 5, 3: None}


@pytest.mark.parametrize("text", [None, "{world: {offers: {77: {stock: 0}}}}"])
def test_files_without_a_scenario_that_is_active_from_the_start_are_refused(directory, text):
    settings = Settings(fixtures=directory / "fixtures", scenarios=directory / "scenarios", scenario=("mine",))
    mock = build(settings)
    path = directory / "scenarios" / "mine.yaml"
    if text is None:
        path.unlink()
    else:
        path.write_text(text)
    problems = reload(mock).problems
    assert [problem.startswith("active from the start: ") for problem in problems] == [True]
    for name in ("default", "new"):
        world = mock.worlds.get(name)
        assert (world.engine.active, world.problems) == (("mine",), problems)
    path.write_text(SCENARIO)
    assert reload(mock).problems == ()
    assert {name: mock.worlds.get(name).problems for name in ("default", "new", "newer")} == {
        "default": (), "new": (), "newer": (),
    }  # fmt: skip


@pytest.mark.parametrize("name", ["fixtures", "scenarios"])
def test_a_directory_that_is_gone_keeps_the_old(directory, mock, name):
    (directory / name).rename(directory / "elsewhere")
    problems = reload(mock).problems
    assert [str(directory / name) in problem for problem in problems] == [True]
    assert ("mine" in mock.worlds.get("default").library, names(mock)) == (True, {1: "One", 2: "Two", 3: "Three"})
