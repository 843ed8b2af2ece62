"""What is saved of a world comes out the same: whatever decided an answer is in the capsule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from mockserver.api.handle import respond
from mockserver.capsules.format import pack, unpack
from mockserver.capsules.model import BadCapsuleError
from mockserver.capsules.recording import NothingToSaveError
from mockserver.capsules.replay import accepted, replay
from mockserver.capsules.standing import world_before
from mockserver.capsules.telling import deciding, in_lines, result, row
from mockserver.clock import system_now
from mockserver.exchange import Request
from mockserver.fixtures.document import state_hash
from mockserver.headers import SentHeaders
from mockserver.mock import Mock
from mockserver.records.effects import ScenarioActivated
from mockserver.settings import Settings
from mockserver.sources.reload import reload
from tests.callers import HEADERS, Caller, body_of
from tests.capsules.conftest import Save, replayed
from tests.control.driver import Driver
from tests.holding import Host
from tests.pictures import halves, multipart

OFFER = "members/me/offers/1000016"
USE = f"{OFFER}/use"


def test_fifty_requests_of_the_fixtures_take_100_kb_at_most(app: Caller, mock: Mock, save: Save) -> None:
    offers = sorted(mock.worlds.get("default").records.offers)
    for n in range(25):
        app.get("offers", f"per_page=100&page_no={1 + n % 2}")
        app.put("offers", {"offers": [{"id": offers[n], "name": f"Name {n}"}]})
    capsule = save()
    assert len(capsule.requests) == 50
    assert len(pack(capsule)) <= 100_000
    replayed(capsule)


def test_only_the_last_requests_with_the_world_before_them(app: Caller, save: Save) -> None:
    app.post(USE)
    app.post(USE)
    app.get(OFFER)
    capsule = save(last=2)
    assert [each.id for each in capsule.requests] == [2, 3]
    assert (capsule.earlier, len(capsule.changes)) == (1, 0)
    assert [each.recorded.answer.status for each in replayed(capsule)] == [422, 200]


def test_what_changes_between_requests_is_followed_in_order(
    app: Caller, control: Driver, save: Save, mock: Mock
) -> None:
    app.post(USE)
    control.post("clock/advance", {"by": "35s"})
    app.post(USE)
    control.patch("state/offers/1000016", {"stock": 1})
    app.get(OFFER)
    control.put("snapshots/here")
    control.post("rules", {"when": {"operation": "get_offer"}, "then": {"refuse": "maintenance"}}, 201)
    app.get(OFFER)
    control.post("snapshots/here/restore")
    app.get(OFFER)
    reload(mock)
    app.get(OFFER)
    control.put("state", control.get("state") | {"uses": []})
    app.get(OFFER)
    control.put("world", {"revision": "2019-08", "auth": "any"})
    app.get(OFFER, authorization="Bearer whoever-this-may-be-1234")
    control.put("scenarios", {"active": ["last-coupon"]})
    app.get(OFFER)
    control.post("undo")
    app.get(OFFER)
    replayed(save())
    replayed(save(last=3))


def test_a_reset_begins_anew(app: Caller, control: Driver, save: Save, mock: Mock) -> None:
    app.post(USE)
    control.post("reset", {})
    with pytest.raises(NothingToSaveError, match="no requests"):
        save()
    app.post(USE)
    assert [each.recorded.id for each in replayed(save())] == [2]


def test_no_journal_leaves_nothing_to_save(make: Callable[..., Mock], save: Save) -> None:
    mock = make(journal=0)
    Caller(mock).get(OFFER)
    with pytest.raises(NothingToSaveError, match="no requests"):
        save(mock=mock)


def test_time_is_each_requests_own(app: Caller, control: Driver, save: Save) -> None:
    control.put("clock", {"now": "2026-06-01T12:00:00Z", "rate": 1_000})
    app.post(USE)
    app.get("members/me/offers", "per_page=100")
    app.get(OFFER, x_mock_now="2031-01-01T00:00:00Z")
    app.get(OFFER, x_mock_scenario="last-coupon")
    control.put("scenarios/later", {"world": {"clock": {"now": "2030-01-01T00:00:00Z"}}})
    app.get(OFFER, x_mock_scenario="later")
    control.put("clock", {"now": "2026-06-01T11:00:00Z"})
    app.get(OFFER)
    control.delete("clock")
    app.get(OFFER)
    replayed(save())


def test_chance_rates_and_states_go_on_from_where_they_stood(app: Caller, control: Driver, save: Save) -> None:
    get = {"when": {"operation": "get_offer"}}
    control.post(
        "rules", get | {"chance": 0.4, "then": {"refuse": "maintenance", "delay": {"uniform": ["1ms", "2ms"]}}}, 201
    )
    control.post("rules", get | {"then": {"rate_limit": {"limit": 5, "per": "1h", "by": "real"}}}, 201)
    control.post("rules", get | {"calls": {"every": 3}, "then": {"fault": "reset"}}, 201)
    for _ in range(20):
        app.get(OFFER)
    statuses = {each.recorded.answer.status for each in replayed(save())}
    assert statuses == {200, 503, 429}
    replayed(save(last=7))
    assert any(each.answer.fault == "reset" for each in save().requests)


def test_a_rate_that_is_limited_by_real_time_sees_the_real_time_of_then(
    app: Caller, control: Driver, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    control.put("clock", {"now": "2026-06-01T12:00:00Z", "frozen": True})
    control.post("rules", {"then": {"rate_limit": {"limit": 1, "per": "10s", "by": "real"}}}, 201)
    real = system_now()
    for after in (0, 9_999, 10_000, 10_001):
        facts = "mockserver.api.rules.facts_of"
        monkeypatch.setattr("mockserver.api.layers.facts_of", _at(real + after, facts))
        app.get(OFFER)
    monkeypatch.undo()
    assert [each.recorded.answer.status for each in replayed(save())] == [200, 429, 200, 429]


def _at(real: int, _name: str) -> Any:
    from mockserver.api.rules import facts_of

    return lambda ctx: replace(facts_of(ctx), real=real)


@pytest.mark.parametrize("at", ["before", "before_commit", "after_commit"])
def test_a_race_comes_out_the_same_without_being_held(by_path: Caller, control: Driver, save: Save, at: str) -> None:
    control.patch("state/offers/1000016", {"stock": 33})
    control.post(
        "rules",
        {"name": "race", "when": {"operation": "use_offer"}, "calls": [1, 2],
         "then": {"hold": {"barrier": "b", "until": 2, "release": [2, 1]}, "at": at}}, 201,
    )  # fmt: skip
    host = Host()
    host.take("first", by_path.post("members/42/offers/1000016/use"))
    by_path.get("members/42/offers/1000016")
    control.post("clock/advance", {"by": "1s"})
    host.take("second", by_path.post("members/44/offers/1000016/use"))
    assert len(host.answered) == 2
    by_path.get("members/42/offers/1000016")
    capsule = save()
    assert len(replayed(capsule)) == 4
    assert any(each.arrived is not None for each in capsule.requests) == (at != "after_commit")
    replayed(save(last=2))


def test_a_request_that_is_refused_where_others_wait_comes_out_the_same(
    by_path: Caller, control: Driver, save: Save
) -> None:
    hold = {"hold": {"barrier": "b", "until": 2}, "at": "before_commit"}
    control.post("rules", {"when": {"operation": "use_offer"}, "then": hold}, 201)
    host = Host()
    for member_id in (45, 42, 44):
        host.take(str(member_id), by_path.post(f"members/{member_id}/offers/1000016/use"))
    assert len(host.answered) == 3
    replayed(save())


def test_who_still_waits_is_not_in_the_capsule_and_changes_nothing(
    by_path: Caller, control: Driver, save: Save
) -> None:
    control.post("rules", {"when": {"operation": "use_offer"}, "then": {"hold": {"barrier": "b", "until": 2}}}, 201)
    by_path.post("members/42/offers/1000016/use")
    by_path.get("members/42/offers/1000016")
    assert len(replayed(save())) == 1


def test_pictures_are_compared_by_status_type_and_size(app: Caller, save: Save) -> None:
    body, content_type = multipart(halves((1_200, 1_600)))
    app.call("POST", "files/offers/1000016/offer_default", body=body, content_type=content_type)
    url = body_of(app.get(OFFER))["offer"]["images"][0]["url"] if "images" in body_of(app.get(OFFER))["offer"] else None
    url = url or body_of(app.get(OFFER))["offer"]["files"][0]["url"]
    path, _, query = url.removeprefix("http://mock.test").partition("?")
    picture = app.get(path, query)
    assert picture.work is not None
    picture.work()
    capsule = save()
    shown = capsule.requests[-1].answer
    assert shown.picture is not None
    assert (shown.body, [name for name, _ in shown.headers]) == (None, ["content-type"])
    assert replayed(capsule)[0].made == capsule.changes[:1]
    capsule.requests[-1] = replace(capsule.requests[-1], answer=replace(shown, picture=(1, 1)))
    assert list(replay(capsule, Mock))[-1].differences[0].where == "picture"


@pytest.mark.parametrize("world", ["default", "other"])
def test_world_origin_and_request_id_are_placeholders(app: Caller, save: Save, world: str) -> None:
    app.get(OFFER, x_mock_world=world)
    app.get(f"/w/{world}/v3/infinity-mall/{OFFER}")
    capsule = save(world)
    text = b"".join(capsule.blobs.get(each.answer.body) for each in capsule.requests)
    assert b"mock.test" not in text
    assert b"{origin}/" in text
    headers = dict(capsule.requests[0].answer.headers)
    assert (headers["x-mock-world"], headers["x-mock-request-id"]) == ("{world}", "{request_id}")
    replayed(capsule)


def test_settings_that_decide_answers_are_in_the_capsule(make: Callable[..., Mock], save: Save) -> None:
    mock = make(strict=True, cors=("https://app.test",), max_body=1_000, world_domain=("mock.test",))
    app = Caller(mock)
    app.get(OFFER, "unknown=1")
    app.get(OFFER, origin="https://app.test")
    app.post("offers", {"offers": [{"name": "x" * 2_000}]})
    found = replayed(save(mock=mock))
    assert [each.recorded.answer.status for each in found] == [422, 200, 413]


def test_requests_are_sent_as_they_were(mock: Mock, save: Save) -> None:
    headers = SentHeaders((*HEADERS.items(), ("x-product-name", "another"), ("x-product-name", "default")))
    for path, raw in (
        ("/v3/infinity-mall/members/me/offers/1/2", "/v3/infinity-mall/members/me/offers/1%2F2"),
        ("/v3/ÿ", None),
    ):
        mock.handle(Request("GET", path, "a=%FF&b", headers, raw_path=raw))
    mock.handle(Request("POST", "/v3/infinity-mall/offers", "", headers, b"\xff\x00{", oversized=True))
    respond(mock, Request("POST", "/v3/infinity-mall/offers", "", headers, b"{", broken=True))
    capsule = save()
    assert (capsule.requests[0].raw_path, capsule.requests[0].headers) == (
        "/v3/infinity-mall/members/me/offers/1%2F2",
        headers.items(),
    )
    replayed(capsule)


def test_a_body_that_is_no_longer_kept_is_skipped_and_what_it_changed_stays(
    app: Caller, mock: Mock, save: Save
) -> None:
    app.post("offers", {"offers": [{"name": "New", "internal_name": "x" * 900}] * 10})
    app.get("offers", "per_page=100&order_by=id DESC")
    journal = mock.worlds.get("default").journal
    journal._entries[0] = journal._entries[0].without_bodies()
    found = replayed(save())
    assert [each.skipped is not None for each in found] == [True, False]


# -- what differs


def differing(app: Caller, save: Save, monkeypatch: pytest.MonkeyPatch, target: str, value: Any) -> dict[str, Any]:
    capsule = save()
    monkeypatch.setattr(target, value)
    found = next(each for each in replay(capsule, Mock) if not each.same)
    return result(found, len(capsule.requests))


def test_the_first_difference_is_told_with_path_values_and_check(
    app: Caller, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.get(OFFER)
    app.post(USE)
    app.post(USE)
    told = differing(app, save, monkeypatch, "mockserver.domain.usage.active_until", lambda club, uses: 0)
    assert (told["number"], told["path"], told["after"]) == (
        1,
        "$.offer.usage.active_until",
        "1970-01-01T00:00:00.000Z",
    )
    assert (told["requests"], told["request"]["method"], told["decided"]) == (3, "GET", None)
    assert next(in_lines(told)) == "request 1 is answered otherwise (1 of 3):"


def test_a_refusal_that_is_gone_names_its_check(app: Caller, save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    app.post(USE)
    app.post(USE)
    capsule = save(last=1)
    monkeypatch.setattr("mockserver.domain.usage.active_until", lambda club, uses: None)
    found = next(iter(replay(capsule, Mock)))
    told = result(found, 1)
    assert (told["path"], told["before"], told["after"]) == ("status", 422, 200)
    assert told["decided"]["check"] == "already_active"
    assert (told["decided"]["before"]["passed"], told["decided"]["after"]["passed"]) == (False, True)
    lines = "\n".join(in_lines(told))
    assert "decided by check already_active" in lines
    assert "before  failed: found active_until" in lines


def test_a_defect_is_a_difference(app: Caller, save: Save, monkeypatch: pytest.MonkeyPatch) -> None:
    app.post(USE)

    def broken(*_: object) -> None:
        raise ZeroDivisionError("oh")

    told = differing(app, save, monkeypatch, "mockserver.domain.usage.active_until", broken)
    assert (told["path"], told["before"]) == ("status", 200)
    assert "ZeroDivisionError: oh" in told["after"]


def test_a_change_of_the_world_alone_is_a_difference(app: Caller, save: Save) -> None:
    app.put(f"{OFFER}/like")
    capsule = save()
    capsule.changes[0] = replace(capsule.changes[0], at=1)
    found = next(iter(replay(capsule, Mock)))
    assert [each.where for each in found.differences] == ["changes[0]"]


def test_bytes_count_not_only_what_they_say(app: Caller, save: Save) -> None:
    app.get(OFFER)
    capsule = save()
    answer = capsule.requests[0].answer
    assert answer.body is not None
    capsule.blobs.parts[answer.body] = capsule.blobs.parts[answer.body].replace(b":", b": ", 1)
    assert next(iter(replay(capsule, Mock))).differences[0].where == "$ (written otherwise)"


def test_accepted_answers_come_out_the_same(
    app: Caller, control: Driver, save: Save, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.post(USE)
    app.post(USE)
    control.post("clock/advance", {"by": "1h"})
    app.post(USE)
    app.get("members/me/offers", "per_page=100")
    capsule = save()
    monkeypatch.setattr("mockserver.domain.usage.active_until", lambda club, uses: None)
    assert not all(each.same for each in replay(capsule, Mock))
    new = unpack(pack(accepted(capsule, Mock)))
    assert len(new.changes) == len(capsule.changes) + 1
    replayed(new)


def test_rules_that_came_out_otherwise_are_told() -> None:
    before = {"checks": [], "rules": [{"rule": "r", "outcome": "acted"}]}
    after = {"checks": [], "rules": [{"rule": "r", "outcome": "chance"}]}
    assert deciding(before, after) == {"rule": "r", "before": before["rules"][0], "after": after["rules"][0]}
    assert deciding(before, before) is None
    assert deciding({}, {"checks": "nonsense"}) is None


# -- the world before a request


def test_the_world_just_before_a_request(app: Caller, control: Driver, save: Save, mock: Mock) -> None:
    hashes = []
    for _ in range(3):
        hashes.append(state_hash(mock.worlds.get("default").records))
        app.post(USE)
        control.post("clock/advance", {"by": "1m"})
    capsule = save()
    for number, wanted in enumerate(hashes, 1):
        world = world_before(capsule, number, Settings(), "default")
        assert state_hash(world.records) == wanted
        assert 0 <= world.clock.now() - capsule.requests[number - 1].at < 60_000
        assert world.clock.mode == "running"
    other = Mock(Settings(), mock.worlds)
    other.worlds.place(world_before(capsule, 2, Settings(), "default"))
    again = Caller(other)
    assert (again.post(USE).status, again.post(USE).status) == (200, 422)
    Driver(other).post("reset", {})
    assert again.post(USE).status == 200


def test_a_frozen_clock_stays_where_it_stood(app: Caller, control: Driver, save: Save) -> None:
    control.put("clock", {"now": "2026-06-01T12:00:00Z", "frozen": True})
    app.get(OFFER)
    assert world_before(save(), 1, Settings(), "default").clock.mode == "frozen"


def test_changes_that_do_not_fit_are_one_error(app: Caller, save: Save) -> None:
    app.post(USE)
    app.get(OFFER)
    capsule = save()
    capsule.changes[0] = ScenarioActivated("none", {"rules": 7})
    capsule.requests = [replace(capsule.requests[1], saw=1)]
    with pytest.raises(BadCapsuleError, match="a change cannot be made"):
        list(replay(capsule, Mock))


def test_a_row_tells_what_became_of_a_request(app: Caller, save: Save) -> None:
    app.post(USE)
    app.post(USE)
    assert [row(each)[-1] for each in save().requests] == [None, "already_active"]
