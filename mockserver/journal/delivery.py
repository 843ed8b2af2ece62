"""Whether a response reached its client, and how, out of the fault that was asked for and the receipt of its delivery."""

from __future__ import annotations

from mockserver.exchange import Fault, Receipt
from mockserver.journal.entry import Entry

_WHOLE = "response"  # what a receipt ends in where the client was sent all of it


def delivered(entry: Entry) -> bool:
    """Return whether the client was sent the whole response; False while that is under way."""
    response = entry.response
    if response.receipt is None:
        return response.fault is None and not response.delay_ms
    return response.receipt.ended == _WHOLE


def told(entry: Entry) -> str | None:
    """Return in words what the client got instead of an ordinary response, such as ``no answer: FIN after commit``."""
    fault, receipt = entry.response.fault, entry.response.receipt or Receipt()
    if delivered(entry):
        if fault is None:
            return None
        if fault.kind == "dribble":
            return f"dribbled in {fault.pieces} pieces over {fault.over_ms / 1_000:g} s"
        return f"whole answer: {receipt.note or f'{fault.kind} was not delivered'}"
    when = " after commit" if entry.committed else ""
    if receipt.ended is None:
        return f"no answer yet{when}" if fault or entry.response.delay_ms else None
    return f"{_got(fault, receipt, len(entry.response.body))}{when}"


def _got(fault: Fault | None, receipt: Receipt, size: int) -> str:
    end = receipt.ended
    if fault is None or fault.kind in ("reset", "empty", "hang"):
        return f"no answer: {end}"
    if fault.kind == "dribble":
        return f"dribbled in part: {end} after {receipt.bytes_sent or 0} of {size} bytes"
    return {
        "truncate": f"truncated answer: {end} before all of {size} bytes",
        "malformed_chunk": f"broken chunk, then {end}",
        "garbage": f"no HTTP, then {end}",
    }[fault.kind]
