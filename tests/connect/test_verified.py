"""``mockserver connect`` tells what it has called, and nothing else."""

from __future__ import annotations

import json
import plistlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from xml.etree import ElementTree

import pytest
import segno
from click.testing import CliRunner, Result

from mockserver.cli import connect as command
from mockserver.connect import qr, verified
from mockserver.connect.verified import Address, find
from tests.connect.conftest import SecureServer

PHONE = "127.0.0.2"  # stands in for an address in the network: loopback too, but another one


@contextmanager
def answering(host: str, identity: str, port: int = 0, health: int = 200) -> Iterator[int]:
    """A server that tells who it is, on a port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told = {"/connect/server.json": {"id": identity, "https_port": None}, "/__mock/health": {"status": "ok"}}
            body = json.dumps(told[self.path]).encode()
            self.send_response(health if self.path == "/__mock/health" else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    try:
        server = ThreadingHTTPServer((host, port), Handler)
    except OSError as problem:
        pytest.skip(f"no second loopback address here: {problem}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(autouse=True)
def network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine outside any container, with one address in a network and no name in it."""
    monkeypatch.setattr(verified, "in_container", lambda: False)
    monkeypatch.setattr(verified, "lan_addresses", lambda: [PHONE])
    monkeypatch.setattr(verified, "host_names", list)


def hosts_of(port: int, host: str = "127.0.0.1") -> list[str]:
    found = find(f"http://{host}:{port}")
    assert found is not None
    return [address.host for address in found.addresses]


def test_an_address_counts_when_the_same_server_answers_there() -> None:
    with answering("127.0.0.1", "one") as port, answering(PHONE, "one", port):
        assert hosts_of(port) == ["127.0.0.1", PHONE]


def test_an_address_where_nobody_answers_is_not_told() -> None:
    with answering("127.0.0.1", "one") as port:
        found = find(f"http://localhost:{port}")
    assert found is not None
    assert ([each.host for each in found.addresses], found.refused) == (["127.0.0.1"], (PHONE,))


def test_another_server_on_the_same_port_of_another_address_is_not_told() -> None:
    with answering("127.0.0.1", "one") as port, answering(PHONE, "two", port):
        assert hosts_of(port) == ["127.0.0.1"]


@pytest.mark.parametrize(("health", "counts"), [(200, True), (401, True), (500, False), (404, False)])
def test_the_health_of_each_address_is_asked(health: int, counts: bool) -> None:
    with answering("127.0.0.1", "one") as port, answering(PHONE, "one", port, health):
        assert (PHONE in hosts_of(port)) is counts


def test_a_server_on_another_machine_is_told_by_its_own_address_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verified, "lan_addresses", lambda: ["192.0.2.77"])
    with answering(PHONE, "one") as port:
        assert hosts_of(port, PHONE) == [PHONE]


def test_in_a_container_its_own_addresses_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verified, "in_container", lambda: True)
    with answering("127.0.0.1", "one") as port, answering(PHONE, "one", port):
        assert hosts_of(port) == ["127.0.0.1"]


def test_a_name_that_nobody_resolves_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verified, "host_names", lambda: ["nobody.invalid.local"])
    with answering("127.0.0.1", "one") as port:
        assert hosts_of(port) == ["127.0.0.1"]


def test_nobody_there_is_none_and_https_is_a_question() -> None:
    with answering("127.0.0.1", "one") as port:
        pass
    assert find(f"http://127.0.0.1:{port}") is None
    with pytest.raises(ValueError, match="plain HTTP"):
        find("https://127.0.0.1:8081")


def test_https_is_told_where_its_certificate_verifies(server: SecureServer) -> None:
    found = find(server.http)
    assert found is not None
    assert found.addresses == (Address("127.0.0.1", secure=True),)
    assert found.authority == server.authority.read_text()


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command.connect, list(arguments))


def report(server: SecureServer, *arguments: str) -> dict[str, Any]:
    result = run("--url", server.http, "--json", *arguments)
    assert result.exit_code == 0, result.output
    told: dict[str, Any] = json.loads(result.output)
    return told


