"""The world as one document: show it, change several parts at once, reset it."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from mockserver.clock import REAL
from mockserver.control.clock import ClockChange, read_change
from mockserver.control.clock import show as show_clock
from mockserver.control.context import ControlContext
from mockserver.control.models import MODELS
from mockserver.control.past import MOMENT, read_moment, world_at
from mockserver.control.routes import route
from mockserver.documents.problems import suggestion
from mockserver.documents.reading import Part
from mockserver.fixtures.document import state_hash
from mockserver.records.effects import ClockSet, SettingsChanged
from mockserver.records.tables import TABLES
from mockserver.revisions import REVISIONS
from mockserver.scenarios.arrange import relative_dates, set_active
from mockserver.scenarios.library import Library
from mockserver.scenarios.model import Scenario
from mockserver.values.instants import iso
from mockserver.worlds.world import World

AUTH = ("strict", "any")


class WorldChange(Struct, frozen=True):
    """A change of a world; parts that are None do not change."""

    scenarios: tuple[Scenario, ...] | None
    clock: ClockChange | None
    real_clock: bool
    revision: str | None
    auth: str | None


def show(world: World) -> dict[str, Any]:
    """Return a world as one document; ``problems`` only when the last reload failed."""
    with world.lock:
        document = {
            "name": world.name,
            "rev": world.rev,
            "clock": show_clock(world.clock),
            "scenarios": list(world.engine.active),
            "revision": world.revision,
            "auth": world.auth,
            "counts": counts(world),
        }
        return document | ({"problems": list(world.problems)} if world.problems else {})


def counts(world: World) -> dict[str, int]:
    """Return the numbers of a world's records and requests."""
    records = world.records
    return {name: len(getattr(records, name)) for name, _ in TABLES.values()} | {
        "uses": sum(records.uses_count.values()),
        "likes": len(records.likes),
        "grants": sum(map(len, records.grants.values())),
        "events": records.events_total,
        "rules": len(world.engine.tracks()),
        "requests": len(world.journal),
        "dropped": world.journal.dropped,
        "snapshots": len(world.snapshots),
    }


@route("GET", "world", query={"at": MOMENT}, response="World", statuses=(200, 404, 409))
def get_world(ctx: ControlContext) -> Any:
    """Show the world as one document, now or `at` another moment."""
    moment = read_moment(ctx, ctx.query(), "at", ctx.world)
    ctx.finish()
    if moment.name == "now":
        return show(ctx.world)
    past = world_at(moment, ctx.world, ctx.mock.settings)
    shown = show(past)
    shown["clock"]["now"] = iso(moment.instant(past.clock.setting()))
    for name in ("requests", "dropped"):  # its journal is the present one's
        del shown["counts"][name]
    return shown


@route("PUT", "world", body="WorldChange", response="World")
def change_world(ctx: ControlContext) -> Any:
    """Change scenarios, clock, revision and strictness, all or nothing."""
    change = _read(ctx)
    ctx.finish()
    _apply(change, ctx.world)
    return show(ctx.world)


@route("POST", "reset", body="ResetOptions", response="Reset", long=True)
def reset_world(ctx: ControlContext) -> Any:
    """Reset everything to the start, relative dates counted from now; return the hash of the data as proof.

    A copy of a world goes back to the moment at which it was copied, dates as then. Snapshots stay. ``keep_dates`` leaves dates
    as they were at the last start. In the hash a relative date counts by its distance from the moment the world was made.
    """
    fields = ctx.fields()
    keep_dates = fields["keep_dates"].boolean() if "keep_dates" in fields else False
    ctx.finish()
    with ctx.world.lock:
        ctx.mock.worlds.reset(ctx.world, keep_dates=keep_dates)
    return hashed(ctx.world)


def hashed(world: World) -> dict[str, Any]:
    """Return ``rev`` and the hash of a world's data, hashed while others may go on."""
    with world.lock:
        rev, records, arranged = world.rev, world.records.copy(), set(relative_dates(world, world.engine))
    return {"rev": rev, "state_hash": state_hash(records, arranged)}


def _read(ctx: ControlContext) -> WorldChange:
    fields = ctx.fields()
    clock = fields.get("clock")
    return WorldChange(
        read_scenarios(fields["scenarios"], ctx.world.library) if "scenarios" in fields else None,
        read_change(clock.fields(tuple(MODELS["ClockChange"]["properties"])))
        if clock and clock.value is not None
        else None,
        clock is not None and clock.value is None,
        fields["revision"].one_of(tuple(REVISIONS)) if "revision" in fields else None,
        fields["auth"].one_of(AUTH) if "auth" in fields else None,
    )


def _apply(change: WorldChange, world: World) -> None:
    """Apply the change, scenarios first: only they can be refused, and then nothing has changed."""
    if change.scenarios is not None:
        set_active(world, change.scenarios)
    if change.real_clock:
        world.apply(ClockSet(REAL))
    if change.clock is not None:
        change.clock.apply(world)
    if change.revision is not None or change.auth is not None:
        world.apply(SettingsChanged(change.revision or world.revision, change.auth or world.auth))


def read_scenarios(part: Part, library: Library) -> tuple[Scenario, ...]:
    """Read a list of scenario ids; an unknown one is a problem that names the nearest."""
    if not isinstance(part.value, list):
        part.wrong("a list of scenario ids")
        return ()
    known = {scenario.id: scenario for scenario in library}
    found = []
    for each in part.elements():
        if isinstance(each.value, str) and each.value in known:
            found.append(known[each.value])
        else:
            each.wrong("the id of a scenario", suggestion(str(each.value), known))
    return tuple(found)
