"""This machine's network interfaces by getifaddrs(3), because a VPN's address hides the one that phones can reach."""

from __future__ import annotations

import ctypes
import socket
import sys
from collections.abc import Iterator

from msgspec import Struct

UP, LOOPBACK, POINT_TO_POINT = 0x1, 0x8, 0x10  # the same on Linux, macOS and the BSDs


class Interface(Struct, frozen=True):
    """One IPv4 address of one interface."""

    name: str
    address: str
    flags: int


class _Ifaddrs(ctypes.Structure):
    pass


_Ifaddrs._fields_ = [
    ("next", ctypes.POINTER(_Ifaddrs)),
    ("name", ctypes.c_char_p),
    ("flags", ctypes.c_uint),
    ("address", ctypes.c_void_p),
    ("netmask", ctypes.c_void_p),
    ("destination", ctypes.c_void_p),
    ("data", ctypes.c_void_p),
]


def interfaces() -> Iterator[Interface]:
    """Return the IPv4 addresses of all interfaces. Raise OSError where the system has no getifaddrs (Windows)."""
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        getifaddrs, freeifaddrs = libc.getifaddrs, libc.freeifaddrs
    except (TypeError, AttributeError) as problem:
        raise OSError("no getifaddrs here") from problem
    freeifaddrs.argtypes, freeifaddrs.restype = [ctypes.POINTER(_Ifaddrs)], None
    first = ctypes.POINTER(_Ifaddrs)()
    if getifaddrs(ctypes.byref(first)) != 0:
        raise OSError(ctypes.get_errno(), "getifaddrs failed")
    try:
        entry = first
        while entry:
            row = entry.contents
            address = _ipv4(row.address)
            if address is not None:
                yield Interface(row.name.decode(errors="replace"), address, row.flags)
            entry = row.next
    finally:
        freeifaddrs(first)


def _ipv4(pointer: int | None) -> str | None:
    """Return the address of a sockaddr_in, None for other families. BSD's begins with its length."""
    if not pointer:
        return None
    head = ctypes.string_at(pointer, 8)
    bsd = sys.platform != "linux"
    family = head[1] if bsd else int.from_bytes(head[:2], sys.byteorder)
    return socket.inet_ntoa(head[4:8]) if family == socket.AF_INET else None
