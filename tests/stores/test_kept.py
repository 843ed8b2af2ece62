"""A mock with a store: what was answered is there after a crash; what could not be stored is undone, and said."""

from __future__ import annotations

import dataclasses
import threading
from typing import Any

import orjson
import pytest
from msgspec.structs import replace

from mockserver.api.table import OPERATIONS
from mockserver.app import create_app
from mockserver.exchange import Request, Response
from mockserver.records.tables import Records
from mockserver.scenarios.library import Library
from mockserver.settings import Settings
from mockserver.stores.keeper import LEAST_BYTES
from mockserver.stores.kept_worlds import KeptWorlds
from mockserver.stores.records import world_from
from mockserver.values.instants import iso
from mockserver.worlds.world import World
from tests.callers import Caller, body_of
from tests.control.driver import Driver
from tests.fast.sequences import NOON, SCENARIOS, Sequence, move, records_at
from tests.stores.served import Served, Shop
from tests.test_base import everything

MALL = {"clock": iso(NOON), "freeze": True, "journal": 100}


def mall(now: int) -> Records:
    """The small mall, where a member may use an offer again at once."""
    records = records_at(now)
    records.put(replace(records.clubs["infinity-mall"], activated_seconds_time=0))
    return records


def shop(**settings: Any) -> Shop:
    library = Library(operations=OPERATIONS)
    for name, value in SCENARIOS.items():
        library.put(name, value)
    return Shop(mall, library, **(MALL | settings))


def kept(mock: Served, name: str = "default") -> World:
    """The world as it would be brought back from what is stored."""
    stored = mock.worlds.writer.store.load(name)
    assert stored is not None
    return world_from(stored, mock.settings, mock.worlds.library)[0]


def use(mock: Served, offer: int = 1, member: int = 42, **headers: str) -> Response:
    return Caller(mock).post(f"members/{member}/offers/{offer}/use", {}, **headers)


def found(mock: Served, **where: Any) -> int:
    """How many requests a verify finds."""
    answer = Driver(mock).json("POST", "requests/verify", json={"count": 0} | where, status=409)
    assert "reason" not in answer, answer
    return answer["found"]


