"""``mockserver connect``: how to reach a running server from a phone, an emulator or a simulator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli.driving import CommandOutput, drives
from mockserver.cli.output import StyledLine, can_print

if TYPE_CHECKING:
    from mockserver.client import MockClient
    from mockserver.connect.verified import ReachableServer

Report = dict[str, Any]
NO_PHONE = (
    "No phone in the network can reach it: it listens on loopback only. Start it with: mockserver serve --host 0.0.0.0"
)
CONTAINED = "This command runs in a container, whose addresses nobody outside can reach. Run it on the machine itself."
NO_NETWORK = "This machine has no network address that a phone could reach."
FIREWALL = "Called from this machine; a firewall, or a network that keeps its guests apart, may still be between it and a phone."


@click.command
@drives
def connect(client: MockClient) -> CommandOutput:
    """Print the addresses that respond, a QR code for phones, and the settings that apps need to reach them."""
    from mockserver.client import MockServerUnreachable
    from mockserver.connect.verified import find

    world = client.calls()["world"]  # refuses an invalid name
    found = find(client.server_url)
    if found is None:
        raise MockServerUnreachable(f"no mock server at {client.server_url}")
    report = report_of(found, world)
    return CommandOutput(report, lines(report))


def report_of(found: ReachableServer, world: str) -> Report:
    """Return the whole report, for programs."""
    from mockserver.connect import snippets
    from mockserver.hosts import ANDROID_EMULATOR

    prefix = "" if world == "default" else f"/w/{world}"
    rows = []
    for address in found.addresses:
        use = "this machine, iOS simulator" if address.is_loopback else "phone in the network"
        rows.append(_row(found, address.host, use, address.secure, prefix))
        if address.host == "127.0.0.1":
            rows.append(_row(found, ANDROID_EMULATOR, "Android emulator", address.secure, prefix))
    lan = [address for address in found.addresses if not address.is_loopback]
    local = any(address.host == "127.0.0.1" for address in found.addresses)
    ports = [found.port, *([found.https_port] if found.https_port else [])]
    hosts = [_host(row["url"]) for row in rows] + (["localhost"] if local else [])
    secured = any(address.secure for address in found.addresses)
    return {
        "world": world,
        "addresses": rows,
        "phone_page": _url("http", lan[0].host, found.port, f"{prefix}/connect") if lan else None,
        "notes": _notes(found),
        "android": {
            "network_security_config": snippets.network_security_config(hosts),
            "adb_reverse": snippets.adb_reverse(ports) if local else [],
            "local_network": {
                "manifest": snippets.local_network_permission(),
                "grant": snippets.grant_local_network(),
                "source": snippets.LOCAL_NETWORK_SOURCE,
                "verified": False,
            },
        },
        "ios": {
            "info_plist": snippets.app_transport_security(),
            "trust_in_simulator": (
                snippets.trust_in_simulator(_url("http", "127.0.0.1", found.port, "")) if local and secured else []
            ),
        },
        "certificate": found.authority,
    }


def _row(found: ReachableServer, host: str, use: str, secure: bool, prefix: str) -> Report:
    https = _url("https", host, found.https_port, prefix) if secure else None
    called = "127.0.0.1" if use == "Android emulator" else host
    return {
        "use": use,
        "url": _url("http", host, found.port, prefix),
        "https": https,
        "verified_by": _url("http", called, found.port, "/__mock/health"),
    }


def _notes(found: ReachableServer) -> list[str]:
    if any(not address.is_loopback for address in found.addresses):
        return [FIREWALL]
    if found.contained:
        return [CONTAINED]
    return [NO_PHONE] if found.refused else [NO_NETWORK]


def lines(report: Report) -> Iterator[str]:
    """Return the lines of the report, for people."""
    from mockserver.connect import snippets

    yield f"World {report['world']}; each address was called just now:"
    for row in report["addresses"]:
        yield f"  {row['use']:<28}  {row['url']}" + (f"   {row['https']}" if row["https"] else "") + _called_as(row)
    yield ""
    if report["phone_page"]:
        from mockserver.connect.qr import BLOCKS, terminal

        drawn = can_print("".join(BLOCKS.values()))
        yield f"On a phone, {'scan this or ' if drawn else ''}open {report['phone_page']}"
        yield from map(StyledLine, terminal(report["phone_page"]) if drawn else ())
    yield from report["notes"]
    yield from ("", f"Android: {snippets.ANDROID_FILE}", "")
    yield from report["android"]["network_security_config"].splitlines()
    yield from ("", f"and on <application> of its AndroidManifest.xml: {snippets.ANDROID_MANIFEST}")
    if report["android"]["adb_reverse"]:
        yield from ("By USB, without any network; the app's base URL is then that of this machine:", "")
        yield from report["android"]["adb_reverse"]
    local = report["android"]["local_network"]
    yield from ("", f"Android 17, an app that targets SDK 37: {snippets.LOCAL_NETWORK_FILE}", "", local["manifest"])
    yield from ("and, once it is installed (or the app asks for the permission itself):", "", *local["grant"], "")
    yield f"({snippets.UNTRIED}: {local['source']}; by USB, adb reverse needs no permission)"
    yield from ("", "iOS: in the debug build's Info.plist", "")
    yield from report["ios"]["info_plist"].splitlines()
    if report["ios"]["trust_in_simulator"]:
        yield from ("", "For HTTPS in the booted simulator:", "")
        yield from report["ios"]["trust_in_simulator"]


def _called_as(row: Report) -> str:
    called = _host(row["verified_by"])
    return "" if called == _host(row["url"]) else f"   (called as {called})"


def _url(scheme: str, host: str, port: int | None, path: str) -> str:
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}{path}"


def _host(url: str) -> str:
    from urllib.parse import urlsplit

    return urlsplit(url).hostname or ""
