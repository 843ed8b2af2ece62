"""An exchange as JSON, with its secrets masked."""

from __future__ import annotations

from typing import Any

from msgspec.structs import asdict

from mockserver.exchange import Note, Receipt
from mockserver.headers import by_name
from mockserver.journal import delivery
from mockserver.journal.entry import Entry
from mockserver.journal.redaction import Redactor
from mockserver.journal.surprises import surprises
from mockserver.values.instants import iso


def row(entry: Entry, redactor: Redactor) -> dict[str, Any]:
    """Return an exchange as one flat object, without headers and bodies.

    ``at`` is the world's time, ``real_at`` the machine's; ``wire`` describes an unusual delivery.
    """
    request = entry.request
    return {
        "id": entry.id,
        "at": iso(entry.at),
        "real_at": iso(entry.real_at),
        "method": request.method,
        "path": request.path,
        "query": redactor.query(request.query),
        "status": entry.status,
        "operation": entry.operation,
        "refusal": entry.refusal,
        "club": entry.club,
        "member_id": entry.member_id,
        "offer_id": entry.offer_id,
        "revision": entry.revision,
        "rule": entry.rule,
        "committed": entry.committed,
        "delivered": delivery.delivered(entry),
        "wire": delivery.told(entry),
        "fault": entry.response.fault.kind if entry.response.fault else None,
        "traceparent": request.headers.get("traceparent"),
        "took_ms": round(entry.took_ns / 1_000_000, 3),
        "notes": [note_view(note) for note in entry.notes],
    }


def row_with_request(entry: Entry, redactor: Redactor) -> dict[str, Any]:
    """Return the row with the request: ``headers`` by lower-case name (a list if several were sent), and ``body``."""
    request = entry.request
    return row(entry, redactor) | {
        "headers": by_name(redactor.headers(request.headers.items())),
        "body": redactor.body(request.body, request.headers.get("content-type")),
    }


def whole(entry: Entry, redactor: Redactor) -> dict[str, Any]:
    """Return the row with the request's and the response's headers and bodies, and how the response was delivered."""
    response = entry.response
    content_type = next((value for name, value in response.headers if name == "content-type"), None)
    return row_with_request(entry, redactor) | {
        "notes": notes(entry),
        "answer": {
            "status": response.status,
            "headers": by_name(redactor.headers(response.headers)),
            "body": redactor.body(response.body, content_type),
        },
        "bodies_kept": not entry.shed,
        "delivery": delivery_view(entry),
    }


def notes(entry: Entry) -> list[dict[str, Any]]:
    """Return the hints for people: those of the request, and what surprises in the exchange."""
    return [note_view(note) for note in (*entry.notes, *surprises(entry))]


def delivery_view(entry: Entry) -> dict[str, Any]:
    """Return the delivery: ``delay_ms``, ``fault`` and the receipt, if there is one."""
    response, receipt = entry.response, entry.response.receipt
    return {
        "delay_ms": response.delay_ms,
        "fault": response.fault.kind if response.fault else None,
        "receipt": asdict(receipt) if isinstance(receipt, Receipt) else None,
    }


def note_view(note: Note) -> dict[str, Any]:
    """Return a hint for people."""
    return {"about": note.about, "name": note.name, "text": note.text} | ({"facts": note.facts} if note.facts else {})
