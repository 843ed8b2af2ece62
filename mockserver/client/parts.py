"""The parts of a world, as the client drives them: clock, scenarios, rules, state, snapshots."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from mockserver.client.part import ClientPart, JsonObject, Time, given, iso


class ClockControl(ClientPart):
    """The world's clock. Each call returns ``{now, mode, rate}``; durations are ``"35s"``, ``"250ms"``, or seconds."""

    def show(self) -> JsonObject:
        """Return the time, the mode (``real``, ``frozen``, ``running``) and the rate."""
        return self._ask("GET", "clock")

    def set(self, now: Time | None = None, *, frozen: bool | None = None, rate: float | None = None) -> JsonObject:
        """Move, freeze or run the clock; parts left out do not change."""
        return self._ask("PUT", "clock", given(now=None if now is None else iso(now), frozen=frozen, rate=rate))

    def freeze(self, now: Time | None = None) -> JsonObject:
        """Stop the clock, at a time or where it is."""
        return self.set(now, frozen=True)

    def advance(self, by: str | float) -> JsonObject:
        """Move forward by a duration; a negative one moves back."""
        return self._ask("POST", "clock/advance", {"by": by})

    def jump(
        self, to: str, *, member_id: int | None = None, plus: str | float | None = None, dry_run: bool | None = None
    ) -> JsonObject:
        """Move to a moment by name, such as ``offer:1000115.active_until``, with an offset.

        With ``dry_run`` the clock does not move: return ``{now, to, moments, total}``, the moments that the jump would pass.
        """
        query = None if dry_run is None else str(dry_run).lower()
        return self._ask("POST", "clock/jump", given(to=to, member_id=member_id, plus=plus), dry_run=query)

    def reset(self) -> JsonObject:
        """Go back to real time."""
        return self._ask("DELETE", "clock")


class ScenarioControl(ClientPart):
    """The world's scenarios: the library and the active ones."""

    def list(self) -> JsonObject:
        """Return all scenarios, with ``active`` and ``hits``."""
        return self._ask("GET", "scenarios")

    def show(self, scenario_id: str) -> JsonObject:
        """Return one scenario."""
        return self._ask("GET", f"scenarios/{_segment(scenario_id)}")

    def put(self, scenario_id: str, scenario: Mapping[str, Any] | str) -> JsonObject:
        """Add or replace a scenario: a mapping, or YAML text as in a file."""
        path = f"scenarios/{_segment(scenario_id)}"
        if isinstance(scenario, str):
            return dict(self._transport.yaml("PUT", path, scenario) or {})
        return dict(self._transport.json("PUT", path, dict(scenario)) or {})

    def check(self, scenario: Mapping[str, Any] | str) -> JsonObject:
        """Return a scenario's form, YAML, problems by line, and the response to the next matching request; store nothing."""
        if isinstance(scenario, str):
            return dict(self._transport.yaml("POST", "scenarios/check", scenario) or {})
        return self._ask("POST", "scenarios/check", dict(scenario))

    def delete(self, scenario_id: str) -> None:
        """Delete a scenario."""
        self._transport.json("DELETE", f"scenarios/{_segment(scenario_id)}")

    def set(self, *scenario_ids: str) -> JsonObject:
        """Make exactly these scenarios active, in this order; without arguments none is active."""
        return self._ask("PUT", "scenarios", {"active": [*scenario_ids]})

    def activate(self, scenario_id: str) -> JsonObject:
        """Make one more scenario active."""
        return self._ask("POST", f"scenarios/{_segment(scenario_id)}/activate")

    def deactivate(self, scenario_id: str) -> JsonObject:
        """Deactivate one scenario."""
        return self._ask("POST", f"scenarios/{_segment(scenario_id)}/deactivate")


class RuleControl(ClientPart):
    """Ad-hoc rules, which precede those of scenarios."""

    def list(self) -> JsonObject:
        """Return the rules with their counters."""
        return self._ask("GET", "rules")

    def add(self, rule: Mapping[str, Any] | None = None, **parts: Any) -> JsonObject:
        """Add a rule, as in a scenario file: ``add(when={"operation": "use_offer"}, then={"refuse": "already_active"})``."""
        return self._ask("POST", "rules", {**(rule or {}), **parts})

    def delete(self, name: str) -> None:
        """Remove one rule."""
        self._transport.json("DELETE", f"rules/{_segment(name)}")

    def clear(self) -> None:
        """Remove all ad-hoc rules."""
        self._transport.json("DELETE", "rules")


