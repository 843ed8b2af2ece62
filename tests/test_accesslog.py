from __future__ import annotations

import io
import json
import re

from mockserver.exchange import Fault, Receipt, Request, Response, Summary
from mockserver.hosts.accesslog import access_log
from mockserver.settings import Settings

CALL = Request("GET", "/v3/x\x1b[31m\n", "a=1", {})


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def logged(
    settings: Settings,
    stream: io.StringIO,
    answer: Response,
    environ: dict[str, str] | None = None,
    call: Request = CALL,
) -> str:
    log = access_log(settings, environ or {}, stream)
    assert log is not None
    log.write(call, answer, 1_234_000)
    assert stream.getvalue() == ""  # written when flushed, not before
    log.flush()
    return stream.getvalue()


def test_a_line_is_readable_and_cannot_be_forged() -> None:
    line = logged(Settings(access_log="on"), io.StringIO(), Response(422, b"four", fault=Fault("reset")))
    asked = r"\d{4}-\d\d-\d\dT[\d:.]+Z 422 GET /v3/x\\x1b\[31m\\n\?a=1 4B 1\.23ms"
    assert re.fullmatch(asked + ' wire="no answer yet"\n', line)


ASKED = Request("POST", "/v3/x", "", {"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})


def answered() -> Response:
    told = (("x-mock-world", "mine"), ("x-mock-rule", "r"), ("x-mock-request-id", "12"))
    summary = Summary("use_offer", "already_active", committed=True)
    return Response(422, b"four", told, fault=Fault("reset"), receipt=Receipt(ended="RST"), summary=summary)


def test_a_line_tells_what_was_decided_and_what_became_of_the_answer() -> None:
    line = logged(Settings(access_log="on"), io.StringIO(), answered(), call=ASKED)
    assert line.partition("ms ")[2] == (
        "operation=use_offer refusal=already_active world=mine rule=r request=12 "
        'wire="no answer: RST after commit" traceparent=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\n'
    )
    told = json.loads(logged(Settings(log_format="json"), io.StringIO(), answered(), call=ASKED))
    assert {name: told[name] for name in list(told)[7:]} == {
        "delivered": False, "operation": "use_offer", "refusal": "already_active", "world": "mine", "rule": "r",
        "request": 12, "wire": "no answer: RST after commit",
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    }  # fmt: skip


def test_the_status_is_coloured_on_a_terminal_alone() -> None:
    assert " \x1b[33m422\x1b[0m GET " in logged(Settings(), Terminal(), Response(422))
    assert "\x1b" not in logged(Settings(), Terminal(), Response(422), {"NO_COLOR": "1"})
    assert "\x1b" not in logged(Settings(access_log="on"), io.StringIO(), Response(422))


def test_json_lines_hold_the_same_facts() -> None:
    line = json.loads(logged(Settings(log_format="json"), io.StringIO(), Response(200, b"four")))
    assert line.pop("at").endswith("Z")
    assert line == {
        "status": 200,
        "method": "GET",
        "path": CALL.path,
        "query": "a=1",
        "bytes": 4,
        "ms": 1.234,
        "delivered": True,
    }


def test_nothing_is_logged_unless_asked_for_or_somebody_looks() -> None:
    assert access_log(Settings(), {}, io.StringIO()) is None
    assert access_log(Settings(access_log="off"), {}, Terminal()) is None
    assert access_log(Settings(quiet=True, access_log="on"), {}, Terminal()) is None


def test_a_successful_readiness_probe_is_not_logged() -> None:
    stream = io.StringIO()
    log = access_log(Settings(access_log="on"), {}, stream)
    assert log is not None
    probe = Request("GET", "/__mock/ready", "", {})
    log.write(probe, Response(200), 1)
    log.write(probe, Response(503), 1)
    log.flush()
    assert stream.getvalue().count("\n") == 1


def test_a_log_that_nobody_reads_any_more_is_no_error() -> None:
    stream = io.StringIO()
    log = access_log(Settings(access_log="on"), {}, stream)
    assert log is not None
    log.write(CALL, Response(200), 1)
    stream.close()
    log.flush()


def test_secrets_in_a_query_are_not_logged() -> None:
    stream = io.StringIO()
    log = access_log(Settings(access_log="on"), {}, stream)
    assert log is not None
    query = "a=1&access_token=s3cret&Pass%77ord=s3cret&refresh_token[]=s3cret&token"
    log.write(Request("GET", "/v3/x", query, {}), Response(200), 1)
    log.flush()
    assert "s3cret" not in stream.getvalue()
    assert "a=1&access_token=(6 characters)&" in stream.getvalue()
