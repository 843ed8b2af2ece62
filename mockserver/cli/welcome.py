"""The start message of ``serve``: addresses, numbers of records, and a command to try."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import orjson

from mockserver import __version__
from mockserver.clock import system_now
from mockserver.hosts import ANDROID_EMULATOR
from mockserver.values.instants import iso

if TYPE_CHECKING:
    from mockserver.hosts.tls import HttpsListener
    from mockserver.mock import Mock
    from mockserver.records.tables import Records
    from mockserver.settings import Settings
    from mockserver.values.instants import Instant

WILDCARDS = ("0.0.0.0", "::")
COUNTED = ("offers", "collections", "members", "clubs", "clients", "stores")
LIST_PERMITS = ("Offers:Api:MemberOffers:ListVisible", "Offers:Api:MemberOffers:ListVisibleByMemberId")


def welcome(settings: Settings, mock: Mock, host: str, port: int, secure: HttpsListener | None = None) -> Iterator[str]:
    """Return the lines to print at start; one of JSON under ``--log-format json``."""
    title = f"mockserver {__version__} is serving the Offers API"
    told = list(facts(settings, mock, host, port, secure))
    if settings.log_format == "json":
        values: dict[str, Any] = {"at": iso(system_now()), "event": "started", "message": title}
        for name, value, _ in told:
            name = name.replace(" ", "_")
            values[name] = value if name != "network" else [*values.get(name, ()), value]
        yield orjson.dumps(values).decode()
        return
    yield title
    for name, value, remark in told:
        yield f"  {name:<12}{value}" + (f"   ({remark})" if remark else "")


def facts(
    settings: Settings, mock: Mock, host: str, port: int, secure: HttpsListener | None
) -> Iterator[tuple[str, str, str | None]]:
    """Yield facts about a started server: a name, its value, and a remark for people."""
    local = base(host, port)
    yield "address", local, None
    if host in WILDCARDS:
        from mockserver.hosts.addresses import in_container, lan_addresses

        whose = "the container's network; from outside, publish the port" if in_container() else "this network"
        for address in lan_addresses():
            yield "network", base(address, port), f"open to everybody on {whose}"
    if host in (*WILDCARDS, "127.0.0.1"):
        yield "emulator", base(ANDROID_EMULATOR, port), "from an Android emulator on this machine"
    if secure is not None:
        yield "https", base(host, secure.port, "https"), None
        yield "authority", str(secure.certificate.authority), f"a phone installs it from {local}/connect"
    world = mock.worlds.get("default")
    records = world.records
    yield "fixtures", f"{settings.fixtures or 'the ones that ship'}: {counted(records)}", None
    advice = world.lists.advice(records)
    if advice:
        yield "advice", advice, None
    if settings.store != "memory":
        yield "store", settings.store, None
    yield "revision", settings.revision, None
    yield "console", f"{local}/__mock/ui", None
    yield "drive it", f"export MOCKSERVER_URL={local}", None
    tried = curl_to_try(records, world.clock.now(), local)
    if tried:
        yield "try", tried, None


def counted(records: Records) -> str:
    """Return the numbers of the main records: ``47 offers, 1 collection, ...``."""
    counts = ((len(getattr(records, table)), table) for table in COUNTED)
    return ", ".join(f"{count} {table.removesuffix('s') if count == 1 else table}" for count, table in counts)


def base(address: str, port: int, scheme: str = "http") -> str:
    """Return the URL of an address for clients on this machine; a wildcard becomes loopback."""
    address = {"0.0.0.0": "127.0.0.1", "::": "127.0.0.1"}.get(address, address)
    return f"{scheme}://[{address}]:{port}" if ":" in address else f"{scheme}://{address}:{port}"


def curl_to_try(records: Records, now: Instant, local: str) -> str | None:
    """Return a curl command that lists a member's offers with tokens of the fixtures; None if they have no fitting pair."""
    for token in records.tokens.values():
        if token.revoked or token.expires_at <= now:
            continue
        member = records.members.get(token.member_id)
        for client in records.clients.values():
            if member and member.club in client.clubs and client.products and client.permits_any(*LIST_PERMITS):
                headers = {
                    "X-Client-Authorization": client.token,
                    "X-Product-Name": client.products[0],
                    "X-User-Agent": "curl",
                    "Authorization": f"Bearer {token.token}",
                }
                sent = " ".join(f"-H {shlex.quote(f'{name}: {value}')}" for name, value in headers.items())
                return f"curl {sent} {local}/v3/{member.club}/members/me/offers"
    return None
