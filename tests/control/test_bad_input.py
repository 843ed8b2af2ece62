"""Whatever is sent to the control API, it answers in its own shape, and many at once never disturb one another."""

from __future__ import annotations

import json
import random
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.control.models import MODELS
from mockserver.control.table import ROUTES
from tests.callers import Caller
from tests.control.driver import Driver

WRITES = [route for route in ROUTES if route.writes and route.name != "reload_files" and route.path != "mcp"]
READS = [route for route in ROUTES if not route.writes]
KEYS = sorted({key for model in MODELS.values() for key in model.get("properties", ())})
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8)
    | st.sampled_from(["2019-03-13T12:00:00Z", "35s", "-1d", "next", "offer:1000115.active_until", "use_offer", "maintenance"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
NAMES = st.sampled_from(["1000115", "42", "infinity-mall", "maintenance", "default", "x"]) | st.text(max_size=6)
SLOWLY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def filled(path: str, name: str) -> str:
    head, brace, rest = path.partition("{")
    return f"{head}{name}{rest.partition('}')[2]}" if brace else path


def check(answer) -> None:
    assert answer.status < 500
    if answer.status >= 400 and not (answer.status == 409 and b'"ok":false' in answer.body):
        error = orjson.loads(answer.body)["error"]
        assert error["message"]
        assert error.keys() <= {"message", "hint", "path"}


@SLOWLY
@given(route=st.sampled_from(WRITES), name=NAMES, value=VALUES)
def test_any_body_is_answered(mock, route, name, value):
    check(
        Driver(mock).call(
            route.method, filled(route.path, name), text=json.dumps(value), content_type="application/json"
        )
    )


@SLOWLY
@given(
    route=st.sampled_from(READS),
    name=NAMES,
    query=st.dictionaries(st.sampled_from(KEYS), st.text(max_size=6), max_size=3),
)
def test_any_query_is_answered(mock, route, name, query):
    text = "&".join(f"{quote(key)}={quote(value)}" for key, value in query.items())
    answer = Driver(mock).call("GET", filled(route.path, name), text)
    if answer.wait is None:
        check(answer)


@SLOWLY
@given(text=st.text(max_size=200))
def test_any_yaml_is_answered(mock, text):
    for method, path in (("PUT", "scenarios/x"), ("POST", "rules")):
        check(Driver(mock).call(method, path, text=text, content_type="application/yaml"))


def test_many_threads_drive_many_worlds_while_apps_call(mock):
    def drive(number: int) -> int:
        chance, world = random.Random(number), f"w{number % 3}"
        control, app = Driver(mock, world), Caller(mock)
        calls = (
            lambda: control.put("clock", {"now": "2030-01-01T00:00:00Z", "frozen": True}),
            lambda: control.post("clock/advance", {"by": "1m"}),
            lambda: control.put("scenarios", {"active": chance.sample(["last-coupon", "token-expired", "flaky"], 2)}),
            lambda: control.post("reset"),
            lambda: control.put("snapshots/s"),
            lambda: control.call("GET", "timeline"),
            lambda: control.call("GET", "requests"),
            lambda: control.get("worlds"),
            lambda: control.call("GET", "metrics"),
            lambda: control.patch("state/offers/1000203", {"stock": 9}),
            lambda: control.call("DELETE", f"worlds/w{chance.randrange(3)}"),
            lambda: app.call("POST", f"/w/{world}/v3/infinity-mall/members/me/offers/1000203/use"),
            lambda: app.call("GET", f"/w/{world}/v3/infinity-mall/members/me/offers"),
        )
        for _ in range(60):
            chance.choice(calls)()
        return number

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(drive, range(8))) == list(range(8))
