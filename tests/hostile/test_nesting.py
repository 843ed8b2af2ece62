"""Bodies of the API that nest deeper than can be shown: refused at once, and whatever was sent, the journal can be read."""

from __future__ import annotations

import json

import pytest

from mockserver.limits import NESTING
from tests.callers import body_of

USE = "members/me/offers/1000203/use"
CLICKED = "members/me/events/offers_clicked"
READS = ("requests", "requests.har", "requests/1", "requests/1/why", "requests/1/curl", "conduct", "world/file", "diff")


def nested(levels):
    return "[" * levels + "]" * levels


@pytest.mark.parametrize("levels", [NESTING + 1, 200, 250, 253, 254, 255, 900, 1_023])
@pytest.mark.parametrize(
    ("path", "around"),
    [
        (USE, '{{"x": {}}}'),
        (CLICKED, "{}"),
        (CLICKED, '{{"events": {}}}'),
        (CLICKED, '{{"events": [{{"context": {}}}]}}'),
    ],
)
def test_a_deep_body_is_a_422_that_names_the_limit_and_leaves_the_journal_readable(app, control, path, around, levels):
    before = control.get("state")
    control.post("rules", {"when": {"body": {"x": 1}}, "then": {"respond": 503}}, status=201)
    answer = app.call("POST", path, body=around.format(nested(levels)).encode())
    [leaf] = body_of(answer)["details"]
    assert (answer.status, f"at most {NESTING} lists and mappings" in leaf["message"]) == (422, True)
    assert control.get("state") == before
    for each in READS:
        assert control.call("GET", each).status == 200, each
    control.post("requests/verify", {"operation": "use_offer", "count": 9, "where": {"body": {"x": 1}}}, status=409)


@pytest.mark.parametrize("levels", [253, 900])
def test_a_deep_body_that_nobody_reads_leaves_the_journal_readable(app, control, levels):
    app.call("GET", "members/me/offers", body=nested(levels).encode())
    for each in READS:
        assert control.call("GET", each).status == 200, each
    [row] = control.get("requests")["requests"]
    assert row["body"] == nested(levels)


def test_the_deepest_body_is_taken(app):
    body = {"x": json.loads(nested(NESTING - 1))}
    assert app.post(USE, body).status == 200
