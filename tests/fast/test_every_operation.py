"""After each operation, and each control call that writes, a cached answer of every other operation is right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from mockserver.api.table import OPERATIONS
from mockserver.control.table import ROUTES
from mockserver.domain.model import Picture
from mockserver.values.instants import iso
from tests.callers import Caller, body_of
from tests.control.driver import Driver
from tests.fast.sequences import NOON, SLUG, Sequence
from tests.pictures import halves, multipart
from tests.records import put

ME, OFFER = "token-42", "members/42/offers/2"
READS: list[tuple[str, str, str]] = [
    *(("GET", f"members/{who}/offers", "order_by=uses_left,liked,name") for who in ("me", "42", "43", "guest")),
    *(("GET", f"members/{who}/offers/{n}", "") for who in ("42", "43", "guest") for n in (1, 2, 3, 5, 9, 10)),
    *(("GET", f"members/{who}/offers/meta", "") for who in ("42", "43", "guest")),
    *(("GET", path, "") for path in ("offers/1", "offers", "members/me", "stores", "translations", "files/schema")),
    ("GET", "members/oauth/token/info", ""),
    ("POST", "members/42/offers/8/use", ""),
    ("POST", "members/43/offers/7/grant", ""),
]
"""What every operation that reads, or refuses, answers: for both members and guests."""
WRITES: dict[str, Callable[[Caller], Any]] = {
    "use_offer": lambda app: app.post(f"{OFFER}/use", {}),
    "like_offer": lambda app: app.put(f"{OFFER}/like"),
    "unlike_offer": lambda app: app.put("members/42/offers/1/unlike"),
    "grant_offer": lambda app: app.post("members/42/offers/5/grant", {}),
    "register_offers_clicked": lambda app: app.post("members/me/events/offers_clicked", EVENTS),
    "register_offers_seen": lambda app: app.post("members/me/events/offers_seen", EVENTS),
    "create_offers": lambda app: app.post("offers", {"offers": [{"name": "New", "status": "published"}]}),
    "update_offers": lambda app: app.put("offers", {"offers": [{"id": 1, "name": "Other", "stock": 1}]}),
    "clone_offers": lambda app: app.post("offers/clones", {"ids": [1, 2]}),
    "delete_offers": lambda app: app.delete("offers", {"ids": [1, 2]}),
    "grant_offers": lambda app: app.post("offers/grant", {"offers": [{"id": 5, "audience_id": 1}]}),
    "create_token": lambda app: app.post("members/oauth/token", SIGN_IN),
    "revoke_token": lambda app: app.post("members/oauth/revoke", {"token": ME}),
    "create_file": lambda app: upload(app, "POST", "files/offers/2/offer_default"),
    "update_file": lambda app: upload(app, "PUT", "files/offers/1/offer_default"),
    "reprocess_file": lambda app: upload(app, "PUT", "files/offers/1/offer_default/reprocess", crop_to="0,0,300,400"),
    "delete_file": lambda app: app.delete("files/offers/1/offer_default"),
}
EVENTS = {"events": [{"offer_id": 1, "created_at": iso(NOON)}]}
SIGN_IN = {"grant_type": "password", "identifier_type": "email", "identifier": "a@b.no", "password": "secret"}
RULE = {"when": {"operation": "get_offer"}, "then": {"refuse": "offer_not_found"}}
CONTROL: dict[str, Callable[[Driver], Any]] = {
    "change_world": lambda control: control.put("world", {"revision": "2019-08", "scenarios": ["sold-out"]}),
    "reset_world": lambda control: control.post("reset"),
    "set_active_scenarios": lambda control: control.put("scenarios", {"active": ["closed"]}),
    "activate_scenario": lambda control: control.post("scenarios/sold-out/activate"),
    "deactivate_scenario": lambda control: control.post("scenarios/named/deactivate"),
    "put_scenario": lambda control: control.put("scenarios/named", {"rules": [RULE]}),
    "delete_scenario": lambda control: control.delete("scenarios/named"),
    "add_rule": lambda control: control.post("rules", RULE, status=201),
    "delete_rule": lambda control: control.delete("rules/there"),
    "clear_rules": lambda control: control.delete("rules"),
    "set_clock": lambda control: control.put("clock", {"now": iso(NOON + 9_000), "frozen": True}),
    "reset_clock": lambda control: control.delete("clock"),
    "advance_clock": lambda control: control.post("clock/advance", {"by": "5s"}),
    "jump_clock": lambda control: control.post("clock/jump", {"to": "next"}),
    "put_state": lambda control: control.put("state", control.get("state") | {"uses": [], "likes": []}),
    "patch_offer_state": lambda control: control.patch("state/offers/1", {"name": "Other", "stock": 0}),
    "patch_member_state": lambda control: control.patch("state/members/42", {"banned_until": iso(NOON + 1)}),
    "patch_club_state": lambda control: control.patch(f"state/clubs/{SLUG}", {"offers_api_enabled": False}),
    "restore_snapshot": lambda control: control.post("snapshots/before/restore"),
    "undo_everything": lambda control: control.post("undo"),
}


def upload(app: Caller, method: str, path: str, **fields: str) -> Any:
    body, content_type = multipart(None if fields else halves((600, 800)), **fields)
    return app.call(method, path, body=body, content_type=content_type)


@pytest.fixture
def sequence() -> Sequence:
    """A mall in which something can be taken back: a like, a use, a picture, a rule, an active scenario, a snapshot."""
    sequence = Sequence(0)
    world, control = sequence.world, sequence.control
    member, offer = world.records.members[42], world.records.offers[1]
    put(world, replace(member, email="a@b.no", password="secret"))
    put(world, replace(offer, files=(Picture(kind="offer_default"),)))
    for app, path in ((sequence.keeping, "members/42/offers/1/use"), (sequence.keeping, "members/43/offers/1/use")):
        assert app.post(path, {}, authorization=f"Bearer {ME}").status == 200
    control.put("snapshots/before")
    sequence.keeping.headers["authorization"] = sequence.fresh.headers["authorization"] = f"Bearer {ME}"
    assert sequence.keeping.put("members/42/offers/1/like").status == 200
    control.put("scenarios/named", {"world": {"offers": {"4": {"name": "Arranged"}}}})
    control.post("scenarios/named/activate")
    return sequence


def asked(app: Caller) -> list[tuple[str, int, bytes]]:
    """The answers to all reads."""
    answers = [(method, path, query, app.call(method, path, query)) for method, path, query in READS]
    return [(f"{method} {path}?{query}", answer.status, answer.body) for method, path, query, answer in answers]


def check(sequence: Sequence, act: Callable[[], Any]) -> bool:
    """Ask everything twice, act, and ask everything again; tell whether some answer is another one now."""
    before = asked(sequence.keeping)
    again = asked(sequence.keeping)
    assert again == before
    cached = [new[2] is old[2] for new, old in zip(again, before, strict=True)]
    assert sum(cached) >= 25 or sequence.world.engine.tracks()  # with rules nothing is cached
    act()
    after, fresh = asked(sequence.keeping), asked(sequence.fresh)
    assert after == fresh
    return after != before


def test_the_tables_have_every_operation_that_writes() -> None:
    assert set(WRITES) == {name for name, row in OPERATIONS.items() if row.writes}


@pytest.mark.parametrize("name", WRITES)
def test_after_an_operation_every_cached_answer_is_right(sequence: Sequence, name: str) -> None:
    def act() -> None:
        answer = WRITES[name](sequence.keeping)
        assert answer.status == 200, body_of(answer)
        entry = sequence.world.journal.newest_first()[0]
        assert (entry.operation, entry.committed) == (name, True)

    seen = check(sequence, act)
    assert seen == (name not in ("register_offers_clicked", "register_offers_seen", "create_token")), name


@pytest.mark.parametrize("name", CONTROL)
def test_after_a_control_call_every_cached_answer_is_right(sequence: Sequence, name: str) -> None:
    assert name in {route.name for route in ROUTES if route.writes}
    if name in ("delete_rule", "clear_rules"):
        sequence.control.post("rules", RULE | {"name": "there"}, status=201)
    assert check(sequence, lambda: CONTROL[name](sequence.control))
