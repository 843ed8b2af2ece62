"""The client has every control call, with every parameter that the call takes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from mockserver.client import MockClient
from mockserver.client.requests import Filters
from mockserver.control.routes import ControlRoute
from mockserver.control.table import ROUTES

CLIENT = MockClient("http://127.0.0.1:1")
# by the call's name: what makes it
MADE_BY: dict[str, Callable[..., Any]] = {
    "get_health": CLIENT.health, "get_ready": CLIENT.ready, "get_version": CLIENT.version, "get_index": CLIENT.calls,
    "get_world": CLIENT.world, "change_world": CLIENT.set_world, "reset_world": CLIENT.reset,
    "list_worlds": CLIENT.worlds, "create_world": CLIENT.create_world, "drop_world": CLIENT.drop_world,
    "list_scenarios": CLIENT.scenarios.list, "set_active_scenarios": CLIENT.scenarios.set,
    "get_scenario": CLIENT.scenarios.show, "put_scenario": CLIENT.scenarios.put,
    "delete_scenario": CLIENT.scenarios.delete, "activate_scenario": CLIENT.scenarios.activate,
    "deactivate_scenario": CLIENT.scenarios.deactivate,
    "list_rules": CLIENT.rules.list, "add_rule": CLIENT.rules.add, "clear_rules": CLIENT.rules.clear,
    "delete_rule": CLIENT.rules.delete,
    "list_barriers": CLIENT.barriers.list, "get_barrier": CLIENT.barriers.show,
    "release_barrier": CLIENT.barriers.release,
    "get_clock": CLIENT.clock.show, "set_clock": CLIENT.clock.set, "reset_clock": CLIENT.clock.reset,
    "advance_clock": CLIENT.clock.advance, "jump_clock": CLIENT.clock.jump, "get_timeline": CLIENT.timeline,
    "list_requests": CLIENT.requests.list, "get_request": CLIENT.requests.show, "explain_request": CLIENT.requests.why,
    "copy_request_as_curl": CLIENT.requests.curl, "report_conduct": CLIENT.requests.conduct,
    "report_coverage": CLIENT.requests.coverage, "get_plan": CLIENT.plan, "save_capsule": CLIENT.save_capsule,
    "clear_requests": CLIENT.requests.clear, "export_requests": CLIENT.requests.har,
    "verify_requests": CLIENT.requests.verify, "list_events": CLIENT.events,
    "get_state": CLIENT.state.export, "put_state": CLIENT.state.replace,
    "get_offer_state": CLIENT.state.offer, "patch_offer_state": CLIENT.state.set_offer,
    "get_member_state": CLIENT.state.member, "patch_member_state": CLIENT.state.set_member,
    "get_club_state": CLIENT.state.club, "patch_club_state": CLIENT.state.set_club,
    "list_offer_states": CLIENT.state.offers, "list_member_states": CLIENT.state.members, "list_club_states": CLIENT.state.clubs,
    "list_snapshots": CLIENT.snapshots.list, "take_snapshot": CLIENT.snapshots.take,
    "restore_snapshot": CLIENT.snapshots.restore, "delete_snapshot": CLIENT.snapshots.delete,
    "list_operations": CLIENT.operations, "list_outcomes": CLIENT.outcomes, "stream": CLIENT.stream,
    "get_metrics": CLIENT.metrics, "reload_files": CLIENT.reload,
    "check_scenario": CLIENT.scenarios.check, "resend_request": CLIENT.requests.resend,
    "get_differences": CLIENT.diff, "undo_everything": CLIENT.undo,
    "get_world_file": CLIENT.state.world_file, "put_world_file": CLIENT.state.take_world_file,
    "get_member_activity": CLIENT.members.activity, "change_member_token": CLIENT.members.set_token,
    "add_member_use": CLIENT.members.add_use, "take_back_member_use": CLIENT.members.take_back_use,
    "add_member_grant": CLIENT.members.grant, "take_back_member_grant": CLIENT.members.take_back_grant,
    "like_for_member": CLIENT.members.like, "unlike_for_member": CLIENT.members.unlike,
    "join_audience": CLIENT.members.join, "leave_audience": CLIENT.members.leave,
}  # fmt: skip
WAITED = {"wait", "count"}  # ``requests.wait`` takes these, as ``seconds`` and ``count``


def taken(call: Callable[..., Any]) -> set[str]:
    """Return the names of what a method takes, those of its filters among them."""
    names = {
        "from" if name == "source" and call == CLIENT.diff else name for name in inspect.signature(call).parameters
    }
    return names - {"filters"} | set(Filters.__annotations__) if "filters" in names else names


OF_AGENTS = {"send_agent_message", "end_agent_session"}  # made by clients of the Model Context Protocol


def test_each_call_is_made_by_a_method() -> None:
    assert {route.name for route in ROUTES} == set(MADE_BY) | OF_AGENTS


@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.name not in OF_AGENTS], ids=lambda route: route.name
)
def test_each_parameter_of_a_call_is_one_of_its_method(route: ControlRoute) -> None:
    assert set(route.query) - WAITED <= taken(MADE_BY[route.name])


def test_waiting_takes_the_filters_of_the_list() -> None:
    assert taken(CLIENT.requests.list) - {"limit"} <= taken(CLIENT.requests.wait)