class BarrierControl(ClientPart):
    """Barriers, at which rules hold requests (``then: {hold: {barrier: ...}}``)."""

    def list(self) -> JsonObject:
        """Return all barriers, and who is held at each."""
        return self._ask("GET", "barriers")

    def show(self, name: str, held: int | None = None, wait: str | float | None = None) -> JsonObject:
        """Return a barrier; with ``wait``, once ``held`` requests are held there or the time is up (``complete``)."""
        return self._ask("GET", f"barriers/{_segment(name)}", held=held, wait=wait)

    def release(self, name: str, order: Sequence[int] | None = None) -> JsonObject:
        """Let requests go by their numbers, one after the other, or all of them as the rule says."""
        return self._ask(
            "POST", f"barriers/{_segment(name)}/release", {"all": True} if order is None else {"order": [*order]}
        )


class StateControl(ClientPart):
    """The world's data."""

    def export(self, *, at: str | None = None) -> JsonObject:
        """Return all data, now or at a moment such as ``request:12``, as a fixture document."""
        return self._ask("GET", "state", at=at)

    def replace(self, document: Mapping[str, Any]) -> JsonObject:
        """Replace all data by a fixture document; a wrong one changes nothing."""
        return dict(self._transport.json("PUT", "state", dict(document), wait=60.0))

    def world_file(self, snapshot: str | None = None) -> JsonObject:
        """Return the world, or a snapshot of it, as a file that another world can load."""
        return self._ask("GET", "world/file", snapshot=snapshot)

    def take_world_file(self, file: Mapping[str, Any]) -> JsonObject:
        """Load a world's file; a wrong one changes nothing."""
        return dict(self._transport.json("PUT", "world/file", dict(file), wait=60.0))

    def offers(
        self,
        *,
        member_id: int | None = None,
        club: str | None = None,
        search: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> JsonObject:
        """Return a page of offers, each with its visibility and usage for a member."""
        return self._ask(
            "GET", "state/offers", member_id=member_id, club=club, search=search, limit=limit, offset=offset
        )

    def members(self, *, search: str | None = None, limit: int | None = None, offset: int | None = None) -> JsonObject:
        """Return a page of members."""
        return self._ask("GET", "state/members", search=search, limit=limit, offset=offset)

    def clubs(self) -> JsonObject:
        """Return the clubs."""
        return self._ask("GET", "state/clubs")

    def offer(self, offer_id: int, *, at: str | None = None) -> JsonObject:
        """Return an offer with every attribute, now or at a moment such as ``request:12``."""
        return self._ask("GET", f"state/offers/{offer_id}", at=at)

    def member(self, member_id: int, *, at: str | None = None) -> JsonObject:
        """Return a member with every attribute, now or at a moment such as ``request:12``."""
        return self._ask("GET", f"state/members/{member_id}", at=at)

    def club(self, slug: str, *, at: str | None = None) -> JsonObject:
        """Return a club with every attribute, now or at a moment such as ``request:12``."""
        return self._ask("GET", f"state/clubs/{_segment(slug)}", at=at)

    def set_offer(self, offer_id: int, **attributes: Any) -> JsonObject:
        """Change some attributes of an offer, such as ``stock=0``."""
        return self._ask("PATCH", f"state/offers/{offer_id}", attributes)

    def set_member(self, member_id: int, **attributes: Any) -> JsonObject:
        """Change some attributes of a member, such as ``banned_until="2137-10-28T17:24:06.207Z"``."""
        return self._ask("PATCH", f"state/members/{member_id}", attributes)

    def set_club(self, slug: str, **attributes: Any) -> JsonObject:
        """Change some attributes of a club, such as ``offers_api_enabled=False``."""
        return self._ask("PATCH", f"state/clubs/{_segment(slug)}", attributes)


class SnapshotControl(ClientPart):
    """Named copies of the world, stored by the server."""

    def list(self) -> JsonObject:
        """Return the snapshots."""
        return self._ask("GET", "snapshots")

    def take(self, name: str) -> JsonObject:
        """Save the present state of the world under a name."""
        return self._ask("PUT", f"snapshots/{_segment(name)}")

    def restore(self, name: str) -> JsonObject:
        """Restore a snapshot."""
        return self._ask("POST", f"snapshots/{_segment(name)}/restore")

    def delete(self, name: str) -> None:
        """Delete a snapshot."""
        self._transport.json("DELETE", f"snapshots/{_segment(name)}")


def _segment(text: str) -> str:
    return quote(text, safe="")
