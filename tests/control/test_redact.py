"""Where secrets of requests and answers are shown: in the journal, in HAR, as curl, in streams and reports, in the access log."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from mockserver.hosts.accesslog import access_log
from mockserver.mock import build
from mockserver.settings import Settings
from tests.callers import CLIENT, MEMBER_TOKEN, Caller, body_of
from tests.control.driver import Driver

OFFERS, TOKEN, USE = "members/me/offers", "members/oauth/token", "members/me/offers/1000218/use"
OWN_PASSWORD, OWN_TILL = "correct-horse-42", "06edd7397efa83b1e4d07a195324b8a5a"
LOGIN = {"grant_type": "password", "identifier_type": "id", "identifier": "42"}
FORM = {"content_type": "application/x-www-form-urlencoded"}


class Session:
    """An app that sends a foreign secret wherever one may stand, and its own where they belong."""

    def __init__(self, mode: str) -> None:
        self.mock = build(Settings(redact=mode, seed=7))
        self.control, self._app = Driver(self.mock), Caller(self.mock)
        self._numbers = itertools.count(10)
        self.foreign: list[str] = []
        self.log = io.StringIO()
        logs = [access_log(Settings(access_log="on", log_format=form), {}, self.log) for form in ("text", "json")]
        self._logs = [log for log in logs if log is not None]
        self._send_all()
        for log in self._logs:
            log.flush()

    def secret(self) -> str:
        self.foreign.append(f"strange-{next(self._numbers)}-of-somebody-else")
        return self.foreign[-1]

    def call(self, method: str, path: str, query: str = "", **more: Any) -> Any:
        answer = self._app.call(method, path, query, **more)
        for log in self._logs:
            log.write(self.mock.worlds.get("default").journal.newest_first()[0].request, answer, 1)
        return body_of(answer)

    def _send_all(self) -> None:
        secret, call = self.secret, self.call
        call("GET", OFFERS, authorization=f"Bearer {secret()}")
        call("GET", OFFERS, x_client_authorization=secret(), x_api_key=secret(), x_usage_token=secret())
        call("GET", OFFERS, cookie=f"a={secret()}; b={secret()}", referer=f"http://app.example/?token={secret()}")
        call("GET", OFFERS, f"token={secret()}&authorization%5Ftoken={secret()}&token[]={secret()}&PASSWORD={secret()}")
        call("GET", "nothing", f"token={secret()}&token={secret()}")
        call("POST", TOKEN, json=LOGIN | {"password": secret()})
        call("POST", TOKEN, body=f"grant_type=password&identifier=42&password={secret()}".encode(), **FORM)
        call("POST", TOKEN, json={"grant_type": "refresh_token", "refresh_token": secret()})
        call("POST", TOKEN, json={"grant_type": "refresh_token", "refresh_token": {"a": [secret()]}})
        call("POST", TOKEN, body=f'{{"password": "{secret()}", "grant'.encode())
        call("POST", TOKEN, body=f'{{"password": "{secret()}", "password": "{secret()}"}}'.encode())
        call("POST", "members/oauth/revoke", json={"token": secret()})
        call("POST", USE, f"authorization_token={secret()}", json={"authorization_token": secret(), "token": secret()})
        call("POST", USE, json=[{"password": secret()}])
        self.own = [OWN_PASSWORD, CLIENT, MEMBER_TOKEN, OWN_TILL]
        tokens = call("POST", TOKEN, json=LOGIN | {"password": OWN_PASSWORD})
        self.own += [tokens["access_token"], tokens["refresh_token"]]
        call("POST", USE, json={"authorization_token": OWN_TILL})
        call("POST", TOKEN, json={"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]})
        call("POST", "members/oauth/revoke", json={"token": tokens["access_token"]})

    def views(self) -> Iterator[tuple[str, str]]:
        """All that is shown of the journal, as (what, text)."""
        for path in ("requests", "requests.har", "conduct"):
            yield path, self.control.call("GET", path).body.decode()
        count = len(self.mock.worlds.get("default").journal)
        for part in ("", "/why", "/curl"):
            answers = [self.control.call("GET", f"requests/{n}{part}").body.decode() for n in range(1, count + 1)]
            yield f"requests/ID{part}", "\n".join(answers)
        for operation in ("use_offer", "create_token"):
            asked = {"operation": operation, "count": 99}
            yield f"verify {operation}", self.control.call("POST", "requests/verify", json=asked).body.decode()
        stream = self.control.call("GET", "stream", "since=0").stream
        assert stream is not None
        yield "stream", "".join((chunk or b"").decode() for chunk in itertools.islice(stream.chunks, 3))


@pytest.mark.parametrize("mode", ["all", "unknown", "none"])
def test_secrets_are_shown_as_the_mode_says_and_never_in_the_access_log(mode: str) -> None:
    session = Session(mode)
    views = dict(session.views())
    for view, text in views.items():
        foreign = [secret for secret in session.foreign if secret in text]
        assert mode == "none" or foreign == [], view
        assert mode != "all" or [secret for secret in session.own if secret in text] == [], view
    hidden = {"unknown": session.foreign, "all": session.foreign + session.own, "none": []}[mode]
    told = "".join(views[view] for view in ("requests/ID", "requests.har", "requests/ID/curl"))
    assert {secret for secret in session.foreign + session.own if secret not in told} == set(hidden)
    assert [secret for secret in session.foreign + session.own if secret in session.log.getvalue()] == []


@pytest.mark.parametrize("mode", ["all", "unknown"])
def test_of_a_body_as_curl_only_the_secrets_are_others(mode: str) -> None:
    session = Session(mode)
    sent = '{"identifier": "secret", "password": "geheimnis für 9", "token": 1234, "x": [{"api_key": "ab \\"c\\""}]}'
    session.call("POST", TOKEN, body=sent.encode())
    session.call("POST", TOKEN, body=b"identifier=a%20b&password=a%20b", **FORM)
    count = len(session.mock.worlds.get("default").journal)
    json, form = (session.control.get(f"requests/{n}/curl") for n in (count - 1, count))
    shown = '{"identifier": "secret", "password": "xxxxxxxxx xxx 8", "token": 9999, "x": [{"api_key": "xx \\"x\\""}]}'
    assert json["curl"].endswith(f" --data-raw '{shown}'")
    assert form["curl"].endswith(" --data-raw 'identifier=a%20b&password=x+x'")
    told = "a secret in the body is masked: another value of the same length stands for it"
    assert [each["unsaid"].count(told) for each in (json, form)] == [1, 1]
    session.call("POST", TOKEN, body=b'{"password": "\\u0067eheim"}')
    assert session.control.get(f"requests/{count + 1}/curl")["curl"].endswith(
        """ --data-raw '{"password": "xxxxxx"}'"""
    )
