"""The differences between two moments of a world, in words for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

import orjson

from mockserver.domain.model import Grant, Token
from mockserver.domain.usage import active_until, allowance, stock_left, taken
from mockserver.fixtures.shapes import SHAPES
from mockserver.records.differences import RowDifference
from mockserver.records.tables import Records
from mockserver.scenarios.engine import Engine
from mockserver.scenarios.model import IDLE
from mockserver.values.instants import Instant, iso
from mockserver.worlds.contents import Snapshot

_LONGEST = 60  # characters of a value


def in_words(then: Snapshot, now: Snapshot, rows: Sequence[RowDifference]) -> Iterator[str]:
    """Return a sentence for each thing that differs; ``rows`` are the records that do."""
    for row in rows:
        match row.table:
            case "uses":
                yield _uses(row, then, now)
            case "likes":
                offer, member = _pair(row.key, now.records)
                yield f"{member} likes {offer}" if row.now is not None else f"{member} no longer likes {offer}"
            case "grants":
                yield _grants(row, now)
            case "tokens":
                yield _token(row, now.records)
            case _:
                yield from _record(row)
    yield from _events(then.records, now.records)
    yield from _clock(then, now)
    yield from _rules(then.engine, now.engine)
    for name in ("revision", "auth"):
        before, after = getattr(then, name), getattr(now, name)
        if before != after:
            yield f"{name} {before} to {after}"


# -- what members did


def _uses(row: RowDifference, then: Snapshot, now: Snapshot) -> str:
    offer_id, member_id = row.key
    offer, member = _pair(row.key, now.records)
    before, after = (_usage(snapshot, offer_id, member_id) for snapshot in (then, now))
    text = f"{member}'s uses of {offer} {before.uses} to {after.uses}"
    for name in ("uses_left", "stock"):
        one, other = getattr(before, name), getattr(after, name)
        if one != other:
            text += f", {name.replace('_', ' ')} {_value(one)} to {_value(other)}"
    until = after.active_until
    if until is not None and until != before.active_until and until > now.taken_at:
        text += f", active until {_time(until, now.taken_at)}"
    return text


class _Usage(NamedTuple):
    """What a member has used of an offer, and may still use; None is no limit, and no use."""

    uses: int
    uses_left: int | None
    stock: int | None
    active_until: Instant | None


def _usage(snapshot: Snapshot, offer_id: int, member_id: int) -> _Usage:
    records = snapshot.records
    uses, grants = taken(records, offer_id, member_id)
    offer = records.offers.get(offer_id)
    if offer is None:
        return _Usage(len(uses), None, None, None)
    left = allowance(offer, snapshot.taken_at, uses, grants).left
    stock = stock_left(offer, records.uses_count.get(offer_id, 0))
    return _Usage(len(uses), left, stock, active_until(records.clubs[offer.club], uses))


def _grants(row: RowDifference, now: Snapshot) -> str:
    offer, member = _pair(row.key, now.records)
    before: Sequence[Grant] = row.then or ()
    after: Sequence[Grant] = row.now or ()
    text = f"{member}'s grants of {offer} {len(before)} to {len(after)}"
    newest = after[-1] if len(after) > len(before) else None
    if newest is None or newest.expires_at is None:
        return text
    return f"{text}, usable until {_time(newest.expires_at, now.taken_at)}"


def _token(row: RowDifference, records: Records) -> str:
    token: Token = row.now or row.then
    member = _member(token.member_id, records)
    if row.then is None:
        return f"{member} has signed in: a new token"
    if row.now is None:
        return f"a token of {member} is gone"
    return f"a token of {member} was revoked" if row.now.revoked > row.then.revoked else f"a token of {member} changed"


def _events(then: Records, now: Records) -> Iterator[str]:
    more = now.events_total - then.events_total
    if more < 0:
        yield f"{-more} events fewer"
    for event in islice(now.events, max(0, len(now.events) - max(0, more)), None):
        offer, member = _pair((event.offer_id, event.member_id), now)
        yield f"{member} has {event.kind} {offer}"


# -- records


def _record(row: RowDifference) -> Iterator[str]:
    label = _label(row.table, row.now or row.then)
    if row.then is None or row.now is None:
        yield f"{label} is {'new' if row.then is None else 'gone'}"
        return
    write = SHAPES[row.table].write
    before, after = write(row.then), write(row.now)
    changes = [
        f"{name.replace('_', ' ')} {_value(before.get(name))} to {_value(after.get(name))}"
        for name in before | after
        if before.get(name) != after.get(name)
    ]
    if changes:
        yield f"{label}: {', '.join(changes)}"


def _label(table: str, record: Any) -> str:
    if table == "translations":
        return f"the translations of {record.club} in {record.language}"
    if table == "members":
        return _member_label(record)
    name = next((found for each in ("name", "title", "slug") if (found := getattr(record, each, None))), None)
    kind = table.removesuffix("s")
    return f"{kind} {getattr(record, 'id', '')}".strip() if name is None else f"{kind} {name}"


def _pair(key: tuple[int, int], records: Records) -> tuple[str, str]:
    """Return how people call an offer and a member."""
    offer = records.offers.get(key[0])
    return (offer is not None and offer.name) or f"offer {key[0]}", _member(key[1], records)


def _member(member_id: int, records: Records) -> str:
    member = records.members.get(member_id)
    return f"member {member_id}" if member is None else _member_label(member)


def _member_label(member: Any) -> str:
    name = member.properties.get("first_name")
    return name if isinstance(name, str) and name else f"member {member.id}"


# -- clock, scenarios, rules


def _clock(then: Snapshot, now: Snapshot) -> Iterator[str]:
    before, after = then.clock, now.clock
    if before.is_same(after):
        return
    moment = _time(now.taken_at, then.taken_at)
    match after.mode:
        case "real":
            yield "the clock shows real time"
        case "frozen":
            yield f"the clock is held at {moment}"
        case "running":
            yield f"the clock was set and shows {moment}" + ("" if after.rate == 1 else f", at rate {after.rate:g}")


def _rules(then: Engine, now: Engine) -> Iterator[str]:
    yield from (f"scenario {each} is active" for each in now.active if each not in then.active)
    yield from (f"scenario {each} has stopped" for each in then.active if each not in now.active)
    before, after = calls(then), calls(now)
    ad_hoc = [{track.rule.name for track in engine.tracks()} for engine in (then, now)]
    yield from (f"rule {name} is new" for name in sorted(ad_hoc[1] - ad_hoc[0]))
    yield from (f"rule {name} is gone" for name in sorted(ad_hoc[0] - ad_hoc[1]))
    for label, counted in after.items():
        had = before.get(label, [0, 0])
        if counted != had:
            yield f"rule {label}: calls {had[0]} to {counted[0]}, acted on {had[1]} to {counted[1]}"
    for scenario in now.knows.states | then.knows.states:
        old, new = then.state(scenario), now.state(scenario)
        if old != new and (scenario is None or scenario in now.active):
            yield f"{'the ad-hoc rules' if scenario is None else f'scenario {scenario}'}: {old} to {new}"


def calls(engine: Engine) -> dict[str, list[int]]:
    """Return how many calls each rule has counted, and on how many it acted; those that have counted none are left out."""
    tracks = [track for each in (engine.knows.ad_hoc, *engine.knows.tracks.values()) for track in each]
    return {track.label: [track.calls, track.hits] for track in tracks if track.calls}


def states(engine: Engine) -> dict[str, str]:
    """Return the states of active scenarios that are not at their beginning; the ad-hoc rules' is that of ``rules``."""
    return {each or "rules": state for each, state in engine.knows.states.items() if state != IDLE}


# -- values


def _time(instant: Instant, beside: Instant) -> str:
    """Return an instant in UTC, without the date if it is that of another."""
    text = iso(instant).removesuffix("Z").removesuffix(".000")
    return text[11:] if iso(beside)[:10] == text[:10] else f"{text}Z"


def _value(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, Mapping | list | tuple) and not value:
        return "nothing"
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
