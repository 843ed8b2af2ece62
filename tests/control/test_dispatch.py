"""A control call on its way: routes, methods, bodies, worlds, errors."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mockserver.control.dispatch import Control
from mockserver.control.models import MODELS
from mockserver.control.table import ROUTES
from mockserver.exchange import Request
from tests.control.driver import Driver

DESIGN = {
    "POST capsules", "POST mcp", "DELETE mcp",
    "GET coverage", "GET plan", "GET barriers", "GET barriers/{name}", "POST barriers/{name}/release",
    "GET conduct", "GET requests/{id}/curl",
    "GET health", "GET ready", "GET version", "GET world", "PUT world", "POST reset", "GET worlds", "POST worlds",
    "DELETE worlds/{name}", "GET scenarios", "GET scenarios/{id}", "PUT scenarios/{id}", "DELETE scenarios/{id}",
    "PUT scenarios", "POST scenarios/{id}/activate", "POST scenarios/{id}/deactivate", "GET rules", "POST rules",
    "DELETE rules", "DELETE rules/{name}", "GET clock", "PUT clock", "DELETE clock", "POST clock/advance",
    "POST clock/jump", "GET timeline", "GET requests", "GET requests/{id}", "GET requests/{id}/why", "DELETE requests",
    "GET requests.har", "POST requests/verify", "GET events", "GET state", "PUT state", "GET state/offers/{id}",
    "PATCH state/offers/{id}", "GET state/members/{id}", "PATCH state/members/{id}", "GET state/clubs/{slug}",
    "PATCH state/clubs/{slug}", "GET snapshots", "PUT snapshots/{name}", "POST snapshots/{name}/restore",
    "DELETE snapshots/{name}", "GET operations", "GET outcomes", "GET stream", "GET metrics", "POST reload",
    "GET state/offers", "GET state/members", "GET state/clubs",
    "POST scenarios/check", "POST requests/{id}/resend", "GET diff", "POST undo", "GET world/file", "PUT world/file",
    "GET state/members/{id}/activity", "POST state/members/{id}/uses", "DELETE state/members/{id}/uses/{offer_id}",
    "POST state/members/{id}/grants", "DELETE state/members/{id}/grants/{offer_id}",
    "PUT state/members/{id}/likes/{offer_id}", "DELETE state/members/{id}/likes/{offer_id}",
    "PUT state/members/{id}/audiences/{audience_id}", "DELETE state/members/{id}/audiences/{audience_id}",
    "PATCH state/members/{id}/tokens/{token}",
}  # fmt: skip


def test_every_call_of_the_design_is_there_and_an_index_lists_them(control):
    assert {f"{route.method} {route.path}" for route in ROUTES} == DESIGN | {"GET "}
    index = control.get("")
    assert {f"{call['method']} {call['path']}" for call in index["calls"]} == {
        f"{route.method} /__mock/{route.path}" for route in ROUTES
    }


def test_every_row_has_a_name_of_its_own_a_summary_and_models_that_exist():
    assert len({route.name for route in ROUTES}) == len(ROUTES)
    assert all(route.summary.endswith((".", ";")) or len(route.summary) > 10 for route in ROUTES)
    assert {name for route in ROUTES for name in (route.body or "Empty", route.response)} <= MODELS.keys()


def test_an_unknown_call_names_the_nearest(control):
    assert control.error("GET", "clok", status=404) == {
        "message": "there is no control call /__mock/clok",
        "hint": "did you mean /__mock/clock?",
    }


def test_a_wrong_method_says_which_are_right(control):
    answer = control.call("POST", "clock")
    assert (answer.status, dict(answer.headers)["allow"]) == (405, "DELETE, GET, HEAD, OPTIONS, PUT")
    assert control.error("POST", "clock", status=405) == {
        "message": "POST is not allowed on /__mock/clock",
        "hint": "allowed: DELETE, GET, HEAD, OPTIONS, PUT",
    }


def test_options_answers_the_methods_and_head_no_body(control):
    options, head = control.call("OPTIONS", "requests/verify"), control.call("HEAD", "health")
    assert (options.status, options.body, dict(options.headers)["allow"]) == (204, b"", "OPTIONS, POST")
    assert (head.status, head.body) == (200, b"")


@pytest.mark.parametrize("path", ["requests/verify/", "/clock", "clock//advance", "worlds/", "state/offers/"])
def test_odd_paths_are_never_a_server_error(control, path):
    for method in ("GET", "PUT", "POST", "DELETE", "PATCH", "BREW"):
        assert control.call(method, path).status < 500


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("GET", "clock", None), ("GET", "state", None), ("PUT", "state", {"ofers": []}), ("PUT", "clock", {"now": 1}),
     ("POST", "reload", None), ("GET", "requests/7", None)],
)  # fmt: skip
def test_every_answer_names_its_world_and_is_not_to_be_stored(control, method, path, body):
    control.post("worlds", {"name": "mine"}, status=201)
    headers = dict(control.in_world("mine").call(method, path, json=body).headers)
    assert (headers["x-mock-world"], headers["cache-control"]) == ("mine", "no-store")


@pytest.mark.parametrize("ends", ["poll", "expired"])
def test_what_a_long_poll_ends_in_is_such_an_answer_too(control, app, ends):
    wait = control.call("GET", "requests", "wait=5s&count=1").wait
    assert wait is not None
    assert wait.poll() is None
    if ends == "poll":
        app.get("stores")
    answer = getattr(wait, ends)()
    headers = dict(answer.headers)
    assert (headers["x-mock-world"], headers["cache-control"]) == ("default", "no-store")
    assert control.call("HEAD", "requests", "wait=5s&count=9").wait is None


@pytest.mark.parametrize("path", ["state", "reload"])
def test_long_work_is_left_to_whoever_delivers_the_answer(mock, path):
    call = Request("POST" if path == "reload" else "GET", f"/__mock/{path}", "", {}, peer=("127.0.0.1", 50_000))
    answer = Control(mock).handle(call)
    assert answer.work is not None
    assert answer.work().status == 200


@pytest.mark.parametrize("text", ["{", "\t"])
def test_a_body_that_is_not_json_is_400(control, text):
    error = control.error("PUT", "clock", status=400, text=text, content_type="application/json")
    assert error["message"].startswith("the body is not valid JSON: ")


def test_a_body_that_is_too_large_is_413(control):
    control.mock.settings = replace(control.mock.settings, max_body=10)
    error = control.error("PUT", "clock", status=413, json={"frozen": True})
    assert error == {"message": "the body is over 10 bytes", "hint": "start with --max-body"}


def test_an_unknown_key_names_the_nearest_and_nothing_changes(control):
    rev = control.get("world")["rev"]
    assert control.error("PUT", "clock", status=422, json={"now": "2019-03-13T12:00:00Z", "frozn": True}) == {
        "message": "frozn: found the key frozn, expected one of the keys now, frozen, rate",
        "hint": "did you mean frozen?",
        "path": "frozn",
    }
    assert control.get("world")["rev"] == rev


def test_an_unknown_parameter_names_the_nearest(control):
    assert control.error("GET", "requests", "operatoin=use_offer", status=422)["hint"] == "did you mean operation?"


def test_all_problems_are_told_at_once(control):
    body = control.json("PUT", "clock", status=422, json={"now": "noon", "frozen": 1, "rate": -1})
    assert [problem["path"] for problem in body["problems"]] == ["now", "frozen", "rate"]
    assert body["error"] == body["problems"][0]


@pytest.mark.parametrize("value", [[], "x", 5, [{"frozen": True}], True])
def test_a_body_that_is_no_object_is_422(control, value):
    for method, path in (("PUT", "clock"), ("PUT", "world"), ("POST", "worlds"), ("PUT", "scenarios"), ("POST", "rules"),
                         ("POST", "requests/verify"), ("PUT", "state"), ("PATCH", "state/offers/1000115"),
                         ("PUT", "scenarios/x"), ("POST", "clock/jump"), ("POST", "clock/advance")):  # fmt: skip
        assert control.call(method, path, json=value).status == 422, path


def test_what_is_required_is_asked_for(control):
    assert control.error("POST", "clock/advance", status=422) == {
        "message": "the body: found an empty body, expected an object with by"
    }
    assert control.error("POST", "clock/advance", status=422, json={}) == {
        "message": "by: found nothing, expected a value: it is required",
        "path": "by",
    }


def test_the_world_is_chosen_by_path_then_host_then_header_then_default(control):
    for name in ("by-header", "by-path", "by-host"):
        control.post("worlds", {"name": name}, status=201)
    by_host = Driver(control.mock, host="by-host.localhost:8080")
    assert by_host.get("world", x_mock_world="by-header")["name"] == "by-host"
    assert by_host.in_world("by-path").get("world")["name"] == "by-path"
    control.mock.settings = replace(control.mock.settings, world_domain=("mock.test",))
    assert Driver(control.mock, host="by-host.mock.test").get("world")["name"] == "by-host"
    assert Driver(control.mock, host="mock.test").get("world")["name"] == "default"
    assert control.get("world")["name"] == "default"
    assert control.get("world", x_mock_world="by-header")["name"] == "by-header"
    assert control.in_world("by-path").get("world", x_mock_world="by-header")["name"] == "by-path"
    assert dict(control.in_world("by-path").call("GET", "clock").headers)["x-mock-world"] == "by-path"


def test_a_world_that_must_be_there_is_not_made(control, mock):
    for method, path in (("GET", "world"), ("PUT", "clock"), ("POST", "reset")):
        assert control.in_world("nobody").error(method, path, status=404, if_match="*") == {
            "message": "there is no world nobody",
            "hint": "POST /__mock/worlds makes one",
        }
    assert mock.worlds.find("nobody") is None
    control.in_world("somebody").put("clock", {})
    assert control.in_world("somebody").get("world", if_match="*")["name"] == "somebody"


def test_an_impossible_world_is_400(control):
    assert control.error("GET", "world", status=400, x_mock_world="a b") == {
        "message": "a world's name is 1 to 64 of A-Z a-z 0-9 . _ -, not 'a b'",
        "path": "world",
    }


def test_control_calls_are_not_journalled_and_no_rule_acts_on_them(control):
    control.put("scenarios", {"active": ["maintenance", "connection-reset"]})
    answer = control.call("GET", "world")
    assert (answer.status, answer.fault, answer.delay_ms) == (200, None, 0)
    assert control.get("requests") == {"requests": [], "matched": 0, "dropped": 0}
