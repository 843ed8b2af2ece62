"""Worlds are not anybody's to throw away: what makes one, what makes none, and who may go."""

from __future__ import annotations

from dataclasses import replace

import orjson
import pytest

from mockserver.api.cors import Cors
from tests.callers import Caller, body_of

OFFERS = "/v3/infinity-mall/members/me/offers"
CROSS = {"sec_fetch_site": "cross-site"}


def hint_of(answer):
    return dict(answer.headers).get("x-mock-hint", "")


def few_worlds(mock, most=3):
    mock.worlds._settings = replace(mock.worlds._settings, max_worlds=most)


def names(control):
    return [world["name"] for world in control.get("worlds")["worlds"]]


# -- what makes a world, and what does not


@pytest.mark.parametrize("path", ["/v3/infinity-mall/members/me/coupons", "/v2/x", "/v3", "/v3/", "/v3/a/b/c/d/e/f"])
def test_a_path_that_is_not_documented_makes_no_world(app, control, path):
    answer = app.get(f"/w/nobody{path}")
    assert (answer.status, "no documented path" in hint_of(answer)) == (404, True)
    assert body_of(answer) == body_of(app.get(path))
    assert names(control) == ["default"]
    [told] = control.get("worlds")["not_made"]
    assert (told["world"], told["method"], told["path"]) == ("nobody", "GET", f"/w/nobody{path}")


@pytest.mark.parametrize("path", [OFFERS, "/files/offers/1000115/main.png"])
def test_a_page_of_another_site_makes_no_world_and_evicts_none(app, control, mock, path):
    few_worlds(mock)
    control.in_world("tester").put("clock", {"frozen": True})
    for number in range(300):
        answer = app.get(f"/w/ad-{number}{path}", **CROSS)
        assert (answer.status, "another site" in hint_of(answer)) == (404, True)
    assert names(control) == ["default", "tester"]
    told = control.get("worlds")["not_made"]
    assert [row["world"] for row in told] == [f"ad-{number}" for number in range(299, 249, -1)]
    assert app.get(f"/w/tester{OFFERS}", **CROSS).status == 200
    assert app.get(OFFERS, **CROSS).status == 200


@pytest.mark.parametrize(("origin", "status"), [("https://shop.test", 200), ("https://other.test", 404), (None, 404)])
def test_a_web_app_of_an_allowed_origin_makes_its_world(app, mock, origin, status):
    mock.cors = Cors(("https://shop.test",))
    assert app.get(f"/w/web{OFFERS}", **CROSS, origin=origin).status == status


@pytest.mark.parametrize("site", ["same-origin", "same-site", "none", None])
def test_other_requests_make_a_world(app, control, site):
    assert app.get(f"/w/mine{OFFERS}", sec_fetch_site=site).status == 200
    assert names(control) == ["default", "mine"]


def test_a_wrong_method_on_a_documented_path_makes_a_world_with_its_journal(app, control):
    assert app.call("PATCH", f"/w/mine{OFFERS}").status == 405
    assert control.in_world("mine").get("requests")["matched"] == 1


# -- full


def test_thousands_of_names_evict_nobody_who_is_there(app, control, mock):
    few_worlds(mock)
    tester = control.in_world("tester")
    tester.post("rules", {"name": "mine", "then": {"respond": 503}}, status=201)
    for number in range(1_000):
        answer = app.get(f"/w/flood-{number}{OFFERS}")
        assert answer.status == (200 if number == 0 else 503)
    headers = dict(answer.headers)
    assert 1 <= int(headers["retry-after"]) <= 300
    assert "--max-worlds" in headers["x-mock-hint"]
    assert len(tester.get("rules")["rules"]) == 1
    refused = control.in_world("late").call("PUT", "clock", json={"frozen": True})
    assert (refused.status, 1 <= int(dict(refused.headers)["retry-after"]) <= 300) == (503, True)
    assert control.call("POST", "worlds", json={"name": "late"}).status == 503
    assert names(control) == ["default", "flood-0", "tester"]


def test_an_eviction_is_told_to_the_client_that_comes_back_once(app, control, mock):
    few_worlds(mock, 2)
    now = [0]
    mock.worlds._ticks = lambda: now[0]
    app.get(f"/w/first{OFFERS}")
    now[0] += 301 * 10**9
    app.get(f"/w/second{OFFERS}")
    [told] = control.get("worlds")["evicted"]
    assert (told["name"], told["why"]) == ("first", "idle for 5 minutes, made room for second")
    now[0] += 301 * 10**9
    assert "the old first was dropped" in hint_of(app.get(f"/w/first{OFFERS}"))
    assert hint_of(app.get(f"/w/first{OFFERS}")) == ""
    now[0] += 301 * 10**9
    answer = control.in_world("second").call("PUT", "clock", json={"frozen": True})
    assert "the old second was dropped" in hint_of(answer)


