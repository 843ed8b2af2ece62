"""The faults, one function each: what happens to the connection instead of, or while, the answer is sent.

To add a fault: name it in ``exchange.FaultKind``, write its function here, and add its row to ``FAULTS``.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

from mockserver.exchange import Fault, FaultKind, Receipt, Response
from mockserver.hosts import connection, raw
from mockserver.hosts.delivery import LEFT, ClientLeftError, Delivery
from mockserver.hosts.sending import begin, end

Deliver = Callable[[Delivery, Response, Fault, Receipt], Awaitable[None]]
SENT = 0.1  # seconds in which granian has long sent a piece that it was given
SHARED = "HTTP/2: the other requests of the connection ended with it"
NO_SOCKET = "the connection's socket was not found, so the ordinary answer was sent"


async def reset(delivery: Delivery, response: Response, fault: Fault, receipt: Receipt) -> None:  # noqa: ARG001
    """Break the connection with RST; the client reads "connection reset by peer"."""
    with_socket = await _socket_of(delivery)
    if with_socket is None:
        return _ordinary(delivery, response, receipt)
    receipt.note = _shared(delivery)
    receipt.ended, receipt.bytes_sent = "RST", 0  # before it happens: who sees the end finds it written
    with with_socket:
        if connection.reset(with_socket) != "RST":
            receipt.ended, receipt.note = "FIN", "the kernel offers no RST here, so the connection ended with FIN"
    return None


async def empty(delivery: Delivery, response: Response, fault: Fault, receipt: Receipt) -> None:  # noqa: ARG001
    """End the connection with FIN and not a byte; the client reads an empty reply."""
    await _raw(delivery, response, receipt, b"")


async def garbage(delivery: Delivery, response: Response, fault: Fault, receipt: Receipt) -> None:  # noqa: ARG001
    """Bytes that are no HTTP, then FIN."""
    await _raw(delivery, response, receipt, raw.GARBAGE)


async def truncate(delivery: Delivery, response: Response, fault: Fault, receipt: Receipt) -> None:
    """All headers with the whole Content-Length, then a part of the body, then FIN."""
    if _layer_above(delivery) is None:
        await _raw(delivery, response, receipt, raw.truncated(response, fault.bytes))
    else:
        await _cut(delivery, response, receipt, raw.part_of(response.body, fault.bytes))


async def malformed_chunk(delivery: Delivery, response: Response, fault: Fault, receipt: Receipt) -> None:  # noqa: ARG001
    """Send a chunked body whose second chunk has no size, then FIN."""
    await _raw(delivery, response, receipt, raw.malformed_chunk(response, delivery.bodiless(response)))


async def dribble(delivery: Delivery, response: Response, fault: Fault, receipt: Receipt) -> None:
    """Send the whole answer, in pieces over a time."""
    channel, pieces = delivery.watcher.proto, raw.pieces_of(response.body, fault.pieces)
    if not pieces:
        await delivery.pause(fault.over_ms / 1_000)
        return delivery.send(response, receipt)
    begin(channel, response.status, response.headers, len(response.body))
    receipt.bytes_sent = 0
    for piece in pieces:
        await delivery.pause(fault.over_ms / 1_000 / len(pieces))
        await delivery.send_piece(piece, receipt)
    end(channel)
    receipt.ended = "response"
    return None


async def hang(delivery: Delivery, response: Response, fault: Fault, receipt: Receipt) -> None:  # noqa: ARG001
    """Nothing at all, until the client leaves."""
    await delivery.client_left()
    receipt.bytes_sent, receipt.ended = 0, LEFT
    if delivery.stopping.is_set():
        receipt.ended = "FIN"
        if (found := await _socket_of(delivery)) is not None:
            with found:
                connection.shut_down(found)


FAULTS: dict[FaultKind, Deliver] = {
    "reset": reset,
    "empty": empty,
    "truncate": truncate,
    "malformed_chunk": malformed_chunk,
    "garbage": garbage,
    "dribble": dribble,
    "hang": hang,
}


async def _raw(delivery: Delivery, response: Response, receipt: Receipt, data: bytes) -> None:
    """Write bytes past the server, then end the connection with FIN."""
    found = await _socket_of(delivery)
    if found is None:
        return _ordinary(delivery, response, receipt)
    with found:
        # before the first byte: below TLS it ends the client's wait
        receipt.bytes_sent, receipt.ended = len(data), "FIN"
        receipt.note = _shared(delivery)
        if data and (layer := _layer_above(delivery)):
            receipt.note = f"written below {layer}: the client sees a broken connection rather than these bytes"
        try:
            await asyncio.get_running_loop().sock_sendall(found, data)
        except OSError as error:
            receipt.bytes_sent, receipt.note = None, None
            raise ClientLeftError from error
        connection.shut_down(found)
    return None


async def _cut(delivery: Delivery, response: Response, receipt: Receipt, part: bytes) -> None:
    """Send the head and a part of the body through TLS or HTTP/2, then end the connection below."""
    found = await _socket_of(delivery)
    if found is None:
        return _ordinary(delivery, response, receipt)
    with found:
        begin(delivery.watcher.proto, response.status, response.headers, raw.promised_length(response))
        receipt.ended, receipt.note = "FIN", _shared(delivery)
        await delivery.send_piece(part, receipt)
        await delivery.pause(SENT)
        connection.shut_down(found)
    return None


def _layer_above(delivery: Delivery) -> str | None:
    scope = delivery.watcher.scope
    return "TLS" if scope["scheme"] == "https" else "HTTP/2" if scope["http_version"] == "2" else None


def _shared(delivery: Delivery) -> str | None:
    return SHARED if delivery.watcher.scope["http_version"] == "2" else None


def _ordinary(delivery: Delivery, response: Response, receipt: Receipt) -> None:
    delivery.send(response, receipt)
    receipt.note = NO_SOCKET


async def _socket_of(delivery: Delivery) -> socket.socket | None:
    (peer, peer_port), (local, local_port) = delivery.watcher.scope["client"], delivery.watcher.scope["server"]
    return await asyncio.get_running_loop().run_in_executor(
        None, connection.find_socket, connection.address(peer, peer_port), connection.address(local, local_port)
    )
