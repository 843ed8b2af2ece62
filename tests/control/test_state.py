"""The data of a world by control calls: as one document, record by record, and as named snapshots."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from mockserver.control import state
from mockserver.values.instants import iso
from tests.callers import body_of
from tests.pictures import halves
from tests.records import put

NOON = "2019-03-13T12:00:00.000Z"


def test_an_exported_world_is_put_back_or_into_another_world(control, app):
    start = control.get("state")
    app.post("members/me/offers/1000203/use")
    app.put("members/me/offers/1000203/like")
    changed = control.get("state")
    assert changed != start
    other = control.in_world("other")
    answer = other.put("state", changed)
    assert set(answer) == {"rev", "state_hash"}
    assert other.get("state") == changed
    control.put("state", start)
    assert control.get("state") == start


def test_a_document_with_mistakes_changes_nothing_and_names_them_all(control):
    before = control.get("state")
    document = control.get("state")
    document["offers"][0]["stock"] = -1
    document["offers"][1]["collection_ids"] = [9]
    document["ofers"] = []
    body = control.json("PUT", "state", status=422, json=document)
    assert {problem["path"] for problem in body["problems"]} == {
        "offers[0].stock", "offers[1].collection_ids[0]", "ofers",
    }  # fmt: skip
    assert control.get("state") == before


def test_a_state_is_put_in_one_step_while_others_are_answered(control, app, monkeypatch):
    """What happens while a document is read is seen, and goes with all else once it is put."""
    read = state.from_document

    def read_while_a_member_uses(value: Any, permits: Any) -> Any:
        found = read(value, permits)
        with ThreadPoolExecutor(1) as others:  # who would wait for as long as the world is locked here
            assert others.submit(app.post, "members/me/offers/1000203/use").result(60).status == 200
        return found

    before = control.get("state")
    monkeypatch.setattr(state, "from_document", read_while_a_member_uses)
    answer = control.put("state", before)
    assert control.get("state") == before
    assert answer["rev"] == control.get("world")["rev"]
    monkeypatch.undo()
    assert control.put("state", before)["state_hash"] == answer["state_hash"]


def test_relative_dates_count_from_the_worlds_time(control):
    control.put("clock", {"now": NOON, "frozen": True})
    control.put("state", {"clubs": [{"slug": "mall"}], "offers": [{"id": 1, "usable_until": "now+1h"}]})
    assert control.get("state/offers/1")["usable_until"] == "2019-03-13T13:00:00.000Z"


def test_a_replaced_state_is_undone_by_reset(control):
    start = control.post("reset")["state_hash"]
    control.put("state", {"clubs": [{"slug": "mall"}]})
    assert control.get("world")["counts"]["offers"] == 0
    assert control.post("reset")["state_hash"] == start


class TestRecords:
    def test_one_record_reads_as_in_the_document(self, control):
        document = control.get("state")
        for table, key, path in (("offers", "id", "state/offers/1000115"), ("members", "id", "state/members/42"),
                                 ("clubs", "slug", "state/clubs/infinity-mall")):  # fmt: skip
            record = control.get(path)
            assert record == next(each for each in document[table] if str(each[key]) == path.rpartition("/")[2])

    def test_some_attributes_change_and_the_rest_stays(self, control, app):
        before = control.get("state/offers/1000203")
        patched = control.patch("state/offers/1000203", {"stock": 0, "usable_until": "2030-01-01"})
        assert patched == before | {"stock": 0, "usable_until": "2030-01-01T00:00:00.000Z"}
        assert control.get("state/offers/1000203") == patched
        assert body_of(app.post("members/me/offers/1000203/use")) == {"error": "Global limit exceeded"}

    def test_members_and_clubs_change_too(self, control, app):
        control.patch("state/members/42", {"banned_until": "2137-10-28T17:24:06.207Z"})
        assert body_of(app.post("members/me/offers/1000203/use")) == {
            "error": "Member is banned!", "banned_until": "2137-10-28T17:24:06.207Z",
        }  # fmt: skip
        control.patch("state/clubs/infinity-mall", {"offers_api_enabled": False})
        assert app.get("members/me/offers").status == 485

    def test_relative_dates_count_from_now(self, control, mock):
        control.put("clock", {"now": NOON, "frozen": True})
        assert (
            control.patch("state/offers/1000203", {"usable_until": "now+1m"})["usable_until"]
            == "2019-03-13T12:01:00.000Z"
        )

    def test_an_uploaded_picture_survives(self, control, mock):
        from msgspec.structs import replace

        world = mock.worlds.get("default")
        records = world.records
        offer = records.offers[1000115]
        picture = replace(offer.files[0], extension="png", width=3, height=4, content=halves((3, 4)))
        put(world, replace(offer, files=(picture,)))
        control.patch("state/offers/1000115", {"stock": 5})
        assert records.offers[1000115].files == (picture,)

    @pytest.mark.parametrize(
        ("path", "change", "where", "hint"),
        [
            ("offers/1000203", {"stok": 1}, "stok", "did you mean stock?"),
            ("offers/1000203", {"stock": -1}, "stock", None),
            ("offers/1000203", {"stock": "many"}, "stock", None),
            ("offers/1000203", {"collection_ids": [9]}, "collection_ids[0]", None),
            ("offers/1000203", {"status": "gone"}, "status", None),
            ("offers/1000203", {"id": 5}, "id", None),
            ("offers/1000203", {"club": "harbour-square"}, "club", None),
            ("offers/1000203", {"usable_since": "2030-01-02", "usable_until": "2030-01-01"}, "usable_until", None),
            ("members/42", {"banned": True}, "banned", "did you mean banned_until?"),
            ("members/42", {"banned_until": "soon"}, "banned_until", None),
            ("clubs/infinity-mall", {"timezone": "Mars/Base"}, "timezone", None),
        ],
    )
    def test_a_wrong_change_is_refused_and_nothing_changes(self, control, path, change, where, hint):
        before = control.get("state")
        error = control.error("PATCH", f"state/{path}", status=422, json=change)
        assert (error["path"], error.get("hint")) == (where, hint)
        assert control.get("state") == before

    @pytest.mark.parametrize(
        ("path", "message", "hint"),
        [
            ("offers/1000204x", "there is no offer 1000204x", "did you mean 1000204?"),
            ("members/4", "there is no member 4", None),
            ("clubs/infinity-mal", "there is no club infinity-mal", "did you mean infinity-mall?"),
        ],
    )
    def test_what_is_not_there_is_404(self, control, path, message, hint):
        for method, body in (("GET", None), ("PATCH", {"stock": 1})):
            error = control.error(method, f"state/{path}", status=404, json=body)
            assert error["message"] == message
            assert hint is None or error["hint"] == hint

    def test_the_same_record_put_back_is_fine(self, control):
        record = control.get("state/offers/1000203")
        assert control.patch("state/offers/1000203", record) == record


class TestSnapshots:
    def test_a_snapshot_holds_everything_but_the_journal(self, control, app):
        control.put(
            "world", {"clock": {"now": NOON, "frozen": True}, "scenarios": ["last-coupon"], "revision": "2019-08"}
        )
        control.post(
            "rules",
            {"name": "r", "calls": [3], "when": {"operation": "get_offer"}, "then": {"delay": "1s"}},
            status=201,
        )
        app.get("members/me/offers/1000203")
        kept = [control.get(path) for path in ("state", "clock", "scenarios", "rules")]
        assert control.put("snapshots/before") == {"name": "before", "taken_at": NOON}
        app.get("members/me/offers/1000203")
        app.post("members/me/offers/1000203/use")
        control.put("world", {"clock": {"now": "2030-01-01T00:00:00Z"}, "scenarios": [], "revision": "union"})
        control.delete("rules")
        restored = control.post("snapshots/before/restore")
        assert [control.get(path) for path in ("state", "clock", "scenarios", "rules")] == kept
        assert (restored["revision"], restored["counts"]["requests"]) == ("2019-08", 3)

    def test_a_restored_scenario_can_still_be_undone(self, control):
        control.put("scenarios", {"active": ["empty-catalogue"]})
        control.put("snapshots/empty")
        control.put("scenarios", {"active": []})
        full = control.get("state")
        control.post("snapshots/empty/restore")
        assert control.get("state") != full
        control.put("scenarios", {"active": []})
        assert control.get("state") == full

    def test_they_are_listed_replaced_and_deleted_and_outlive_a_reset(self, control):
        control.put("clock", {"now": NOON, "frozen": True})
        control.put("snapshots/a")
        control.post("clock/advance", {"by": "1s"})
        control.put("snapshots/a")
        control.put("snapshots/b")
        control.post("reset")
        later = iso(1_552_478_401_000)
        assert control.get("snapshots") == {
            "snapshots": [{"name": "a", "taken_at": later}, {"name": "b", "taken_at": later}]
        }
        assert control.delete("snapshots/a") == {"deleted": "a"}
        assert control.error("POST", "snapshots/a/restore", status=404) == {"message": "there is no snapshot a"}
        assert control.error("DELETE", "snapshots/bb", status=404)["hint"] == "did you mean b?"

    def test_a_name_is_checked(self, control):
        assert control.error("PUT", "snapshots/a b", status=422)["path"] == "name"
