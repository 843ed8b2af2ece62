"""What can be read of a mock: timeline, events, tables, health, metrics."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mockserver import __version__
from mockserver.api.table import OPERATIONS
from mockserver.exchange import Response
from mockserver.journal.tally import BOUNDS_NS
from mockserver.mock import Mock
from mockserver.records.tables import Records
from mockserver.revisions import REVISIONS
from mockserver.worlds.worlds import Worlds
from tests.callers import body_of


def labels(**names: str) -> frozenset[tuple[str, str]]:
    return frozenset(names.items())


NOON = "2019-03-13T12:00:00.000Z"


def test_the_timeline_lists_what_comes(control, app):
    control.put("state", {
        "clubs": [{"slug": "infinity-mall"}],
        "clients": [{"token": "c", "clubs": ["infinity-mall"], "permits": ["*"]}],
        "members": [{"id": 42, "banned_until": "2019-03-20"}],
        "offers": [{"id": 1, "status": "published", "usable_until": "2019-03-14T00:00:00Z"}, {"id": 2, "status": "published"}],
    })  # fmt: skip
    control.put("clock", {"now": NOON, "frozen": True})
    control.patch("state/members/42", {"banned_until": None})
    app.post("members/42/offers/2/use", x_client_authorization="c")
    control.patch("state/members/42", {"banned_until": "2019-03-20"})
    expected = [
        {"at": "2019-03-13T12:00:35.000Z", "what": "active_until", "offer_id": 2, "member_id": 42},
        {"at": "2019-03-14T00:00:00.000Z", "what": "usable_until", "offer_id": 1},
        {"at": "2019-03-20T00:00:00.000Z", "what": "banned_until", "offer_id": None, "member_id": 42},
    ]
    assert control.get("timeline") == {"now": NOON, "timeline": expected}
    assert control.get("timeline", "limit=1")["timeline"] == expected[:1]
    assert control.get("timeline", "offer_id=1")["timeline"] == expected[1:2]
    assert control.error("GET", "timeline", "limit=few", status=422)["path"] == "limit"


def test_events_are_listed_newest_first_and_filtered(control, app):
    control.put("clock", {"now": NOON, "frozen": True})
    before = control.get("events")["total"]
    event = {"offer_id": "14", "created_at": "2019-03-13T11:00:00Z", "context": {"tags": ["t"]}}
    app.post("members/me/events/offers_clicked", {"events": [event]})
    app.post("members/me/events/offers_seen", {"events": [event | {"offer_id": 1000115, "context": None}]})
    listed = control.get("events")
    clicked = {
        "kind": "clicked", "club": "infinity-mall", "offer_id": 14, "member_id": 42, "created_at": "2019-03-13T11:00:00.000Z",
        "recorded_at": NOON, "context": {"tags": ["t"]}, "source": "app",
    }  # fmt: skip
    assert (listed["total"], listed["events"][1]) == (before + 2, clicked)
    assert listed["events"][0]["kind"] == "seen"
    assert control.get("events", "kind=clicked&limit=1")["events"] == [clicked]
    assert all(each["offer_id"] == 1000115 for each in control.get("events", "offer_id=1000115")["events"])
    assert control.get("events", "member_id=99") == {"events": [], "total": 0}
    assert control.error("GET", "events", "kind=clickd", status=422)["hint"] == "did you mean clicked?"


def test_the_table_of_operations(control):
    listed = control.get("operations")["operations"]
    assert [row["name"] for row in listed] == list(OPERATIONS)
    use = next(row for row in listed if row["name"] == "use_offer")
    assert {key: use[key] for key in ("method", "path", "contexts", "aliases", "permits", "writes")} == {
        "method": "POST",
        "path": "/v3/{slug}/members/{context}/offers/{id}/use",
        "contexts": ["me", "member_id"],
        "aliases": [{"method": "POST", "path": "/v3/{slug}/members/me/offers/{id}"}],
        "permits": {"me": ["Offers:Api:MemberOffers:Use"], "member_id": ["Offers:Api:MemberOffers:UseByMemberId"]},
        "writes": True,
    }


@pytest.mark.parametrize("named", [True, False])
def test_the_operations_of_a_date_are_those_that_it_has(control, named):
    if not named:
        control.put("world", {"revision": "2019-08"})
    told = control.get("operations", "revision=2019-08" if named else "")
    listed = {row["name"]: row for row in told["operations"]}
    assert told["revision"] == "2019-08"
    assert OPERATIONS.keys() - listed.keys() == {"grant_offer", "grant_offers"}
    use = listed["use_offer"]
    assert (use["contexts"], list(use["permits"])) == (["me"], ["me"])
    assert "member_is_banned" not in use["refusals"]
    assert [row["document"] for row in listed.values() if re.search("2025|_api/", row["document"])] == []
    of_2025 = {row["name"]: row["document"] for row in control.get("operations", "revision=2025-03")["operations"]}
    assert of_2025["use_offer"] == "offers-member-2025-03.md"
    assert control.call("GET", "operations", "revision=2020-01").status == 422


class TestHealth:
    def test_health_and_version(self, control):
        assert control.get("health") == {"status": "ok"}
        version = control.get("version")
        assert (version["name"], version["version"], version["revisions"]) == (
            "mockserver", __version__, sorted(REVISIONS),
        )  # fmt: skip

    def test_ready_has_a_real_request_answered_that_nobody_sees(self, control):
        assert control.get("ready") == {"status": "ok"}
        document = control.get("world")
        assert (document["counts"]["requests"], len(control.get("worlds")["worlds"])) == (0, 1)

    def test_a_mock_that_cannot_answer_is_not_ready(self, control, monkeypatch):
        monkeypatch.setattr("mockserver.control.health.respond", lambda *_: Response(500))
        assert (
            control.error("GET", "ready", status=503)["message"] == "not ready: a request to the API was not answered"
        )

    def test_a_mock_without_any_data_is_ready(self, control):
        settings = replace(control.mock.settings, journal=0)
        control.mock = Mock(settings, Worlds(lambda _: Records(), settings))
        assert control.get("ready") == {"status": "ok"}


class TestMetrics:
    @pytest.fixture
    def figures(self, control):
        def read(query: str = "") -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
            answer = control.call("GET", "metrics", query)
            assert dict(answer.headers)["content-type"].startswith("text/plain; version=0.0.4")
            return {
                (sample.name, frozenset(sample.labels.items())): sample.value
                for family in text_string_to_metric_families(answer.body.decode())
                for sample in family.samples
            }

        return read

    def test_requests_are_counted_by_operation_and_status_over_all_worlds(self, control, app, figures):
        app.post("members/me/offers/1000203/use")
        app.post("members/me/offers/1000203/use")
        app.post("/w/gone/v3/infinity-mall/members/me/offers/1000203/use")
        app.get("nowhere")
        control.delete("worlds/gone")
        control.post("reset")
        found = figures()

        def counted(operation: str, status: str) -> float:
            return found["mockserver_requests_total", frozenset({("operation", operation), ("status", status)})]

        assert (counted("use_offer", "200"), counted("use_offer", "422"), counted("unmatched", "404")) == (2, 1, 1)
        assert found["mockserver_request_seconds_count", frozenset({("operation", "use_offer")})] == 3
        assert found["mockserver_worlds", frozenset()] == 1
        assert found["mockserver_journal_entries", frozenset({("world", "default")})] == 0

    def test_pictures_lost_answers_and_times_are_counted(self, control, app, figures):
        picture = body_of(app.get("members/me/offers/1000115"))["offer"]["files"][0]["url"].removeprefix(
            "http://mock.test"
        )
        app.call("GET", picture.partition("?")[0], picture.partition("?")[2])
        control.put("scenarios", {"active": ["connection-reset"]})
        app.get("members/me/offers").receipt.ended = "RST"
        for found in (figures(), figures("world=default")):
            assert found["mockserver_requests_total", labels(operation="get_picture", status="200")] == 1
            lost = {key: value for key, value in found.items() if key[0] == "mockserver_requests_undelivered_total"}
            assert lost == {(next(iter(lost))[0], labels(operation="list_offers", status="200")): 1}
        found, bucket = figures(), "mockserver_request_seconds_bucket"
        assert found[bucket, labels(operation="get_picture", le="+Inf")] == 1
        up_to = [found[bucket, labels(operation="get_offer", le=str(bound / 1e9))] for bound in BOUNDS_NS]
        assert up_to == sorted(up_to)

    def test_figures_of_one_world_are_its_own(self, control, app, figures):
        app.get("members/me/offers")
        app.get("/w/mine/v3/infinity-mall/stores")
        found = figures("world=mine")
        asked = {key for key in found if key[0] == "mockserver_requests_total"}
        assert asked == {("mockserver_requests_total", labels(operation="list_stores", status="200"))}
        assert ("mockserver_journal_entries", labels(world="default")) not in found
        assert control.error("GET", "metrics", "world=mne", status=404)["hint"] == "did you mean mine?"

    def test_an_idle_mock_has_figures_too(self, control, figures):
        assert figures()["mockserver_info", frozenset({("version", __version__)})] == 1
