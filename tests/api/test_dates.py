"""Each date by itself: what a revision lacks is not there, and cannot be forced."""

from __future__ import annotations

import pytest

from mockserver.api.table import ROUTES
from mockserver.journal import Entry
from mockserver.mock import Mock
from mockserver.revisions import REVISIONS
from tests.callers import Caller, body_of
from tests.control.driver import Driver

OLD = {"x_mock_revision": "2019-08"}
BANNED = {"authorization": "Bearer token-of-member-45"}
LATER = [
    ("GET", "members/42/offers"),
    ("GET", "members/guest/offers"),
    ("GET", "members/42/offers/1000115"),
    ("GET", "members/guest/offers/meta"),
    ("POST", "members/42/offers/1000203/use"),
    ("PUT", "members/42/offers/1000203/like"),
    ("POST", "members/44/offers/1000220/grant"),
    ("POST", "offers/grant"),
]


@pytest.fixture
def control(mock: Mock) -> Driver:
    return Driver(mock)


def newest(app: Caller) -> Entry:
    return app.mock.worlds.get("default").journal.newest_first()[0]


@pytest.mark.parametrize(("method", "path"), LATER)
@pytest.mark.parametrize("wrong", [False, True])
def test_a_path_that_came_later_is_unknown_before_whatever_the_method(
    app: Caller, method: str, path: str, wrong: bool
) -> None:
    answer = app.call("PATCH" if wrong else method, path, json={}, **OLD)
    assert (answer.status, "not an operation" in body_of(answer)["error"]) == (404, True)
    assert "allow" not in dict(answer.headers)
    entry = newest(app)
    assert (entry.operation, entry.refusal) == (None, "path_not_found")
    assert [note.about for note in entry.notes] == ([] if wrong else ["path"])
    for revision in ("2025-03", "union"):
        assert app.call(method, path, json={}, x_mock_revision=revision).status in (200, 422)


def test_a_date_knows_only_its_own_member_contexts() -> None:
    for name, revision in REVISIONS.items():
        contexts = {route.context for route in ROUTES if route.is_in(revision)} - {None}
        assert contexts == ({"me"} if name == "2019-08" else {"me", "member_id", "guest"})


def test_the_curl_path_of_a_use_is_documented_for_me_alone(app: Caller) -> None:
    assert app.call("POST", "members/me/offers/1000016", **OLD).status == 200
    assert app.call("POST", "members/44/offers/1000016").status == 405


def test_a_call_that_needs_another_scope_is_told_so_in_the_journal(app: Caller) -> None:
    for query, revision, noted in (("", "union", ["surprise"]), ("scope=parking", "union", []), ("", "2019-08", [])):
        status = app.get("members/me/offers/1000224", query, x_mock_revision=revision).status
        assert status == (200 if query else 404)
        assert [note.about for note in newest(app).notes] == noted


def test_nobody_is_banned_before_there_were_bans(app: Caller) -> None:
    assert app.call("POST", "members/me/offers/1000203/use", **BANNED).status == 467
    assert app.call("POST", "members/me/offers/1000203/use", **BANNED, **OLD).status == 200


def test_no_offer_requires_a_token_before_that_was_invented_but_a_sent_one_is_looked_at(app: Caller) -> None:
    use = "members/me/offers/1000218/use"
    assert body_of(app.call("POST", use))["error"] == "Usage authorization token missing"
    refused = app.call("POST", use, x_usage_token="guessed", **OLD)
    assert (refused.status, body_of(refused)["error"]) == (422, "Usage authorization token invalid")
    assert app.call("POST", use, **OLD).status == 200


def test_periods_limit_nothing_and_are_not_seen_before_there_were_any(app: Caller) -> None:
    def usable(revision: str) -> tuple[bool, bool]:
        seen = {"x_mock_now": "2030-03-13T12:01:00Z", "x_mock_revision": revision}
        listed = body_of(app.get("members/me/offers", "only_usable=true&usable=true", **seen))["offers"]
        offer = body_of(app.get("members/me/offers/1000201", **seen))["offer"]
        return offer["usage"]["usable"], 1000201 in [each["id"] for each in listed]

    assert app.call("POST", "members/me/offers/1000201/use", x_mock_now="2030-03-13T12:00:00Z").status == 200
    assert [usable(revision) for revision in ("2019-08", "2025-03", "union")] == [
        (True, True),
        (False, False),
        (False, False),
    ]
    again = {"x_mock_now": "2030-03-13T12:01:00Z"}
    refused = app.call("POST", "members/me/offers/1000201/use", **again)
    assert body_of(refused)["error"] == "Periodic user limit exceeded"
    answer = app.call("POST", "members/me/offers/1000201/use", **again, **OLD)
    assert body_of(answer)["usage"].keys() == {"usable", "max_uses", "uses_left", "active_until"}
    assert body_of(answer)["usage"]["usable"]


ABSENT = sorted(REVISIONS["2019-08"].absent_refusals)


@pytest.mark.parametrize("refusal", ABSENT)
def test_a_refusal_that_a_date_lacks_cannot_be_forced(app: Caller, control: Driver, refusal: str) -> None:
    control.json("POST", "rules", json={"name": "forced", "then": {"refuse": refusal}}, status=201)
    assert app.call("POST", "members/me/offers/1000203/use", **OLD).status == 200
    (considered,) = newest(app).considered
    assert (considered.outcome, considered.expected, considered.found) == ("revision", refusal, "2019-08")
    why = control.get(f"requests/{newest(app).id}/why")
    assert why["because"].endswith(f"did not act, for 2019-08 has no refusal {refusal}")
    assert why["rules"][0]["outcome"] == "revision"
    assert newest(app).rule is None


def test_a_rule_that_cannot_act_counts_no_call(app: Caller, control: Driver) -> None:
    control.json("PUT", "scenarios", json={"active": ["member-is-banned"]})
    app.call("POST", "members/me/offers/1000203/use", **OLD)
    rules = [each for each in control.get("scenarios")["scenarios"] if each["id"] == "member-is-banned"]
    assert rules[0]["hits"] == 0
    assert app.call("POST", "members/me/offers/1000205/use").status == 467


def test_outcomes_are_those_of_the_revision_asked_for_or_else_of_the_world(control: Driver) -> None:
    def listed(query: str = "") -> dict[str, int]:
        return {each["refusal"]: each["status"] for each in control.get("outcomes", query)["outcomes"]}

    everything, old = listed(), listed("revision=2019-08")
    assert everything.keys() - old.keys() == set(ABSENT)
    assert everything.keys() == listed("revision=2025-03").keys()
    assert (old["header_missing"], everything["header_missing"]) == (400, 470)
    assert listed("revision=2025-03")["offers_api_not_enabled"] == 402
    control.json("PUT", "world", json={"revision": "2019-08"})
    assert listed() == old
    refused = control.call("GET", "outcomes", "revision=2020-01")
    assert (refused.status, "2019-08" in str(refused.body)) == (422, True)


def test_a_world_of_a_date_tells_how_an_offer_stands_by_that_date(control: Driver) -> None:
    def refused_by(offer_id: int, member_id: int) -> str | None:
        found = control.get("state/offers", f"search={offer_id}&member_id={member_id}")["offers"]
        return next(each for each in found if each["id"] == offer_id)["standing"]["use_refused_by"]

    cases = [(1000203, 45), (1000218, 42)]
    assert [refused_by(*case) for case in cases] == ["member_is_banned", "usage_authorization_token_missing"]
    control.json("PUT", "world", json={"revision": "2019-08"})
    assert [refused_by(*case) for case in cases] == [None, None]
