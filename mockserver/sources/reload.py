"""Reloads changed fixtures and scenarios without a restart; a broken file changes nothing, and its problems are reported.

Live state is merged with the files: attributes of a record that nobody has changed since the start follow its file, changed
ones stay; uses, likes, grants and events stay unless their offer or member was removed. An active scenario
starts again if its file has changed, and stops if the file was removed.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from mockserver.api.runtime import Runtime
from mockserver.clock import Clock
from mockserver.documents.problems import DocumentError
from mockserver.fixtures.start import Fixtures
from mockserver.records.tables import TABLES, Records
from mockserver.scenarios.arrange import set_active
from mockserver.scenarios.library import Library, UnknownScenarioError
from mockserver.sources import read_fixtures, read_library
from mockserver.worlds.world import World
from mockserver.worlds.worlds import RecordsAt


class ReloadResult(Struct, frozen=True):
    """The result of a reload: the problems for which it was refused, or else the counts of records and scenarios."""

    problems: tuple[str, ...] = ()
    offers: int = 0
    scenarios: int = 0
    worlds: int = 0


def reload(mock: Runtime) -> ReloadResult:
    """Read all files again and update every world, or none of them."""
    settings = mock.settings
    problems: list[str] = []
    fixtures: Fixtures | None = None
    library: Library | None = None
    try:
        fixtures = read_fixtures(settings)
    except (DocumentError, OSError) as error:
        problems += _texts(error)
    try:
        library = read_library(settings)
    except (DocumentError, OSError) as error:
        problems += _texts(error)
    if fixtures is None or library is None:
        return _refused(mock, problems)
    before = SourceData(mock.worlds.records_at, mock.worlds.library or Library())
    library.keep_unchanged(before.library)
    after = SourceData(fixtures.records_at, library)
    try:
        worlds = mock.worlds.renew(after.records_at, after.library)
    except (UnknownScenarioError, DocumentError) as error:
        return _refused(mock, [f"active from the start: {text}" for text in _texts(error)])
    for world in worlds:
        bring_up_to_date(world, before, after)
    return ReloadResult((), len(fixtures.records_at(0).offers), len(library), len(worlds))


def _texts(error: Exception) -> list[str]:
    return [str(problem) for problem in getattr(error, "problems", ())] or [str(error)]


def _refused(mock: Runtime, problems: list[str]) -> ReloadResult:
    """Show the problems of a refused reload in every world, including new ones."""
    mock.worlds.problems = tuple(problems)
    for world in mock.worlds.all():
        world.problems = mock.worlds.problems
        world.wake()
    return ReloadResult(mock.worlds.problems)


class SourceData(Struct, frozen=True):
    """The contents of all files at one time, from which worlds are made."""

    records_at: RecordsAt
    library: Library


def bring_up_to_date(world: World, before: SourceData, after: SourceData) -> None:
    """Update a world to its files, and also the state to which a reset returns."""
    old, new = before.records_at(world.made_at), after.records_at(world.made_at)
    with world.rebasing():
        start = world.start = (
            world.start.copy()
        )  # the world's history may refer to the old snapshot, which never changes
        _merge_library(world.library, before.library, after.library)
        _merge_library(start.library, before.library, after.library)
        for stand, table in (
            (world, world.engine.claim_table),
            (_StartState(start.records, world.clock), start.engine.claim_table),
        ):
            with table.lifted(stand):
                stand.records.restore(merged(stand.records, old, new))
        world.problems = tuple(_follow_scenarios(world))


def catch_up(world: World, after: SourceData) -> bool:
    """Update a world that was away to the files as they are now; return whether they differ from what it was made from.

    What the files said then is the state to which a reset returns; a copied world, whose start is another, follows no files.
    """
    if world.copied:
        return False
    start = _StartState(world.start.records.copy(), world.clock)
    with world.start.engine.copy().claim_table.lifted(start):
        old = start.records.copy()
    before = SourceData(lambda _: old, world.start.library)
    if _is_same(old, after.records_at(world.made_at)) and _is_same_library(before.library, after.library):
        return False
    bring_up_to_date(world, before, after)
    return True


def _is_same(one: Records, other: Records) -> bool:
    names = (*(name for name, _ in TABLES.values()), "uses", "likes", "grants")
    return all(getattr(one, name) == getattr(other, name) for name in names) and list(one.events) == list(other.events)


def _is_same_library(one: Library, other: Library) -> bool:
    return {each.id: each.value for each in one} == {each.id: each.value for each in other}


class _StartState(Struct):
    """The start state of a world, as far as scenarios change it; its clock is not used."""

    records: Records
    clock: Clock


def _follow_scenarios(world: World) -> list[str]:
    """Update the active scenarios to their files, in the start state, too; return the problems of those that cannot be active."""
    try:
        if world.start.engine.active:
            live = world.snapshot()
            world.restore(world.start)
            try:
                _reactivate(world)
                world.begin_here()
            finally:
                world.restore(live)
        _reactivate(world)
    except DocumentError as error:  # it names a record that does not exist
        return _texts(error)
    return []


def _reactivate(world: World) -> None:
    active = world.engine.active
    known = [world.library.get(scenario_id) for scenario_id in active if scenario_id in world.library]
    if known != [world.engine.scenario(scenario_id) for scenario_id in active]:
        set_active(world, known)


def merged(live: Records, old: Records, new: Records) -> Records:
    """Return the new records with the changes from old to live applied to them."""
    result = new.copy()
    for name, _ in TABLES.values():
        table, was = getattr(result, name), getattr(old, name)
        for key, record in getattr(live, name).items():
            if was.get(key) != record:
                table[key] = _laid_over(table.get(key), was.get(key), record)
        for key in was.keys() - getattr(live, name).keys():
            table.pop(key, None)
    _keep_activity(result, live, old)
    result.highest_offer_id = max([live.highest_offer_id, *result.offers])
    return result


def _laid_over(new: Any, old: Any, live: Any) -> Any:
    """Return the new record with the changed attributes of the live one; the live one if it was added since."""
    if new is None or old is None:
        return live
    return replace(
        new, **{name: found for name in live.__struct_fields__ if (found := getattr(live, name)) != getattr(old, name)}
    )


def _keep_activity(result: Records, live: Records, old: Records) -> None:
    """Merge the members' uses, likes, grants and events with those of the files."""
    for name in ("uses", "likes", "grants"):
        table, now, was = getattr(result, name), getattr(live, name), getattr(old, name)
        for key in now.keys() | was.keys():
            if now.get(key) != was.get(key):
                table.pop(key, None)
                if key in now:
                    table[key] = now[key]
        for key in [key for key in table if key[0] not in result.offers or key[1] not in result.members]:
            del table[key]
    result.uses_count = {}
    for (offer_id, _), uses in result.uses.items():
        result.uses_count[offer_id] = result.uses_count.get(offer_id, 0) + len(uses)
    further = live.events_total - old.events_total
    if further > 0:
        result.add_events(list(live.events)[-further:])


def _merge_library(live: Library, before: Library, fresh: Library) -> None:
    """Replace the scenarios of files; those added by the control API stay."""
    files = {scenario.id: scenario for scenario in before}
    own = [scenario for scenario in live if files.get(scenario.id) is not scenario]
    kept = {scenario.id: scenario for scenario in fresh} | {scenario.id: scenario for scenario in own}
    live.replace(Library(kept.values(), live.operations))
