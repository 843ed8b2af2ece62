"""An example of the body of each control call, with ids of the default fixtures."""

from __future__ import annotations

from typing import Any

_SCENARIO = {
    "title": "The third use is refused",
    "rules": [{"when": {"operation": "use_offer"}, "calls": 3, "then": {"refuse": "already_active"}}],
}
_STATE = {
    "clubs": [{"slug": "infinity-mall"}],
    "clients": [{"token": "B7t9U9tsoWsGhrv2ouUoSqpM", "clubs": ["infinity-mall"], "permits": ["*"]}],
    "members": [{"id": 42, "club": "infinity-mall"}],
    "offers": [
        {"id": 1000115, "club": "infinity-mall", "name": "Buy two shoes, get one jacket", "status": "published"}
    ],
}
EXAMPLES: dict[str, Any] = {
    "send_agent_message": {"jsonrpc": "2.0", "id": 1, "method": "ping"},
    "change_world": {"scenarios": ["slow-network"], "clock": {"now": "2019-03-13T18:00:00Z", "frozen": True}},
    "create_world": {"name": "mine"},
    "reset_world": {"keep_dates": True},
    "set_active_scenarios": {"active": ["slow-network"]},
    "put_scenario": _SCENARIO,
    "check_scenario": _SCENARIO,
    "add_rule": {"when": {"operation": "list_offers"}, "then": {"delay": "2s"}},
    "set_clock": {"now": "2019-03-13T18:00:00Z", "frozen": True},
    "advance_clock": {"by": "1h"},
    "jump_clock": {"to": "next"},
    "verify_requests": {"operation": "use_offer", "at_most": 1},
    "put_state": _STATE,
    "patch_offer_state": {"stock": 1},
    "patch_member_state": {"banned_until": "2137-10-28T17:24:06.207Z"},
    "patch_club_state": {"offers_api_enabled": False},
    "resend_request": {"changes": {"headers": {"X-User-Agent": "again"}}},
    "add_member_use": {"offer_id": 1000115},
    "add_member_grant": {"offer_id": 1000219, "usable_for_seconds": 3600},
    "change_member_token": {"revoked": True},
    "release_barrier": {"all": True},
    "put_world_file": {"state": _STATE, "clock": {"now": "2019-03-13T18:00:00Z", "mode": "frozen", "rate": 1}},
}
"""By the call's name."""
