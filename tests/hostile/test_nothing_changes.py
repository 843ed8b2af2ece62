"""What is refused changes nothing, and nothing is a 5xx but what a rule asks for: over made-up calls of every kind.

Bodies are made of the keys that a call knows, with values of any type, size and depth, as JSON and as YAML.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.api.table import OPERATIONS
from mockserver.attributes import OFFERS
from mockserver.control.models import MODELS
from mockserver.control.table import ROUTES
from mockserver.fixtures.shapes import SHAPES

EXAMPLES = int(os.environ.get("HOSTILE_EXAMPLES", "3"))
MADE = settings(max_examples=EXAMPLES, suppress_health_check=[*HealthCheck])
WRITES = [route for route in ROUTES if route.writes and route.path not in ("reload", "mcp")]
NAMES = [
    "title",
    "rules",
    "world",
    "when",
    "then",
    "respond",
    "body",
    "status",
    "headers",
    "refuse",
    "fault",
    "delay",
    "offers",
]
NAMES += [
    "members",
    "clubs",
    "id",
    "stock",
    "club",
    "extras",
    "now",
    "clock",
    "name",
    "hold",
    "barrier",
    "state",
    "rate_limit",
]
IDS = st.sampled_from(["1000115", "42", "infinity-mall", "already-active", "x", "0", "-1", "9" * 30, "a b", "..", "ø"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.sampled_from([0, -1, 1, 42, 1000115, 2**31, 2**63, 2**64 - 1, 2**64, -(2**63) - 1, 1e308, 0.5])
    | st.sampled_from(
        ["", "x", "now-2d", "250ms", "2019-03-13T18:00:00Z", "infinity-mall", "\U0001f600", "a\nb", "y" * 3_000]
    )
)
DEEP = st.integers(55, 70).map(lambda levels: json.loads("[" * levels + "]" * levels))
LONG = st.sampled_from([[1] * 2_000, [{}] * 1_200, {f"k{n}": n for n in range(500)}, ["x"] * 500])
VALUES = st.recursive(
    SCALARS | DEEP | LONG,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=10,
)


def bodies(keys: Any) -> st.SearchStrategy[Any]:
    known = sorted(keys)
    return st.dictionaries(st.sampled_from(known), VALUES, max_size=6) | VALUES if known else VALUES


def everything(control: Any) -> Any:
    """All that a world is, but for its counters and its journal."""
    found = [control.get(path) for path in ("world/file", "snapshots")]
    return found, sorted(world["name"] for world in control.get("worlds")["worlds"])


@pytest.mark.parametrize("route", WRITES, ids=lambda route: f"{route.method} {route.path}")
def test_a_control_call_that_is_refused_changes_nothing(control, route):
    control.put("snapshots/x")
    kinds = ["application/json", *(["application/yaml"] if route.yaml else [])]

    @MADE
    @given(st.data())
    def refused_or_done(data: Any) -> None:
        path = "/".join(data.draw(IDS) if part.startswith("{") else part for part in route.path.split("/"))
        body = data.draw(bodies(MODELS[route.body or "Empty"].get("properties", (*NAMES, *SHAPES))))
        kind = data.draw(st.sampled_from(kinds))
        text = json.dumps(body) if kind == "application/json" else yaml.safe_dump(body)
        cut = data.draw(st.sampled_from([None, None, None, len(text) // 2]))
        control.put("clock", {"now": "2019-03-13T18:00:00Z", "frozen": True})
        before = everything(control)
        answer = control.call(route.method, path.replace(" ", "%20"), text=text[:cut], content_type=kind)
        assert answer.status < 500, answer.body
        if answer.status >= 400:
            assert everything(control) == before
        assert control.call("GET", "requests").status == 200

    refused_or_done()


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.name)
@pytest.mark.parametrize("rule", [None, {"respond": 503}, {"refuse": "already_active"}, {"headers": {"X-A": "b"}}])
def test_a_call_of_the_api_that_is_refused_changes_nothing(app, control, operation, rule):
    control.put("clock", {"now": "2019-03-13T18:00:00Z", "frozen": True})
    if rule is not None:
        control.post("rules", {"name": "made", "calls": {"every": 2}, "then": rule}, status=201)

    @MADE
    @given(st.data())
    def refused_or_done(data: Any) -> None:
        path = "/".join(_part(data, part) for part in operation.path.split("/"))
        body = data.draw(
            bodies({"events", "offers", "authorization_token", "member_ids", "grants", *(row.name for row in OFFERS)})
        )
        query = data.draw(
            st.sampled_from(
                ["", "per_page=-1", "page=99999999999999999999", "ids[]=1&ids[]=x", "search=%00", "a=" * 500]
            )
        )
        before = everything(control)
        answer = app.call(
            operation.method, path, query, body=None if operation.method == "GET" else json.dumps(body).encode()
        )
        asked = dict(answer.headers).get("x-mock-rule") is not None
        assert answer.status < 500 or asked, answer.body
        if answer.status >= 400:
            assert everything(control) == before
        assert control.call("GET", "requests").status == 200

    refused_or_done()


def _part(data: Any, part: str) -> str:
    if part == "{context}":
        return str(data.draw(st.sampled_from(["me", "guest", "42", "0"])))
    return str(data.draw(IDS)).replace(" ", "%20") if part.startswith("{") else part
