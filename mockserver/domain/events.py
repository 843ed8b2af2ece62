"""Events that apps register: offers clicked and offers seen (``docs/offers-events.md``)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mockserver.domain.model import Event, EventKind
from mockserver.values.instants import Instant


def events_of(kind: EventKind, club: str, member_id: int, sent: Iterable[dict[str, Any]], now: Instant) -> list[Event]:
    """Return the events of a batch as they are recorded; offers need not exist, and times may lie anywhere.

    Each is a validated OfferEvent: ``offer_id``, ``created_at``, ``context`` (None, or its keys with None for absent).
    """
    return [
        Event(
            kind=kind,
            club=club,
            offer_id=event["offer_id"],
            member_id=member_id,
            created_at=event["created_at"],
            recorded_at=now,
            context=_context(event["context"]),
        )
        for event in sent
    ]


def _context(sent: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the context as it was sent, in JSON types."""
    if sent is None:
        return None
    return {key: list(value) if isinstance(value, tuple) else value for key, value in sent.items() if value is not None}
