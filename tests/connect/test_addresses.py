"""Which addresses of a machine are candidates: those that lead to other machines, and no tunnel or bridge."""

from __future__ import annotations

import ipaddress
import os
import socket

import pytest

from mockserver.hosts import addresses
from mockserver.hosts.addresses import certificate_names, host_names, lan_addresses, reachable
from mockserver.hosts.interfaces import LOOPBACK, POINT_TO_POINT, UP, Interface, interfaces


@pytest.mark.skipif(os.name != "posix", reason="getifaddrs is POSIX's")
def test_the_systems_interfaces_are_read() -> None:
    found = list(interfaces())
    assert any(row.address == "127.0.0.1" and row.flags & LOOPBACK and row.flags & UP for row in found)
    assert all(ipaddress.IPv4Address(row.address) and row.name for row in found)


@pytest.mark.parametrize(
    ("name", "address", "flags", "leads_elsewhere"),
    [
        ("en0", "192.168.1.20", UP, True),
        ("wlan0", "10.1.2.3", UP, True),
        ("eth0", "172.16.0.9", UP, True),
        ("lo", "127.0.0.1", UP | LOOPBACK, False),
        ("en0", "192.168.1.20", 0, False),
        ("utun4", "10.8.0.2", UP | POINT_TO_POINT, False),
        ("tun0", "10.8.0.2", UP, False),
        ("docker0", "172.17.0.1", UP, False),
        ("br-3fe1", "172.18.0.1", UP, False),
        ("vmnet8", "192.168.99.1", UP, False),
        ("en5", "169.254.8.8", UP, False),
    ],
)
def test_an_interface_counts_when_it_leads_to_other_machines(
    name: str, address: str, flags: int, leads_elsewhere: bool
) -> None:
    assert (reachable([Interface(name, address, flags)]) == [address]) is leads_elsewhere


def test_the_address_of_the_default_route_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [Interface("en5", "192.168.7.7", UP), Interface("en0", "192.168.1.20", UP)]
    monkeypatch.setattr(addresses, "interfaces", lambda: rows)
    monkeypatch.setattr(addresses, "_of_default_route", lambda: "192.168.1.20")
    assert lan_addresses() == ["192.168.1.20", "192.168.7.7"]


def test_a_default_route_through_a_vpn_hides_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [Interface("utun4", "10.8.0.2", UP | POINT_TO_POINT), Interface("en0", "192.168.1.20", UP)]
    monkeypatch.setattr(addresses, "interfaces", lambda: rows)
    monkeypatch.setattr(addresses, "_of_default_route", lambda: "10.8.0.2")
    assert lan_addresses() == ["192.168.1.20"]


def test_without_getifaddrs_the_machines_own_name_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> list[Interface]:
        raise OSError("not here")

    told = [(socket.AF_INET, 1, 6, "", (each, 0)) for each in ("127.0.0.1", "192.168.1.20")]
    monkeypatch.setattr(addresses, "interfaces", missing)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: told)
    assert lan_addresses() == ["192.168.1.20"]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("mac", ["mac", "mac.local"]),
        ("mac.local", ["mac.local"]),
        ("mac.corp.test", ["mac.corp.test", "mac.local"]),
        ("localhost", []),
        ("my_pc", []),
        ("Åses-mac", []),
        ("", []),
    ],
)
def test_a_machines_name_is_told_where_it_can_stand_in_a_url(
    monkeypatch: pytest.MonkeyPatch, name: str, found: list[str]
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: name)
    assert host_names() == found


def test_a_certificate_is_for_everything_that_may_reach_us_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "lan_addresses", lambda: ["192.168.1.20"])
    monkeypatch.setattr(socket, "gethostname", lambda: "Mac")
    assert certificate_names(["mock.test", "localhost"]) == [
        *("localhost", "127.0.0.1", "::1", "10.0.2.2", "192.168.1.20", "mac", "mac.local", "mock.test")
    ]
