"""The names and addresses under which this machine may be reached: candidates that have not been tried."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Iterable

from mockserver.hosts import ANDROID_EMULATOR
from mockserver.hosts.interfaces import LOOPBACK, POINT_TO_POINT, UP, Interface, interfaces

# bridges to containers and virtual machines, tunnels, and the peer-to-peer radios of Apple's devices
VIRTUAL = re.compile(
    r"docker|br-|veth|virbr|vmnet|vboxnet|podman|cni|flannel|lxc|lxd|tun|tap|utun|wg|awdl|llw|ap\d|zt|tailscale"
)
CONTAINER_MARKS = ("/.dockerenv", "/run/.containerenv")
_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9-]+)*")


def lan_addresses() -> list[str]:
    """Return this machine's IPv4 addresses that others on its networks may reach; the default route's comes first."""
    try:
        found = reachable(interfaces())
    except OSError:
        found = _of_own_name()
    first = _of_default_route()
    return sorted(found, key=lambda address: address != first)


def reachable(rows: Iterable[Interface]) -> list[str]:
    """Return the addresses of the interfaces that are up and lead to a network of other machines."""
    return [
        row.address
        for row in rows
        if row.flags & UP
        and not row.flags & (LOOPBACK | POINT_TO_POINT)
        and not VIRTUAL.match(row.name)
        and not row.address.startswith(("127.", "0.", "169.254."))
    ]


def host_names() -> list[str]:
    """Return this machine's name and its name in multicast DNS (``.local``), if they are valid in a URL."""
    name = socket.gethostname()
    if not _HOST_NAME.fullmatch(name) or name == "localhost":
        return []
    local = f"{name.partition('.')[0]}.local"
    return [local] if name == local else [name, local]


def certificate_names(further: Iterable[str] = ()) -> list[str]:
    """Return all names and addresses for a certificate of this machine; each once, in lower case."""
    names = ["localhost", "127.0.0.1", "::1", ANDROID_EMULATOR, *lan_addresses(), *host_names(), *further]
    return list(dict.fromkeys(name.lower() for name in names))


def in_container() -> bool:
    """Return whether this process runs in a container, whose addresses are not reachable from outside."""
    return any(os.path.exists(mark) for mark in CONTAINER_MARKS)


def _of_default_route() -> str | None:
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.connect(("192.0.2.1", 9))  # documentation's network: nothing is sent, the kernel only picks a route
            return str(probe.getsockname()[0])
    except OSError:
        return None


def _of_own_name() -> list[str]:
    """Windows resolves a machine's own name to all its addresses."""
    try:
        found = {str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    except OSError:
        return []
    return sorted(address for address in found if not address.startswith(("127.", "0.", "169.254.")))
