"""The socket below one request: found among the process's sockets by its peer, then reset, shut down or written to.

The server owns the connection and does not expose it, so a duplicate of its descriptor is searched for. Nothing here is
Linux-only; where the kernel offers less, the functions return what they did instead.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import socket
import sys
import threading
from functools import lru_cache
from typing import Any

SocketAddress = tuple[str, int]
DESCRIPTORS = ("/proc/self/fd", "/dev/fd")
OUT_OF_DESCRIPTORS = frozenset({errno.EMFILE, errno.ENFILE})
WILDCARDS = frozenset({"0.0.0.0", "::"})
_FAMILIES = {int(socket.AF_INET): (4, 8), int(socket.AF_INET6): (8, 24)}  # where the address lies in a sockaddr
_V4_IN_V6 = bytes(10) + b"\xff\xff"


def address(text: str, port: str | int) -> SocketAddress:
    """Return (address, port); IPv6 addresses lose their brackets and zone, IPv4 inside IPv6 its prefix."""
    return text.strip("[]").partition("%")[0].removeprefix("::ffff:"), int(port)


class ConnectionIndex:
    """An index of this process's connections: descriptors by peer.

    A connection that is not in the index is searched for first under the numbers that were free before, for the kernel gives
    a new descriptor the lowest of them; then among all descriptors. It is used in a thread, off the event loop.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._peers: dict[int, SocketAddress] = {}  # by descriptor
        self._descriptors: dict[SocketAddress, set[int]] = {}
        self._free: set[int] = set()  # unused numbers below the highest
        self._end = 0

    def find(self, peer: SocketAddress, local: SocketAddress) -> socket.socket | None:
        """Return a duplicate of the connection from ``peer`` to ``local`` (whose address may be a wildcard).

        None where descriptors cannot be listed, where it is closed, and where two connections match. Raise OSError where the
        process is out of descriptors. The caller is about to end it.
        """
        with self._lock:
            found = self._duplicates(peer, local)
            for look in (self._look_at_free, self._look_at_all):
                if not found:
                    look()
                    found = self._duplicates(peer, local)
        if len(found) != 1:
            for duplicate in found.values():
                duplicate.close()
            return None
        (connection,) = found.values()
        connection.setblocking(False)
        return connection

    def _look_at_free(self) -> None:
        lowest_free = os.open(os.devnull, os.O_RDONLY)
        os.close(lowest_free)
        end = max(self._end, lowest_free)
        self._free.update(range(self._end, end))
        self._end = end
        for descriptor in tuple(self._free):
            self._look(descriptor)

    def _look_at_all(self) -> None:
        there = _descriptors()
        for descriptor in self._peers.keys() - there:
            self._forget(descriptor)
        self._end = max(there, default=-1) + 1
        self._free = set(range(self._end)) - there
        for descriptor in there:
            self._look(descriptor)

    def _look(self, descriptor: int) -> None:
        peer = _peer(descriptor)
        if peer is None or self._peers.get(descriptor) != peer:
            self._forget(descriptor)
        if peer is not None:
            self._free.discard(descriptor)
            self._peers[descriptor] = peer
            self._descriptors.setdefault(peer, set()).add(descriptor)

    def _forget(self, descriptor: int) -> None:
        peer = self._peers.pop(descriptor, None)
        if peer is not None:
            self._descriptors[peer].discard(descriptor)
            if not self._descriptors[peer]:
                del self._descriptors[peer]

    def _duplicates(self, peer: SocketAddress, local: SocketAddress) -> dict[Any, socket.socket]:
        """Return duplicates of the matching connections by their local address: two addresses identify a connection."""
        found: dict[Any, socket.socket] = {}
        for descriptor in tuple(self._descriptors.get(peer, ())):
            try:
                duplicate = socket.socket(fileno=os.dup(descriptor))
            except OSError as problem:
                if problem.errno in OUT_OF_DESCRIPTORS:
                    raise
                continue
            if _is_between(duplicate, peer, local) and duplicate.getsockname() not in found:
                found[duplicate.getsockname()] = duplicate
                self._forget(descriptor)  # its number will be reused
                self._free.add(descriptor)
            else:
                duplicate.close()
        return found


find_socket = ConnectionIndex().find


def undelivered(problem: OSError) -> str:
    """Return why a fault was not delivered, for its receipt."""
    what = "out of file descriptors (see ulimit -n)" if problem.errno in OUT_OF_DESCRIPTORS else str(problem)
    return f"{what}, so the ordinary answer was sent"


def reset(connection: socket.socket) -> str:
    """End the connection with RST where the kernel allows it, else with FIN; return which."""
    if os.name == "posix" and _dissolve(connection.fileno()):
        return "RST"
    shut_down(connection)
    return "FIN"


def shut_down(connection: socket.socket) -> None:
    """End the connection with FIN. Unread data of the client is discarded first: it would turn FIN into RST."""
    with contextlib.suppress(OSError):
        while connection.recv(65_536):
            pass
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _dissolve(descriptor: int) -> bool:
    """Call connect() to AF_UNSPEC, which makes Linux drop a TCP connection with RST; False where it is refused."""
    libc = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "darwin":  # BSD's sockaddr begins with its length
        address = bytes([16, socket.AF_UNSPEC]) + bytes(14)
    else:
        address = socket.AF_UNSPEC.to_bytes(2, sys.byteorder) + bytes(14)
    return bool(libc.connect(descriptor, address, len(address)) == 0)


def _descriptors() -> set[int]:
    directory = next((path for path in DESCRIPTORS if os.path.isdir(path)), None)
    return set() if directory is None else {int(name) for name in os.listdir(directory) if name.isdecimal()}


def _peer(descriptor: int) -> SocketAddress | None:
    """Return the peer of a TCP connection, None for other descriptors: one system call, without a socket object."""
    name, size = ctypes.create_string_buffer(64), ctypes.c_uint(64)
    if _libc().getpeername(descriptor, name, ctypes.byref(size)) != 0:
        return None
    raw = name.raw
    family = raw[1] if sys.platform == "darwin" else int.from_bytes(raw[:2], sys.byteorder)
    if family not in _FAMILIES:
        return None
    start, stop = _FAMILIES[family]
    host = raw[start:stop].removeprefix(_V4_IN_V6)
    text = socket.inet_ntop(socket.AF_INET if len(host) == 4 else socket.AF_INET6, host)
    return text, int.from_bytes(raw[2:4], "big")


@lru_cache(maxsize=1)
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)


def _is_between(connection: socket.socket, peer: SocketAddress, local: SocketAddress) -> bool:
    try:
        their, our = connection.getpeername(), connection.getsockname()
    except OSError:
        return False
    if address(*their[:2]) != peer or our[1] != local[1]:
        return False
    return local[0] in WILDCARDS or address(*our[:2])[0] == local[0]