def test_the_report_for_programs_names_each_address_and_how_it_was_verified(server: SecureServer) -> None:
    told = report(server, "--world", "anna")
    port, https_port = server.http.rpartition(":")[2], server.https.rpartition(":")[2]
    assert [row["url"] for row in told["addresses"]] == [f"{server.http}/w/anna", f"http://10.0.2.2:{port}/w/anna"]
    assert told["addresses"][1]["https"] == f"https://10.0.2.2:{https_port}/w/anna"
    assert {row["verified_by"] for row in told["addresses"]} == {f"{server.http}/__mock/health"}
    assert told["phone_page"] is None
    assert told["notes"] == [command.NO_PHONE]
    assert told["android"]["local_network"]["verified"] is False
    assert "ACCESS_LOCAL_NETWORK" in told["android"]["local_network"]["manifest"]
    assert told["android"]["adb_reverse"] == [f"adb reverse tcp:{each} tcp:{each}" for each in (port, https_port)]
    assert told["ios"]["trust_in_simulator"][0] == f"curl -so ca.pem {server.http}/connect/ca.pem"


def test_the_snippets_are_what_their_platforms_read(server: SecureServer) -> None:
    told = report(server)
    config = ElementTree.fromstring(told["android"]["network_security_config"])
    (domains,) = config.findall("domain-config")
    assert domains.get("cleartextTrafficPermitted") == "true"
    assert [each.text for each in domains] == ["127.0.0.1", "10.0.2.2", "localhost"]
    trusted = [each.get("src") for each in config.findall("debug-overrides/trust-anchors/certificates")]
    assert trusted == ["user", "system"]
    plist = f'<plist version="1.0"><dict>{told["ios"]["info_plist"]}</dict></plist>'
    assert plistlib.loads(plist.encode())["NSAppTransportSecurity"] == {"NSAllowsLocalNetworking": True}


def test_a_phones_page_is_told_with_its_code() -> None:
    with answering("127.0.0.1", "one") as port, answering(PHONE, "one", port):
        found = find(f"http://127.0.0.1:{port}")
        assert found is not None
    told = command.report_of(found, "anna")
    page = f"http://{PHONE}:{port}/w/anna/connect"
    assert told["phone_page"] == page
    printed = list(command.lines(told))
    assert all(line in printed for line in qr.terminal(page))
    assert f"  {'phone in the network':<28}  http://{PHONE}:{port}/w/anna" in printed
    assert command.FIREWALL in printed


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"refused": ("192.168.1.20",)}, command.NO_PHONE),
        ({"refused": (), "contained": True}, command.CONTAINED),
        ({"refused": ()}, command.NO_NETWORK),
    ],
)
def test_why_no_phone_can_reach_it_is_told(changes: dict[str, Any], note: str) -> None:
    facts: dict[str, Any] = {"port": 8080, "https_port": None, "authority": None, "contained": False}
    found = verified.ReachableServer(addresses=(Address("127.0.0.1", secure=False),), **facts | changes)
    assert command.report_of(found, "default")["notes"] == [note]


def test_a_terminals_code_holds_every_module_of_the_url() -> None:
    text = "http://192.168.1.20:8080/w/anna/connect"
    drawn = [line.removeprefix(qr.BLACK_ON_WHITE).removesuffix(qr.USUAL) for line in qr.terminal(text)]
    modules = {block: pair for pair, block in qr.BLOCKS.items()}
    rows = [[modules[block][half] for block in line] for line in drawn for half in (0, 1)]
    expected = [list(row) for row in segno.make(text, error="m").matrix_iter(border=qr.QUIET)]
    assert rows[: len(expected)] == expected
    assert not any(any(row) for row in rows[len(expected) :])


def test_no_server_and_an_impossible_world_are_one_line_each(server: SecureServer) -> None:
    with answering("127.0.0.1", "one") as port:
        pass
    assert run("--url", f"http://127.0.0.1:{port}").exit_code == 3
    assert run("--url", server.http, "--world", "a!b").exit_code == 2
