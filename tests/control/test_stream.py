"""What happens in a world, as it happens."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from mockserver.control import stream as stream_module
from mockserver.exchange import Receipt, Stream

USE = "members/me/offers/1000203/use"
EVENT = {"events": [{"offer_id": 14, "created_at": "2019-03-13T11:00:00Z"}]}


def opened(control, query: str = "", **headers: str) -> Stream:
    answer = control.call("GET", "stream", query, **headers)
    assert (answer.status, dict(answer.headers)["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert next(answer.stream.chunks) == b"retry: 1000\n\n"
    return answer.stream


def news(stream: Stream) -> list[tuple[str, Any]]:
    chunk = next(stream.chunks)
    messages = [] if chunk is None else chunk.decode().strip().split("\n\n")
    found = []
    for message in messages:
        fields = dict(line.split(": ", 1) for line in message.split("\n"))
        found.append((fields["event"], orjson.loads(fields["data"])))
    return found


def test_it_begins_with_the_world_as_it_is_and_then_waits(control, app):
    app.get("members/me/offers")
    stream = opened(control)
    assert [kind for kind, _ in news(stream)] == ["world"]
    assert next(stream.chunks) is None


def test_requests_events_and_changes_come_in_order(control, app):
    control.put("clock", {"frozen": True})
    stream = opened(control)
    news(stream)
    app.post(USE)
    app.post("members/me/events/offers_clicked", EVENT)
    found = news(stream)
    assert [kind for kind, _ in found] == ["request", "request", "event", "world"]
    assert [row["operation"] for kind, row in found if kind == "request"] == ["use_offer", "register_offers_clicked"]
    assert (found[2][1]["offer_id"], found[3][1]) == (14, control.get("world"))
    control.put("clock", {"frozen": False})
    assert [(kind, row["clock"]["mode"]) for kind, row in news(stream)] == [("world", "running")]
    assert next(stream.chunks) is None


def test_the_reader_is_woken_by_exchanges_and_by_changes_until_it_leaves(control, app):
    stream, woken = opened(control), []
    leave = stream.subscribe(lambda: woken.append(1))
    app.get("members/me/offers")
    control.put("clock", {"frozen": True})
    assert len(woken) == 2
    leave()
    app.get("members/me/offers")
    assert len(woken) == 2


@pytest.mark.parametrize("given", [{"query": "since=1"}, {"last_event_id": "1"}])
def test_a_reader_that_comes_back_gets_what_it_missed(control, app, given):
    for _ in range(3):
        app.get("members/me/offers")
    assert [row["id"] for kind, row in news(opened(control, **given)) if kind == "request"] == [2, 3]


def test_only_the_kinds_that_are_wanted(control, app):
    stream = opened(control, "only=request")
    assert next(stream.chunks) is None
    app.post("members/me/events/offers_clicked", EVENT)
    assert [kind for kind, _ in news(stream)] == ["request"]
    assert control.error("GET", "stream", "only=requests", status=422)["hint"] == "did you mean request?"
    assert control.error("GET", "stream", "since=x", status=422)["path"] == "since"


def test_a_reset_does_not_confuse_a_reader(control, app):
    stream = opened(control)
    app.post(USE)
    news(stream)
    control.post("reset")
    app.post(USE)
    assert [kind for kind, _ in news(stream)] == ["request", "world"]


def test_now_and_then_a_comment_keeps_proxies_awake(control, monkeypatch):
    stream = opened(control)
    news(stream)
    monkeypatch.setattr(stream_module, "HEARTBEAT_NS", 0)
    assert next(stream.chunks) == b": still here\n\n"


def test_it_ends_with_its_world(control):
    control.post("worlds", {"name": "short"}, status=201)
    control = control.in_world("short")
    stream = opened(control)
    news(stream)
    control.delete("worlds/short")
    assert next(stream.chunks, "ended") == "ended"


def test_it_waits_for_its_world_to_be_made_and_misses_nothing(control, app):
    woken: list[int] = []
    stream = opened(control.in_world("late"))
    leave = stream.subscribe(lambda: woken.append(1))
    assert next(stream.chunks) is None
    app.get(f"/w/late/v3/{app.slug}/stores")
    assert woken
    assert [kind for kind, _ in news(stream)] == ["request", "world"]
    count = len(woken)
    app.get(f"/w/late/v3/{app.slug}/stores")
    assert len(woken) == count + 1
    leave()


def test_a_thousand_streams_share_what_they_are_sent(control, app, monkeypatch):
    streams, made = [opened(control) for _ in range(20)], []
    real = stream_module.view.row
    monkeypatch.setattr(stream_module.view, "row", lambda *given: made.append(1) or real(*given))
    app.get("stores")
    assert [[kind for kind, _ in news(stream)] for stream in streams] == [["request", "world"]] * 20
    assert len(made) == 1


def test_one_world_does_not_hear_another(control, app):
    control.post("worlds", {"name": "quiet"}, status=201)
    stream = opened(control.in_world("quiet"))
    news(stream)
    app.post(USE)
    control.put("clock", {"frozen": True})
    assert next(stream.chunks) is None


def test_how_an_answer_went_that_was_on_its_way_is_told_to_who_wants_to_know(control, app, mock):
    control.post("rules", {"when": {"operation": "use_offer"}, "then": {"fault": "hang"}}, status=201)
    stream, plain = opened(control, "only=request,delivery"), opened(control)
    news(plain)
    app.post(USE)
    ((kind, row),) = news(stream)
    assert (kind, row["delivered"], row["wire"]) == ("request", False, "no answer yet")
    assert next(stream.chunks) is None
    response = mock.worlds.get("default").journal.newest_first()[0].response
    response.receipt = Receipt(ended="client left")
    told = {"id": row["id"], "delivered": False, "wire": "no answer: client left"}
    assert news(stream) == [("delivery", told)]
    assert next(stream.chunks) is None
    assert [kind for kind, _ in news(plain)] == ["request"]