def test_a_world_that_is_polled_or_streamed_stays(app, control, mock):
    few_worlds(mock, 3)
    now = [0]
    mock.worlds._ticks = lambda: now[0]
    for name in ("polled", "streamed"):
        app.get(f"/w/{name}{OFFERS}")
    wait = control.in_world("polled").call("GET", "requests", "wait=10m&count=5").wait
    stream = control.in_world("streamed").call("GET", "stream").stream
    leave = wait.subscribe(lambda: None), stream.subscribe(lambda: None)
    now[0] += 3_600 * 10**9
    assert app.get(f"/w/late{OFFERS}").status == 503
    leave[0]()
    assert app.get(f"/w/late{OFFERS}").status == 200
    assert names(control) == ["default", "late", "streamed"]


# -- the control API


ANY = ("health", "ready", "version", "operations", "outcomes", "worlds", "metrics", "")
READS = ("world", "clock", "state", "rules", "scenarios", "requests", "timeline", "snapshots", "requests.har", "events",
         "diff", "state/offers", "requests/1", "world/file", "conduct")  # fmt: skip


@pytest.mark.parametrize("path", ANY)
def test_what_is_about_no_world_is_answered_under_any_name(control, path):
    assert control.in_world("nobody").call("GET", path).status == 200
    assert names(control) == ["default"]


@pytest.mark.parametrize("path", READS)
def test_reading_of_an_unknown_world_is_404_with_the_nearest_name(control, path):
    control.post("worlds", {"name": "tester"}, status=201)
    error = control.in_world("testr").error("GET", path, status=404)
    assert (error["message"], "did you mean tester?" in error["hint"]) == ("there is no world testr", True)
    assert names(control) == ["default", "tester"]


def test_verify_in_an_unknown_world_is_404(control):
    body = {"operation": "use_offer", "count": 0}
    assert control.in_world("nobody").call("POST", "requests/verify", json=body).status == 404
    assert names(control) == ["default"]


def test_a_write_makes_the_world_and_one_that_is_refused_leaves_none(control):
    other = control.in_world("other")
    for method, path, body in (("PUT", "clock", {"now": "noon"}), ("POST", "rules", {"then": 1}), ("PUT", "state", {"x": 1}),
                               ("DELETE", "rules/none", None), ("POST", "scenarios/none/activate", None)):  # fmt: skip
        assert 400 <= other.call(method, path, json=body).status < 500
        assert names(control) == ["default"]
    other.put("clock", {"frozen": True})
    [_, told] = control.get("worlds")["worlds"]
    assert (told["name"], told["made_by"], told["arranged_by"]) == ("other", "PUT /__mock/clock", "PUT clock")


def test_a_long_poll_waits_for_its_world_to_be_made(app, control):
    woken: list[int] = []
    wait = control.in_world("late").call("GET", "requests", "wait=5s&operation=list_offers").wait
    assert wait.poll() is None
    leave = wait.subscribe(lambda: woken.append(1))
    app.get(f"/w/other{OFFERS}")
    assert woken == []
    app.get("/w/late/v3/infinity-mall/stores")
    assert woken == [1]
    leave()
    within = wait.poll().wait  # the world is there, the request is not yet
    assert 0 < within.timeout_ms <= 5_000
    leave = within.subscribe(lambda: woken.append(2))
    app.get("/w/late/v3/infinity-mall/stores")
    assert (woken, within.poll()) == ([1], None)
    app.get(f"/w/late{OFFERS}")
    assert woken == [1, 2]
    leave()
    found = orjson.loads(within.poll().body)
    assert (found["complete"], [row["operation"] for row in found["requests"]]) == (True, ["list_offers"])
    assert orjson.loads(wait.expired().body) == {"requests": [], "matched": 0, "dropped": 0, "complete": False}


def test_a_long_poll_on_a_dropped_world_says_so(control):
    control.post("worlds", {"name": "short"}, status=201)
    woken: list[int] = []
    wait = control.in_world("short").call("GET", "requests", "wait=5s").wait
    leave = wait.subscribe(lambda: woken.append(1))
    control.delete("worlds/short")
    assert (woken, wait.poll().status) == ([1], 404)
    leave()


@pytest.mark.parametrize("count", [1, 3])
def test_a_waiter_looks_at_each_exchange_once(app, control, monkeypatch, count):
    from mockserver.journal.filters import Filter

    for _ in range(50):
        app.get("stores")
    wait = control.call("GET", "requests", f"wait=5s&count={count}&operation=list_offers").wait
    leave = wait.subscribe(lambda: None)
    wait.poll()
    looked: list[int] = []
    real = Filter.meets
    monkeypatch.setattr(Filter, "meets", lambda self, entry: looked.append(entry.id) or real(self, entry))
    for _ in range(10):
        app.get("stores")
        assert wait.poll() is None
    assert sorted(looked) == sorted([*range(51, 61)] * 2)  # when it comes, and when the count is taken up
    for _ in range(count):
        assert wait.poll() is None
        app.get("members/me/offers")
    assert wait.poll() is not None
    leave()


def test_names_of_host_choose_a_world(app: Caller):
    from mockserver.exchange import Request
    from tests.callers import HEADERS

    request = Request("GET", OFFERS, "", HEADERS, host="tester.localhost:8080")
    answer = app.mock.handle(request)
    assert (answer.status, dict(answer.headers)["x-mock-world"]) == (200, "tester")
