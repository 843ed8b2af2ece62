"""HTTPS for real: verified against the authority by clients that we did not write, over HTTP/1.1 and HTTP/2."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import subprocess
from typing import Any
from urllib.parse import urlsplit

import pytest

from mockserver.client import MockClient, MockServerUnreachable
from mockserver.client.doctor import examine_faults
from mockserver.hosts.faults import SHARED
from tests.callers import HEADERS
from tests.connect.conftest import SecureServer, read

httpx = pytest.importorskip("httpx", reason="the extra test is not installed")
OFFERS = "/v3/infinity-mall/members/me/offers"


def handshake(server: SecureServer, name: str, protocols: list[str], **limits: ssl.TLSVersion) -> ssl.SSLSocket:
    """Connect by loopback and verify the certificate for a name, as a client that resolved it would."""
    context = server.trust
    context.set_alpn_protocols(protocols)
    for limit, version in limits.items():
        setattr(context, limit, version)
    plain = socket.create_connection(("127.0.0.1", urlsplit(server.https).port or 0), timeout=60)
    try:
        return context.wrap_socket(plain, server_hostname=name)
    finally:
        plain.close()


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", "10.0.2.2"])
def test_the_certificate_verifies_for_each_name_that_reaches_loopback(server: SecureServer, name: str) -> None:
    with handshake(server, name, ["h2", "http/1.1"]) as connection:
        assert connection.version() == "TLSv1.3"


def test_the_certificate_does_not_verify_for_a_name_that_is_not_ours(server: SecureServer) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        handshake(server, "example.com", ["h2"])


def test_a_client_that_does_not_trust_the_authority_refuses(server: SecureServer) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(server.https, verify=ssl.create_default_context(), trust_env=False)


@pytest.mark.parametrize(
    ("offered", "chosen"), [(["h2", "http/1.1"], "h2"), (["http/1.1"], "http/1.1"), (["http/1.1", "h2"], "h2")]
)
def test_the_protocol_is_negotiated(server: SecureServer, offered: list[str], chosen: str) -> None:
    with handshake(server, "localhost", offered) as connection:
        assert connection.selected_alpn_protocol() == chosen


def test_older_phones_get_tls_1_2(server: SecureServer) -> None:
    with handshake(server, "localhost", ["h2"], maximum_version=ssl.TLSVersion.TLSv1_2) as connection:
        assert connection.version() == "TLSv1.2"


@pytest.mark.parametrize("http2", [True, False])
def test_the_same_mock_answers_with_links_of_the_scheme_that_was_used(server: SecureServer, http2: bool) -> None:
    with httpx.Client(http2=http2, verify=server.trust, trust_env=False, headers=HEADERS) as client:
        answer = client.get(server.https + OFFERS, params={"per_page": "1"})
        assert answer.http_version == ("HTTP/2" if http2 else "HTTP/1.1")
        assert answer.status_code == 200
        picture = answer.json()["offers"][0]["files"][0]["url"]
        assert picture.startswith(server.https + "/files/")
        assert client.get(picture).headers["content-type"].startswith("image/")
        plain = httpx.get(server.http + OFFERS, params={"per_page": "1"}, headers=HEADERS, trust_env=False)
        assert plain.content.replace(server.http.encode(), b"") == answer.content.replace(server.https.encode(), b"")


def test_the_default_host_is_both_loopback_addresses_over_tls_too(server: SecureServer) -> None:
    with httpx.Client(verify=server.trust, trust_env=False, headers=HEADERS) as client:
        assert client.get(server.https.replace("127.0.0.1", "[::1]") + OFFERS).status_code == 200


def test_a_world_changed_over_https_is_the_one_read_over_http(server: SecureServer) -> None:
    with httpx.Client(http2=True, verify=server.trust, trust_env=False) as client:
        frozen = {"now": "2026-06-01T12:00:00Z", "frozen": True}
        assert client.put(f"{server.https}/w/both/__mock/clock", json=frozen).status_code == 200
        use = f"{server.https}/w/both/v3/infinity-mall/members/me/offers/1000016/use"
        used = client.post(use, headers=HEADERS)
        assert used.json()["usage"]["active_until"] == "2026-06-01T12:00:35.000Z"
    journal = json.loads(read(f"{server.http}/w/both/__mock/requests"))["requests"]
    assert [each["operation"] for each in journal] == ["use_offer"]


def test_many_requests_at_once_share_one_http2_connection(server: SecureServer) -> None:
    import asyncio

    async def ask() -> set[tuple[str, int]]:
        async with httpx.AsyncClient(http2=True, verify=server.trust, trust_env=False, headers=HEADERS) as client:
            calls = (client.get(f"{server.https}/w/many{OFFERS}/1000016") for _ in range(40))
            return {(answer.http_version, answer.status_code) for answer in await asyncio.gather(*calls)}

    assert asyncio.run(ask()) == {("HTTP/2", 200)}


def test_requests_of_one_http2_connection_are_held_and_go_in_the_order_of_the_rule(server: SecureServer) -> None:
    import asyncio

    world = MockClient(server.http, world="held")
    rule = {"when": {"operation": "get_offer"}, "then": {"hold": {"barrier": "b", "release": {"seed": 3}}}}
    world.rules.add(rule)

    async def ask() -> set[tuple[str, int]]:
        settings: Any = {"http2": True, "verify": server.trust, "trust_env": False, "headers": HEADERS, "timeout": 60}
        async with httpx.AsyncClient(**settings) as client:
            calls = [asyncio.ensure_future(client.get(f"{server.https}/w/held{OFFERS}/1000016")) for _ in range(20)]
            await asyncio.to_thread(world.barriers.show, "b", 20, "60s")
            async with httpx.AsyncClient(**settings) as beside:
                assert (await beside.get(f"{server.https}/w/held{OFFERS}")).status_code == 200
            await asyncio.to_thread(world.barriers.release, "b")
            return {(answer.http_version, answer.status_code) for answer in await asyncio.gather(*calls)}

    assert asyncio.run(ask()) == {("HTTP/2", 200)}
    rows = world.requests.list(operation="get_offer")["requests"]
    facts = [row["notes"][0]["facts"] for row in reversed(rows)]
    assert [each["number"] for each in facts] == facts[0]["order"] != sorted(facts[0]["order"])


def test_an_origin_is_allowed_on_the_wire(server: SecureServer) -> None:
    asked = {"Origin": "https://app.test", "Access-Control-Request-Method": "POST"}
    with httpx.Client(http2=True, verify=server.trust, trust_env=False) as client:
        assert client.options(server.https + OFFERS, headers=asked).status_code == 204
        answer = client.get(server.https + OFFERS, headers=HEADERS | {"Origin": "https://app.test"})
    assert answer.headers["access-control-allow-origin"] == "https://app.test"


@pytest.mark.parametrize("kind", ["connection-reset", "empty-reply", "truncated-body", "garbage", "malformed-chunk"])
def test_a_fault_breaks_an_https_request_and_the_journal_says_what_the_client_could_see(
    server: SecureServer, kind: str
) -> None:
    headers = HEADERS | {"X-Mock-Scenario": kind}
    with (
        httpx.Client(verify=server.trust, trust_env=False, headers=headers) as client,
        pytest.raises(httpx.TransportError),
    ):
        client.get(f"{server.https}/w/{kind}{OFFERS}")
    entries = json.loads(read(f"{server.http}/w/{kind}/__mock/requests"))["requests"]
    told = read(f"{server.http}/w/{kind}/__mock/requests/{entries[0]['id']}").decode()
    below = kind in ("garbage", "malformed-chunk")
    assert ("below TLS" in told) is below, told


@pytest.mark.parametrize("http2", [True, False])
def test_half_a_body_comes_through_tls_and_then_the_connection_ends(server: SecureServer, http2: bool) -> None:
    headers = HEADERS | {"X-Mock-Scenario": "truncated-body"}
    pieces = []
    with (
        httpx.Client(http2=http2, verify=server.trust, trust_env=False, headers=headers) as client,
        client.stream("GET", f"{server.https}/w/cut-{http2}{OFFERS}/1000115") as answer,
        pytest.raises(httpx.TransportError),
    ):
        pieces.extend(answer.iter_raw())
    entries = json.loads(read(f"{server.http}/w/cut-{http2}/__mock/requests"))["requests"]
    receipt = json.loads(read(f"{server.http}/w/cut-{http2}/__mock/requests/{entries[0]['id']}"))["delivery"]["receipt"]
    assert answer.status_code == 200
    assert 0 < len(b"".join(pieces)) == receipt["bytes_sent"] < int(answer.headers["content-length"])
    assert (receipt["ended"], receipt["note"]) == ("FIN", SHARED if http2 else None)


@pytest.mark.parametrize("http2", [True, False])
def test_head_has_the_length_of_get_and_no_body(server: SecureServer, http2: bool) -> None:
    url = f"{server.https}{OFFERS}/1000115"
    with httpx.Client(http2=http2, verify=server.trust, trust_env=False, headers=HEADERS) as client:
        head, got = client.head(url), client.get(url)
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", got.headers["content-length"])


@pytest.mark.parametrize("http2", [True, False])
@pytest.mark.parametrize("status", [204, 205, 304])
def test_a_rule_may_answer_with_a_status_that_has_no_body(server: SecureServer, http2: bool, status: int) -> None:
    world = f"{server.https}/w/bodiless-{http2}-{status}"
    respond = {"status": status, "body": {"not": "sent"}, "headers": {"X-Kept": "1"}}
    with httpx.Client(http2=http2, verify=server.trust, trust_env=False, headers=HEADERS) as client:
        client.post(f"{world}/__mock/rules", json={"name": "r", "then": {"respond": respond}}).raise_for_status()
        answers = [client.get(f"{world}{OFFERS}") for _ in range(2)]
    assert [(answer.status_code, answer.content, answer.headers["x-kept"]) for answer in answers] == [
        (status, b"", "1")
    ] * 2


def test_a_body_over_http_2_with_trailers_is_read_and_they_are_ignored(server: SecureServer) -> None:
    from h2.config import H2Configuration
    from h2.connection import H2Connection
    from h2.events import DataReceived, ResponseReceived, StreamEnded

    seen: list[object] = []
    with handshake(server, "localhost", ["h2"]) as connection:
        client = H2Connection(H2Configuration(header_encoding="utf-8"))
        client.initiate_connection()
        pseudo = {":method": "POST", ":path": f"{OFFERS}/1000112/use", ":scheme": "https", ":authority": "localhost"}
        lower = {name.lower(): value for name, value in HEADERS.items()}
        client.send_headers(
            1, [*pseudo.items(), *lower.items(), ("content-type", "application/json"), ("x-mock-world", "tr")]
        )
        client.send_data(1, b"{}")
        client.send_headers(1, [("x-sum", "1")], end_stream=True)
        connection.sendall(client.data_to_send())
        while not any(isinstance(event, StreamEnded) for event in seen):
            data = connection.recv(65_536)
            assert data
            seen += client.receive_data(data)
            connection.sendall(client.data_to_send())
    body = b"".join(event.data for event in seen if isinstance(event, DataReceived))
    (response,) = (event for event in seen if isinstance(event, ResponseReceived))
    assert dict(response.headers)[":status"] == "200", body


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not here")
def test_curl_verifies_and_speaks_http_2(server: SecureServer) -> None:
    if "HTTP2" not in subprocess.run(["curl", "--version"], capture_output=True, text=True, check=True).stdout:
        pytest.skip("this curl has no HTTP/2")
    command = ["curl", "-sS", "--http2", "--noproxy", "*", "--cacert", str(server.authority), "-w", " %{http_version}"]
    command.append(f"{server.https}/__mock/health")
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == '{"status":"ok"} 2'


def test_the_doctor_tells_which_faults_reach_a_client_below_tls(
    server: SecureServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
    with MockClient(server.https) as client:
        found = {each.fault: each for each in examine_faults(client)}
    assert [fault for fault, each in found.items() if each.delivered] == [
        "reset", "empty", "truncate", "dribble", "hang"
    ]  # fmt: skip
    assert (found["reset"].seen.ended, found["hang"].seen.ended) == ("RST", "open")
    for fault in ("malformed_chunk", "garbage"):
        receipt = found[fault].receipt
        assert receipt is not None
        assert receipt["note"] == "written below TLS: the client sees a broken connection rather than these bytes"


def test_a_client_that_does_not_trust_the_authority_is_told_how_to(server: SecureServer) -> None:
    with MockClient(server.https) as client, pytest.raises(MockServerUnreachable, match="SSL_CERT_FILE may name"):
        client.health()
