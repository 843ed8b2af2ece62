"""The faults, one function each: what happens to the connection instead of, or during, the sending of the response.

To add a fault: name it in ``exchange.FaultKind``, write its function here, and add its row to ``FAULTS``.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable

from mockserver.exchange import Fault, FaultKind, Receipt, Response
from mockserver.hosts import connection, raw
from mockserver.hosts.recipient import LEFT, ClientLeftError, Recipient
from mockserver.hosts.sending import begin, end

Deliver = Callable[[Recipient, Response, Fault, Receipt], Awaitable[None]]
SENT = 0.1  # seconds after which granian has certainly sent a piece
SHARED = "HTTP/2: the other requests of the connection ended with it"
NO_SOCKET = "the connection's socket was not found, so the ordinary answer was sent"


class UndeliverableError(Exception):
    """A fault cannot be carried out; the message says why, and what was sent instead."""


async def reset(client: Recipient, response: Response, fault: Fault, receipt: Receipt) -> None:  # noqa: ARG001
    """Break the connection with RST; the client reads "connection reset by peer"."""
    with_socket = await _socket_of(client)
    receipt.note = _shared(client)
    receipt.ended, receipt.bytes_sent = "RST", 0  # before the fault: a client that sees it finds the receipt complete
    with with_socket:
        if connection.reset(with_socket) != "RST":
            receipt.ended, receipt.note = "FIN", "the kernel offers no RST here, so the connection ended with FIN"


async def empty(client: Recipient, response: Response, fault: Fault, receipt: Receipt) -> None:  # noqa: ARG001
    """End the connection with FIN before the first byte; the client reads an empty reply."""
    await _raw(client, receipt, b"")


async def garbage(client: Recipient, response: Response, fault: Fault, receipt: Receipt) -> None:  # noqa: ARG001
    """Send bytes that are not HTTP, then FIN."""
    await _raw(client, receipt, raw.GARBAGE)


async def truncate(client: Recipient, response: Response, fault: Fault, receipt: Receipt) -> None:
    """Send all headers with the whole Content-Length, then a part of the body, then FIN."""
    if _layer_above(client) is None:
        await _raw(client, receipt, raw.truncated(response, fault.bytes))
    else:
        await _cut(client, response, receipt, raw.part_of(response.body, fault.bytes))


async def malformed_chunk(client: Recipient, response: Response, fault: Fault, receipt: Receipt) -> None:  # noqa: ARG001
    """Send a chunked body whose second chunk has no size, then FIN."""
    await _raw(client, receipt, raw.malformed_chunk(response, client.bodiless(response)))


async def dribble(client: Recipient, response: Response, fault: Fault, receipt: Receipt) -> None:
    """Send the whole response, in pieces over a time."""
    channel, pieces = client.watcher.proto, raw.pieces_of(response.body, fault.pieces)
    if not pieces:
        await client.pause(fault.over_ms / 1_000)
        return client.send(response, receipt)
    begin(channel, response.status, response.headers, len(response.body))
    receipt.bytes_sent = 0
    for piece in pieces:
        await client.pause(fault.over_ms / 1_000 / len(pieces))
        await client.send_piece(piece, receipt)
    end(channel)
    receipt.ended = "response"
    return None


async def hang(client: Recipient, response: Response, fault: Fault, receipt: Receipt) -> None:  # noqa: ARG001
    """Send nothing until the client disconnects."""
    await client.client_left()
    receipt.bytes_sent, receipt.ended = 0, LEFT
    if client.stopping.is_set():
        receipt.ended = "FIN"
        with contextlib.suppress(UndeliverableError), await _socket_of(client) as found:
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


async def _raw(client: Recipient, receipt: Receipt, data: bytes) -> None:
    """Write bytes past the server, then end the connection with FIN."""
    with await _socket_of(client) as found:
        # before the first byte: below TLS that byte ends the client's wait
        receipt.bytes_sent, receipt.ended = len(data), "FIN"
        receipt.note = _shared(client)
        if data and (layer := _layer_above(client)):
            receipt.note = f"written below {layer}: the client sees a broken connection rather than these bytes"
        try:
            await asyncio.get_running_loop().sock_sendall(found, data)
        except OSError as error:
            receipt.bytes_sent, receipt.note = None, None
            raise ClientLeftError from error
        connection.shut_down(found)


async def _cut(client: Recipient, response: Response, receipt: Receipt, part: bytes) -> None:
    """Send the head and a part of the body through TLS or HTTP/2, then end the connection below."""
    with await _socket_of(client) as found:
        begin(client.watcher.proto, response.status, response.headers, raw.promised_length(response))
        receipt.ended, receipt.note = "FIN", _shared(client)
        await client.send_piece(part, receipt)
        await client.pause(SENT)
        connection.shut_down(found)


def _layer_above(client: Recipient) -> str | None:
    scope = client.watcher.scope
    return "TLS" if scope["scheme"] == "https" else "HTTP/2" if scope["http_version"] == "2" else None


def _shared(client: Recipient) -> str | None:
    return SHARED if client.watcher.scope["http_version"] == "2" else None


async def _socket_of(client: Recipient) -> socket.socket:
    """Return a duplicate of the client's connection. Raise UndeliverableError."""
    (peer, peer_port), (local, local_port) = client.watcher.scope["client"], client.watcher.scope["server"]
    ends = connection.address(peer, peer_port), connection.address(local, local_port)
    try:
        found = await asyncio.get_running_loop().run_in_executor(None, connection.find_socket, *ends)
    except OSError as problem:
        raise UndeliverableError(connection.undelivered(problem)) from problem
    if found is None:
        raise UndeliverableError(NO_SOCKET)
    return found
