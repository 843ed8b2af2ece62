"""Whether and how a response reached its client, from its fault and the receipt of its delivery."""

from __future__ import annotations

from mockserver.exchange import Fault, Receipt, Response
from mockserver.journal.entry import Entry

_WHOLE = "response"  # ``ended`` of a receipt if the client was sent the whole response


def delivered(entry: Entry) -> bool:
    """Return whether the client was sent the whole response; False while it is being sent."""
    return reached(entry.response)


def told(entry: Entry) -> str | None:
    """Return in words what the client received instead of an ordinary response, such as ``no answer: FIN after commit``."""
    return in_words(entry.response, committed=entry.committed)


def reached(response: Response) -> bool:
    """Return whether a response was sent whole; False while it is being sent."""
    if response.receipt is None:
        return response.fault is None and not response.delay_ms
    return response.receipt.ended == _WHOLE


def is_on_its_way(response: Response) -> bool:
    """Return whether it is still being sent, or not yet begun with."""
    receipt = response.receipt
    if receipt is None:
        return response.fault is not None or bool(response.delay_ms)
    return receipt.ended is None


def broken_by(fault: Fault, receipt: Receipt) -> bool | None:
    """Return whether a fault reached its client; None while nobody knows.

    One that did not: the host could not deliver it, or the client had left before. A client that hangs ends that by leaving.
    """
    if receipt.ended is None:
        return None
    if fault.kind == "dribble":
        return receipt.ended == _WHOLE
    return receipt.ended in ("RST", "FIN") or (fault.kind == "hang" and receipt.ended != _WHOLE)


def in_words(response: Response, *, committed: bool) -> str | None:
    """Return what the client received instead of an ordinary response; ``committed`` is true if the request changed the world."""
    fault, receipt = response.fault, response.receipt or Receipt()
    if reached(response):
        if fault is None:
            return None
        if fault.kind == "dribble":
            return f"dribbled in {fault.pieces} pieces over {fault.over_ms / 1_000:g} s"
        return f"whole answer: {receipt.note or f'{fault.kind} was not delivered'}"
    when = " after commit" if committed else ""
    if receipt.ended is None:
        return f"no answer yet{when}" if fault or response.delay_ms else None
    return f"{_got(fault, receipt, len(response.body))}{when}"


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
