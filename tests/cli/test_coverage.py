"""``coverage``, ``plan`` and ``exec --coverage`` as a pipeline runs them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.cli.commands import run

ASK = """
import os, urllib.request
for world in ("one", "two"):
    url = os.environ["MOCKSERVER_URL"] + f"/w/{world}/v3/infinity-mall/members/42/offers"
    headers = {"X-Client-Authorization": "B7t9U9tsoWsGhrv2ouUoSqpM", "X-Product-Name": "default", "X-User-Agent": "t"}
    urllib.request.urlopen(urllib.request.Request(url, None, headers)).close()
urllib.request.urlopen(urllib.request.Request(os.environ["MOCKSERVER_URL"] + "/__mock/worlds/two", method="DELETE")).close()
"""


def report(tmp_path: Path, name: str, **counts: int) -> str:
    file = tmp_path / name
    file.write_text(json.dumps({"version": 1, "revisions": ["union"], "outcomes": counts}))
    return str(file)


def test_exec_reports_on_all_worlds_and_ends_with_1_where_too_little_was_met(tmp_path: Path) -> None:
    file = tmp_path / "coverage.json"
    done = run("exec", "--coverage", str(file), "--min-outcomes", "60%", "--", sys.executable, "-c", ASK)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("at least 60% are wanted")
    found = json.loads(file.read_text())
    assert {outcome: count for outcome, count in found["outcomes"].items() if count} == {
        "list_offers/ok": 2,
        "list_offers/last_page": 2,
    }
    assert found["revisions"] == ["union"]
    plan = run("plan", "--missing", "--coverage", str(file))
    assert (plan.returncode, plan.stderr) == (0, "")
    assert "## use_offer/already_active" in plan.stdout
    assert "## list_offers/ok" not in plan.stdout


def test_the_exit_code_of_a_failed_command_is_its_own(tmp_path: Path) -> None:
    file = tmp_path / "coverage.json"
    done = run(
        "exec", "--coverage", str(file), "--min-outcomes", "60%", "--", sys.executable, "-c", "raise SystemExit(7)"
    )
    assert done.returncode == 7
    assert json.loads(file.read_text())["met"] == 0


def test_reports_of_several_workers_add_up(tmp_path: Path) -> None:
    files = report(tmp_path, "a", **{"use_offer/ok": 1, "get_me/ok": 0}), report(tmp_path, "b", **{"use_offer/ok": 2})
    out, table = tmp_path / "all.json", tmp_path / "all.md"
    done = run("coverage", "merge", *files, "--json", str(out), "--md", str(table), "--min", "50%")
    assert (done.returncode, done.stdout) == (0, "get_me: ok\n1 of 2 outcomes of revision union met: 50.0%\n")
    assert json.loads(out.read_text())["outcomes"] == {"use_offer/ok": 3, "get_me/ok": 0}
    assert table.read_text().splitlines() == [
        "### 1 of 2 outcomes of revision union met: 50.0%",
        "",
        "| Operation | Met | Missing |",
        "| --- | ---: | --- |",
        "| use_offer | 1 of 1 | - |",
        "| get_me | 0 of 1 | ok |",
    ]
    assert run("coverage", "merge", *files, "--min", "51").returncode == 1


def test_what_is_ignored_has_a_reason(tmp_path: Path) -> None:
    file, ignore = report(tmp_path, "a", **{"use_offer/ok": 1, "get_me/ok": 0}), tmp_path / "ignore.yaml"
    ignore.write_text("get_me/*: the app does not show the profile\n")
    done = run("coverage", "merge", file, "--ignore", str(ignore), "--md", "-", "--min", "100%")
    assert done.returncode == 0
    assert "100.0%, 1 ignored" in done.stdout
    assert "Ignored: `get_me/ok`, the app does not show the profile" in done.stdout
    ignore.write_text("get_you/*: no such operation\n")
    done = run("coverage", "merge", file, "--ignore", str(ignore))
    assert (done.returncode, "no outcome is called get_you/*" in done.stderr) == (2, True)


def test_what_is_no_report_ends_with_2_and_one_line(tmp_path: Path) -> None:
    file = tmp_path / "cov.json"
    for text in ("{", "[]", '{"version": 2}', '{"version": 1, "outcomes": {"a/b": "many"}}'):
        file.write_text(text)
        done = run("coverage", "merge", str(file))
        assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1), done.stderr
    assert run("coverage", "merge", str(tmp_path / "none")).returncode == 2
    assert run("coverage", "merge", str(file), "--min", "120%").returncode == 2


def test_without_a_server_or_a_file_everything_is_missing() -> None:
    done = run("plan", "--missing")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("# ")
    assert "1. `PUT /__mock/scenarios` with" in done.stdout


FAULTS = """
import http.client, json, os
from urllib.parse import urlsplit
at = urlsplit(os.environ["MOCKSERVER_URL"])
headers = {"X-Client-Authorization": "B7t9U9tsoWsGhrv2ouUoSqpM", "X-Product-Name": "default", "X-User-Agent": "t"}
def call(method, path, body=None, timeout=30):
    connection = http.client.HTTPConnection(at.hostname, at.port, timeout=timeout)
    json_type = {"Content-Type": "application/json"} if body else {}
    try:
        connection.request(method, path, body and json.dumps(body), headers | json_type)
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        pass
    connection.close()
for kind in ("reset", "empty", "truncate", "malformed_chunk", "garbage"):
    call("PUT", "/__mock/scenarios", {"active": []})
    call("DELETE", "/__mock/rules")
    call("POST", "/__mock/rules", {"then": {"fault": kind}})
    call("GET", "/v3/infinity-mall/members/42/offers")
call("DELETE", "/__mock/rules")
call("POST", "/__mock/rules", {"then": {"fault": "dribble", "delay": "10m"}})
call("GET", "/v3/infinity-mall/members/42/offers", timeout=0.2)
call("DELETE", "/__mock/rules")
call("GET", "/v3/infinity-mall/members/42/offers")
"""


def test_faults_count_that_a_server_has_delivered(tmp_path: Path) -> None:
    file = tmp_path / "coverage.json"
    done = run("exec", "--coverage", str(file), "--", sys.executable, "-c", FAULTS)
    assert done.returncode == 0, done.stderr
    met = {outcome for outcome, count in json.loads(file.read_text())["outcomes"].items() if count}
    assert {each.removeprefix("any/fault:") for each in met if "fault:" in each} == {
        "reset", "empty", "truncate", "malformed_chunk", "garbage",
    }  # fmt: skip
    assert "any/retry_after_lost_answer" in met
