"""The socket below one request: found among the process's own by its peer, then reset, shut down or written to.

The server owns the connection and does not hand it out, so a duplicate of its descriptor is looked for. Nothing here is
Linux-only; where the kernel offers less, the functions say what they did instead.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import stat
import sys
from collections.abc import Iterator
from typing import Any

Address = tuple[str, int]
DESCRIPTORS = ("/proc/self/fd", "/dev/fd")
WILDCARDS = frozenset({"0.0.0.0", "::"})


def parse_address(text: str) -> Address:
    """Return (address, port) of ``address:port``; IPv6 addresses lose their brackets, IPv4 inside IPv6 its prefix."""
    address, _, port = text.rpartition(":")
    return _plain(address), int(port)


def find_socket(peer: Address, local: Address) -> socket.socket | None:
    """Return a duplicate of the connection from ``peer`` to ``local`` (whose address may be a wildcard).

    None where descriptors cannot be listed, where it is gone, and where two connections could be meant.
    """
    found: dict[Any, socket.socket] = {}  # by the local name: a connection is its two names
    for duplicate in _own_sockets():
        if _is_between(duplicate, peer, local) and duplicate.getsockname() not in found:
            found[duplicate.getsockname()] = duplicate
        else:
            duplicate.close()
    if len(found) != 1:
        for duplicate in found.values():
            duplicate.close()
        return None
    (connection,) = found.values()
    connection.setblocking(False)
    return connection


def reset(connection: socket.socket) -> str:
    """End the connection with RST where the kernel allows it, else with FIN; answer which."""
    if os.name == "posix" and _dissolve(connection.fileno()):
        return "RST"
    shut_down(connection)
    return "FIN"


def shut_down(connection: socket.socket) -> None:
    """End the connection with FIN. What the client sent and nobody read is dropped: it would turn FIN into RST."""
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


def _own_sockets() -> Iterator[socket.socket]:
    """Return duplicates of all TCP sockets of this process; one may come twice."""
    directory = next((path for path in DESCRIPTORS if os.path.isdir(path)), None)
    if directory is None:
        return
    for name in os.listdir(directory):
        with contextlib.suppress(OSError, ValueError):
            descriptor = int(name)
            if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                continue
            duplicate = socket.socket(fileno=os.dup(descriptor))
            if duplicate.family in (socket.AF_INET, socket.AF_INET6):
                yield duplicate
            else:
                duplicate.close()


def _is_between(connection: socket.socket, peer: Address, local: Address) -> bool:
    try:
        their, our = connection.getpeername(), connection.getsockname()
    except OSError:
        return False
    if (_plain(their[0]), their[1]) != peer or our[1] != local[1]:
        return False
    return local[0] in WILDCARDS or _plain(our[0]) == local[0]


def _plain(address: str) -> str:
    return address.strip("[]").partition("%")[0].removeprefix("::ffff:")
