"""Makes a capsule of a world's last requests, out of its journal and its history."""

from __future__ import annotations

from collections.abc import Sequence

from mockserver import __version__
from mockserver.api.why import explain
from mockserver.capsules.answers import answer_of
from mockserver.capsules.model import (
    Arrival,
    Blobs,
    Capsule,
    Change,
    RecordedAnswer,
    RecordedRequest,
    Surroundings,
)
from mockserver.capsules.secrets import StandIns, collect, own_secrets
from mockserver.clock import system_now
from mockserver.journal.entry import Entry
from mockserver.journal.redaction import Redactor
from mockserver.settings import Settings
from mockserver.values.instants import parse_iso
from mockserver.worlds.base import Base, base_and_steps, read_base, read_effect, write_base, write_effect
from mockserver.worlds.world import World

_PLAIN = Redactor(None, "none")


class NothingToSaveError(ValueError):
    """A world has no request whose world is known; the text says why."""


def record(world: World, settings: Settings, last: int | None = None) -> Capsule:
    """Return a capsule of the world's last requests (None: of all that its journal and its history have).

    With ``--redact none`` secrets stay as they are. Raise NothingToSaveError.
    """
    with world.lock:
        kept = world.journal.newest_first()
        entries = _known(kept[:last], world.history.first)
        if not entries:
            raise NothingToSaveError(
                "the world's changes since its requests are no longer kept" if kept else "the world has no requests"
            )
        after, until = min(map(_begins, entries)), max(entry.after for entry in entries)
        base, steps = base_and_steps(world, after, until, settings)
    changes: list[Change] = [step for _, step in steps]
    stand_ins = StandIns(own_secrets((base, *changes)), masks=settings.redact != "none")
    collect(stand_ins, entries)
    blobs = Blobs()
    requests = [_recorded(entry, after, world.name, stand_ins, blobs) for entry in entries]
    masked: list[Change] = [_masked(step, stand_ins) for step in changes]
    surroundings = Surroundings(settings.strict, settings.cors, settings.max_body, settings.world_domain)
    earlier = world.journal.total + 1 - world.journal.start - len(entries)
    return Capsule(
        __version__, system_now(), surroundings, _masked_base(base, stand_ins), masked, requests, blobs, earlier
    )


def _known(newest_first: Sequence[Entry], first: int) -> list[Entry]:
    """Return those whose world is known, oldest first."""
    return [entry for entry in reversed(newest_first) if _begins(entry) >= first]


def _begins(entry: Entry) -> int:
    """Return the position of the world's history from which a request is known."""
    arrival = _arrival(entry, 0)
    return entry.before if arrival is None else min(entry.before, arrival.saw)


def _masked(step: Change, stand_ins: StandIns) -> Change:
    return _masked_base(step, stand_ins) if isinstance(step, Base) else read_effect(stand_ins.data(write_effect(step)))


def _masked_base(base: Base, stand_ins: StandIns) -> Base:
    return read_base(stand_ins.data(write_base(base)))


def _recorded(entry: Entry, first: int, world: str, stand_ins: StandIns, blobs: Blobs) -> RecordedRequest:
    request, content_type = entry.request, entry.request.headers.get("content-type")
    body = stand_ins.data(stand_ins.body(request.body, content_type))
    return RecordedRequest(
        entry.id, entry.at, entry.real_at, entry.before - first, entry.after - entry.before, request.method,
        stand_ins.text(request.path), recorded_answer(entry, world, stand_ins, blobs),
        stand_ins.text(stand_ins.query(request.query)),
        None if request.raw_path is None else stand_ins.text(request.raw_path),
        stand_ins.headers(request.headers.items()), blobs.add(body) if body else None,
        request.scheme, request.host, request.prefix, request.oversized, request.broken, entry.shed,
        _arrival(entry, first),
        stand_ins.value(explain(entry, _PLAIN)),
    )  # fmt: skip


def _arrival(entry: Entry, first: int) -> Arrival | None:
    """Return when the rules decided about a request that was held before it was carried out."""
    held = [note.facts for note in entry.notes if note.about == "barrier" and "step" in note.facts]
    return Arrival(held[0]["step"] - first, parse_iso(held[0]["arrived"]), len(held)) if held else None


def recorded_answer(entry: Entry, world: str, stand_ins: StandIns, blobs: Blobs) -> RecordedAnswer:
    """Return the answer of an exchange as a capsule has it."""
    answer = answer_of(entry.request, entry.response, world)
    body = stand_ins.answer(answer.body)
    headers = tuple((name, stand_ins.text(value)) for name, value in answer.headers)
    place = blobs.add(body) if body else None
    return RecordedAnswer(answer.status, headers, place, answer.picture, answer.fault)
