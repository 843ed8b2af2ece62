"""Makes the capsules that the repository keeps for good: ``python -m tests.capsules.keep``.

Each version replays those of the versions before it, so a capsule that is there is never made anew. Where an answer changes on
purpose, ``mockserver capsule replay --accept FILE`` takes the new one over.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mockserver.capsules.format import pack
from mockserver.capsules.recording import record
from mockserver.exchange import Response
from mockserver.mock import Mock, build
from mockserver.settings import Settings
from tests.callers import CLIENT, Caller, body_of
from tests.control.driver import Driver
from tests.holding import Host
from tests.pictures import halves, multipart

KEPT = Path(__file__).parent
NOON = "2026-06-01T12:00:00Z"
BY_PATH = {"x-client-authorization": CLIENT, "x-product-name": "default", "x-user-agent": "tests"}
AROUND = ("-1ms", "0ms", "1ms")


class Walk:
    """A world of the fixtures, an app in it, and the hand that drives it."""

    def __init__(self, *, frozen: bool = False) -> None:
        settings = Settings(seed=7, clock=NOON, freeze=frozen)
        self.mock: Mock = build(settings)
        self.app = Caller(self.mock)
        self.by_path = Caller(self.mock, headers=BY_PATH)
        self.control = Driver(self.mock)

    def jump(self, to: str, plus: str, **more: Any) -> None:
        self.control.post("clock/jump", {"to": to, "plus": plus} | more)

    def saved(self, last: int | None = None) -> bytes:
        return pack(record(self.mock.worlds.get("default"), self.mock.settings, last))


def boundaries() -> bytes:
    """Each moment at which a rule of usage comes out differently, a millisecond before it, then, and after."""
    walk = Walk(frozen=True)
    app, by_path = walk.app, walk.by_path
    app.post("members/me/offers/1000203/use")
    for plus in AROUND:
        walk.jump("offer:1000203.active_until", plus, member_id=42)
        app.get("members/me/offers/1000203")
        app.post("members/me/offers/1000203/use")
    for moment in ("usable_since", "usable_until"):
        for plus in AROUND:
            walk.jump(f"offer:1000210.{moment}", plus)
            app.get("members/me/offers/1000210")
            by_path.post("members/44/offers/1000210/use")
            app.get("members/me/offers", "per_page=100&only_usable=true")
    walk.control.put("clock", {"now": NOON})
    by_path.post("members/44/offers/1000220/grant", {"usable_for_seconds": 60})
    for plus in ("59.999s", "0.001s", "0.001s"):
        walk.control.post("clock/advance", {"by": plus})
        by_path.get("members/44/offers/1000220")
        by_path.get("members/44/offers", "per_page=100")
        if plus == "0.001s":  # a use before would be refused by the next as already active
            by_path.post("members/44/offers/1000220/use")
    for plus in AROUND:
        walk.jump("member:45.banned_until", plus)
        by_path.post("members/45/offers/1000203/use")
        by_path.post("members/45/offers/1000220/grant", {})
        by_path.get("members/45/offers/1000203")
    return walk.saved()


def _delivered(answer: Response) -> Response:
    """Deliver an answer as a host would."""
    while answer.work is not None:
        answer = answer.work()
    if answer.receipt is not None:
        answer.receipt.ended = "response" if answer.fault is None else "FIN"
    return answer


def a_day() -> bytes:
    """A day in the life of a mall: members, staff, pictures, rules, races, a restored snapshot, a forced scenario."""
    walk = Walk()
    app, by_path, control = walk.app, walk.by_path, walk.control
    app.get("members/me")
    app.get("members/me/offers", "per_page=5&order_by=name DESC")
    app.get("members/me/offers/meta")
    app.put("members/me/offers/1000016/like")
    app.post("members/me/offers/1000016/use", {})
    app.post("members/me/offers/1000016/use", {})
    app.get("members/me", authorization="Bearer a-token-of-another-system-1234567890")
    sign_in = {"grant_type": "password", "identifier_type": "email", "identifier": "ada@example.com"}
    app.post("members/oauth/token", sign_in | {"password": "hunter2 of another system"})
    app.post("members/oauth/token", {"grant_type": "refresh_token", "refresh_token": "refresh-token-of-member-43"})
    app.get("members/me/offers", "per_page=3", x_mock_scenario="empty-catalogue")
    app.get("members/me/offers/1000016", x_mock_now="2027-01-01T00:00:00Z", x_mock_revision="2019-08")
    app.get("members/me/nothing-there")
    control.put("snapshots/before-staff")
    app.post("offers", {"offers": [{"name": "New", "stock": 1}, {"name": 1}]})
    app.put("offers", {"offers": [{"id": 1000203, "name": "Newer"}]})
    app.post("offers/clones", {"ids": [1000203]})
    app.delete("offers", {"ids": [1000115]})
    app.get("offers", "per_page=100")
    picture, kind = multipart(halves((1_200, 1_600)))
    made = app.call("POST", "files/offers/1000203/offer_default", body=picture, content_type=kind)
    shown = body_of(made)["projected_versions"][0]["url"]
    path, _, query = shown.removeprefix("http://mock.test").partition("?")
    _delivered(app.get(path, query))
    control.post("snapshots/before-staff/restore")
    app.get("offers/1000203")
    control.post("rules", {"when": {"operation": "like_offer"}, "chance": 0.5, "then": {"refuse": "maintenance"}}, 201)
    for _ in range(6):
        app.put("members/me/offers/1000203/like")
    control.delete("rules")
    limit = {"limit": 2, "per": "10s", "by": "real"}
    control.post("rules", {"when": {"operation": "get_me"}, "then": {"rate_limit": limit}}, 201)
    for _ in range(4):
        app.get("members/me")
    control.delete("rules")
    control.put("scenarios", {"active": ["empty-reply"]})
    _delivered(app.get("members/me/offers/1000203"))
    control.put("scenarios", {"active": ["race-for-the-last-coupon"]})
    host = Host()
    for member_id in (42, 44):
        host.take(str(member_id), by_path.post(f"members/{member_id}/offers/1000203/use"))
    control.put("scenarios", {"active": []})
    app.get("members/me/offers/1000203")
    app.get("members/me/offers/1000203", host="another.test")
    return walk.saved()


MADE = {"boundaries.zip": boundaries, "a-day.zip": a_day}


def main() -> None:
    """Make those that are not there."""
    for name, make in MADE.items():
        if not (KEPT / name).exists():
            (KEPT / name).write_bytes(make())
            print(f"{name}: {(KEPT / name).stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