class KeptSequence(Sequence):
    """A random sequence over worlds with a store."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        settings = Settings(seed=1, clock=iso(NOON), freeze=True)
        self.shop = shop(seed=1)
        keeping = self.shop.serve()
        self.worlds = keeping.worlds
        self.worlds._waits.on = True
        self.world = self.worlds.get("default")
        move(self.worlds.get("other"), NOON)
        fresh = Served(dataclasses.replace(settings, fast_path=False), self.worlds)
        self.keeping, self.fresh, self.control = Caller(keeping), Caller(fresh), Driver(keeping)


@pytest.mark.parametrize("seed", range(200, 215))
def test_whatever_happened_is_there_after_a_crash(seed: int) -> None:
    sequence = KeptSequence(seed)
    for _ in range(30):
        sequence.step()
        sequence.control.get("world")  # an answer: all that was done before is stored
    for name in ("default", "other"):
        before = everything(sequence.worlds.get(name))
        assert everything(kept(sequence.keeping.mock, name)) == before, sequence.log  # type: ignore[arg-type]
    again = sequence.shop.again()
    with again.worlds.waiting():
        for name in ("default", "other"):
            assert everything(again.worlds.get(name)) == everything(sequence.worlds._worlds[name]), sequence.log


def test_rows_and_tallies_of_writes_are_exact_after_a_crash() -> None:
    shelf = shop(journal=5)
    mock = shelf.serve()
    for _ in range(9):
        assert use(mock).status == 200
    refused = [use(mock, 8).status for _ in range(3)]  # by its token
    again = shelf.again()
    done = {"operation": "use_offer", "where": {"status": 200}}
    assert found(again, **(done | {"count": 0})) == 9
    assert found(again, operation="use_offer", where={"status": refused[0]}) == 3
    rows = Driver(again).get("requests", "operation=use_offer")["requests"]
    assert [(row["id"], row["offer_id"], row["member_id"], row["committed"]) for row in rows] == [
        (12, 8, 42, False), (11, 8, 42, False), (10, 8, 42, False), (9, 1, 42, True), (8, 1, 42, True),
    ]  # fmt: skip


def test_ids_skip_ahead_after_a_crash_and_reads_are_not_counted_for_sure() -> None:
    shelf = shop()
    mock = shelf.serve()
    use(mock)
    again = shelf.again()
    id_ = int(dict(use(again).headers)["x-mock-request-id"])
    assert id_ > 1_000
    driver = Driver(again)
    gap = driver.json("POST", "requests/verify", json={"operation": "get_offer", "count": 0}, status=409)
    assert gap["reason"] == "journal_gap"
    assert driver.post("requests/verify", {"operation": "use_offer", "at_least": 2}) == {"ok": True, "found": 2}
    assert driver.post("requests/verify", {"operation": "use_offer", "where": {"status": 200}, "count": 2})["ok"]
    driver.delete("requests")
    assert driver.post("requests/verify", {"operation": "get_offer", "count": 0})["ok"]


def test_after_a_stop_there_is_no_gap() -> None:
    shelf = shop()
    mock = shelf.serve()
    Caller(mock).get("members/42/offers/1")
    use(mock)
    mock.close()
    again = shelf.serve()
    assert Driver(again).post("requests/verify", {"operation": "get_offer", "count": 1})["ok"]
    assert dict(use(again).headers)["x-mock-request-id"] == "3"


def test_an_answer_leaves_once_it_is_stored() -> None:
    shelf = shop()
    mock = shelf.serve()
    appending, go = threading.Event(), threading.Event()

    def before() -> None:
        appending.set()
        assert go.wait(30)

    shelf.store.before = before
    answers: list[Response] = []
    writer = threading.Thread(target=lambda: answers.append(use(mock)))
    writer.start()
    assert appending.wait(30)
    reader = threading.Thread(target=lambda: answers.append(Caller(mock).get("members/42/offers/1")))
    reader.start()  # it sees the use, and must not be known before the use is
    assert answers == []
    go.set()
    writer.join()
    reader.join()
    assert [answer.status for answer in answers] == [200, 200]


def test_what_the_store_refuses_is_undone_and_said() -> None:
    shelf = shop()
    mock = shelf.serve()
    assert use(mock).status == 200
    before = everything(mock.worlds.find("default"))  # type: ignore[arg-type]
    shelf.store.reason = "disk full"
    for offer in (1, 2, 3):
        refused = use(mock, offer)
        assert (refused.status, dict(refused.headers)["retry-after"]) == (503, "1")
        assert "disk full" in body_of(refused)["error"]
    clock = Driver(mock).call("POST", "clock/advance", json={"by": "1s"})
    assert clock.status == 503
    assert everything(mock.worlds.find("default")) == before  # type: ignore[arg-type]
    assert Driver(mock).call("GET", "ready").status == 503
    shelf.store.reason = None
    assert use(mock, 2).status == 200
    assert Driver(mock).call("GET", "ready").status == 200
    assert everything(kept(mock)) == everything(mock.worlds.find("default"))  # type: ignore[arg-type]
    rows = Driver(mock).get("requests", "operation=use_offer")["requests"]
    assert [(row["status"], row["committed"]) for row in rows] == [
        (200, True), (503, False), (503, False), (503, False), (200, True),
    ]  # fmt: skip


def test_a_reset_that_the_store_refuses_leaves_the_world_as_it_was() -> None:
    shelf = shop()
    mock = shelf.serve()
    use(mock)
    before = everything(mock.worlds.find("default"))  # type: ignore[arg-type]
    shelf.store.reason = "disk full"
    assert Driver(mock).call("POST", "reset").status == 503
    shelf.store.reason = None
    assert Driver(mock).get("world")["counts"]["uses"] == 1
    with mock.worlds.waiting():
        assert everything(mock.worlds.get("default")) == before


def test_a_world_that_cannot_be_stored_is_not_made() -> None:
    shelf = shop()
    mock = shelf.serve()
    shelf.store.reason = "disk full"
    assert Driver(mock, "new").call("PUT", "clock", json={"frozen": True}).status == 503
    shelf.store.reason = None
    names = [world["name"] for world in Driver(mock).get("worlds")["worlds"]]
    assert names == ["default"]


def test_memory_is_bounded_and_idle_worlds_come_back() -> None:
    shelf = shop(max_worlds=3)
    mock = shelf.serve()
    for n in range(10):
        assert Caller(mock).post(f"/w/w{n}/v3/infinity-mall/members/42/offers/1/use", {}).status == 200
        assert len(mock.worlds) <= 3
    for n in range(10):
        assert Driver(mock, f"w{n}").get("world")["counts"]["uses"] == 1
        assert len(mock.worlds) <= 3
    assert Driver(mock, "w0").post("requests/verify", {"operation": "use_offer", "count": 1})["ok"]


def test_a_dropped_world_stays_dropped_even_where_it_was_not_in_memory() -> None:
    shelf = shop(max_worlds=2)
    mock = shelf.serve()
    for name in ("a", "b"):
        Driver(mock, name).put("clock", {"frozen": True})
    Driver(mock).delete("worlds/a")
    Driver(mock).delete("worlds/b")
    again = shelf.again()
    for name in ("a", "b"):
        assert Driver(again, name).call("GET", "world").status == 404


def test_a_name_that_is_stored_is_taken_and_can_be_copied() -> None:
    shelf = shop(max_worlds=2)
    mock = shelf.serve()
    use(mock)
    Driver(mock).post("worlds", {"name": "a", "from": "default"}, status=201)
    Driver(mock).post("worlds", {"name": "b"}, status=201)
    assert Driver(mock).call("POST", "worlds", json={"name": "a"}).status == 409
    Driver(mock).post("worlds", {"name": "c", "from": "a"}, status=201)
    assert Driver(mock, "c").get("world")["counts"]["uses"] == 1


def test_worlds_that_nobody_asks_end_at_last(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = shop(max_worlds=2)
    mock = shelf.serve()
    for name in ("a", "b"):
        Driver(mock, name).put("clock", {"frozen": True})
    mock.close()
    for kept_world in shelf.shelf.worlds.values():
        kept_world.written_at -= 6 * 86_400_000
    shelf.shelf.worlds["a"].written_at -= 2 * 86_400_000
    dropped = threading.Event()
    forget = KeptWorlds.drop
    monkeypatch.setattr(KeptWorlds, "drop", lambda worlds, name: (forget(worlds, name), dropped.set())[0])
    shelf.serve()
    assert dropped.wait(60)
    assert [row.name for row in shelf.store.list()] == ["b", "default"]


def test_many_records_become_a_base() -> None:
    shelf = shop()
    mock = shelf.serve()
    name = "x" * 10_000
    for n in range(LEAST_BYTES // 5_000):
        assert Driver(mock).call("PATCH", "state/offers/1", json={"description": f"{name}{n}"}).status == 200
    stored = mock.worlds.writer.store.load("default")
    assert stored is not None
    assert sum(map(len, stored.records)) <= LEAST_BYTES * 1.1
    assert everything(kept(mock)) == everything(mock.worlds.find("default"))  # type: ignore[arg-type]


def test_reads_are_stored_a_moment_later() -> None:
    shelf = shop()
    mock = shelf.serve()
    Caller(mock).get("members/42/offers/1")
    mock.worlds.writer.do(lambda: None)
    keeper: Any = mock.worlds.find("default").keeper  # type: ignore[union-attr]
    keeper.sweep()
    mock.worlds.writer.flush(keeper)
    rows = kept(mock).journal.newest_first()
    assert [(row.operation, row.status) for row in rows] == [("get_offer", 200)]


def test_changed_fixtures_are_taken_up_by_a_world_that_comes_back() -> None:
    shelf = shop()
    mock = shelf.serve()
    use(mock)
    Driver(mock).patch("state/offers/1", {"name": "By hand"})

    def changed(now: int) -> Records:
        records = mall(now)
        records.put(
            replace(records.offers[1], name="From the file", stock=9), replace(records.offers[2], name="New name")
        )
        return records

    shelf.records_at = changed
    for _ in range(2):
        again = shelf.again()
        one, two = (Driver(again).get(f"state/offers/{n}") for n in (1, 2))
        assert (one["name"], one["stock"], two["name"]) == ("By hand", 9, "New name")
        assert Driver(again).get("world")["counts"]["uses"] == 1
    Driver(again).post("reset")
    assert Driver(again).get("state/offers/1")["name"] == "From the file"


def test_every_control_call_of_another_world_waits_for_it_too() -> None:
    shelf = shop()
    mock = shelf.serve()
    call = Request("PUT", "/w/a/__mock/clock", "", {"content-type": "application/json"}, orjson.dumps({"frozen": True}))
    assert mock.handle(call).status == 200
    assert [row.name for row in shelf.store.list()] == ["a", "default"]


def test_only_some_threads_wait_for_the_store() -> None:
    worlds: KeptWorlds = shop().serve().worlds
    assert worlds.find("never") is None
    with worlds.waiting():
        assert worlds.ask("never") is None


def test_another_server_says_that_it_has_no_store(capsys: pytest.CaptureFixture[str]) -> None:
    create_app(Settings(store="sqlite:never.db"))
    assert "worlds are kept in memory" in capsys.readouterr().err
