"""What was sent goes again: refused bodies leave no circles behind, and large pictures are decoded two at a time."""

from __future__ import annotations

import gc
import threading
import time

import pytest

from mockserver.limits import PICTURES_AT_ONCE
from mockserver.pictures import uploads
from tests.callers import NO_FAST_PATH
from tests.pictures import halves

CALLS = {
    "a state": (
        "PUT",
        "state",
        {"text": '{"offers": [1, {"id": 1}, {"name": []}]}', "content_type": "application/json"},
    ),
    "a long state": ("PUT", "state", {"json": {"offers": [1] * 50_000}}),
    "a scenario": ("PUT", "scenarios/x", {"text": '{"rules": [1, 2, 3]}', "content_type": "application/json"}),
    "a scenario in YAML": ("PUT", "scenarios/x", {"text": "rules: [1, {then: 2}]", "content_type": "application/yaml"}),
    "what is no YAML": ("PUT", "scenarios/x", {"text": "a: [", "content_type": "application/yaml"}),
    "a good scenario in YAML": ("PUT", "scenarios/x", {"text": "title: t", "content_type": "application/yaml"}),
    "a rule": ("POST", "rules", {"json": {"then": 1, "when": 2}}),
    "what is no JSON": ("PUT", "clock", {"text": "{", "content_type": "application/json"}),
    "a clock": ("PUT", "clock", {"json": {"now": "noon"}}),
}
BODIES = {
    "events": ("members/me/events/offers_clicked", b'{"events": [{}, {}, {"offer_id": "x"}]}'),
    "offers": ("offers", b'{"offers": [{"name": 5}, {}, {"name": "a", "stock": -1}]}'),
    "a token": ("members/me/offers/1000203/use", b'{"authorization_token": 5}'),
    "a deep body": ("members/me/offers/1000203/use", b"[" * 100 + b"]" * 100),
    "what is no JSON": ("members/me/offers/1000203/use", b"{"),
}


def circles_of(act) -> int:
    act()  # what is made once stays
    gc.collect()
    gc.disable()
    try:
        act()
        return gc.collect()
    finally:
        gc.enable()


@pytest.mark.parametrize("name", CALLS)
def test_a_control_call_leaves_no_circles(control, name):
    method, path, sent = CALLS[name]
    assert circles_of(lambda: control.call(method, path, **sent)) == 0


@pytest.mark.skipif(NO_FAST_PATH, reason="werkzeug's routing leaves a small circle with each request")
@pytest.mark.parametrize("name", BODIES)
def test_a_body_of_the_api_leaves_no_circles(app, name):
    path, body = BODIES[name]
    assert circles_of(lambda: app.call("POST", path, body=body)) == 0


def test_so_many_pictures_are_decoded_at_once(monkeypatch):
    at_once, most, lock = [0], [0], threading.Lock()
    content, real = halves((60, 40)), uploads._inspect

    def slow(content):
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        time.sleep(0.01)
        with lock:
            at_once[0] -= 1
        return real(content)

    monkeypatch.setattr(uploads, "_inspect", slow)
    threads = [threading.Thread(target=uploads.inspect, args=(content,)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == PICTURES_AT_ONCE
