"""The parts of a world, as the client drives them: clock, scenarios, rules, requests, state, snapshots."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from mockserver.client.transport import Transport

Document = dict[str, Any]
Time = str | datetime
"""An ISO 8601 text, or a datetime (a naive one is taken as UTC)."""


class VerificationFailed(AssertionError):
    """The journal does not hold what was expected; ``report`` is what the server found, with the nearest misses."""

    def __init__(self, report: Document) -> None:
        self.report = report
        super().__init__(_told(report))


def _told(report: Document) -> str:
    error = report.get("error")
    lines = [error["message"] if isinstance(error, dict) and "message" in error else str(report)]
    return "\n".join([*lines, *map(_missed, report.get("nearest", ()))])


def _missed(miss: Document) -> str:
    """Answer one line about an exchange that came near: what it was, and each condition that it did not meet."""
    request = miss["request"]
    differs = ", ".join(
        f"{each['condition']} was {json.dumps(each['found'])}, not {json.dumps(each['expected'])}"
        for each in miss["differs"]
    )
    return f"  nearest: request {request['id']}, {request['method']} {request['path']} {request['status']}: {differs}"


def _iso(time: Time | None) -> str | None:
    if not isinstance(time, datetime):
        return time
    return time.isoformat() if time.tzinfo else time.isoformat() + "Z"


def _given(**values: Any) -> Document:
    return {name: value for name, value in values.items() if value is not None}


class _Part:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport


class ClockControl(_Part):
    """The world's clock. Each call answers ``{now, mode, rate}``; durations are ``"35s"``, ``"250ms"``, or seconds."""

    def show(self) -> Document:
        """Answer the time, the mode (``real``, ``frozen``, ``running``) and the rate."""
        return dict(self._transport.json("GET", "clock"))

    def set(self, now: Time | None = None, *, frozen: bool | None = None, rate: float | None = None) -> Document:
        """Move, freeze or let run; what is left out stays."""
        return dict(self._transport.json("PUT", "clock", _given(now=_iso(now), frozen=frozen, rate=rate)))

    def freeze(self, now: Time | None = None) -> Document:
        """Stop the clock, at a time or where it is."""
        return self.set(now, frozen=True)

    def advance(self, by: str | float) -> Document:
        """Move on by a duration; a negative one goes back."""
        return dict(self._transport.json("POST", "clock/advance", {"by": by}))

    def jump(self, to: str, *, member_id: int | None = None, plus: str | float | None = None) -> Document:
        """Move to a moment by name, such as ``offer:1000115.active_until``, with an offset."""
        return dict(self._transport.json("POST", "clock/jump", _given(to=to, member_id=member_id, plus=plus)))

    def reset(self) -> Document:
        """Go back to real time."""
        return dict(self._transport.json("DELETE", "clock"))


class ScenarioControl(_Part):
    """The scenarios that the world knows, and which are active."""

    def list(self) -> Any:
        """Answer all scenarios, with ``active`` and ``hits``."""
        return self._transport.json("GET", "scenarios")

    def show(self, scenario_id: str) -> Document:
        """Answer one scenario."""
        return dict(self._transport.json("GET", f"scenarios/{quote(scenario_id)}"))

    def put(self, scenario_id: str, scenario: Mapping[str, Any] | str) -> Document:
        """Add or replace a scenario: a mapping, or YAML text as in a file."""
        path = f"scenarios/{quote(scenario_id)}"
        if isinstance(scenario, str):
            return dict(self._transport.yaml("PUT", path, scenario) or {})
        return dict(self._transport.json("PUT", path, dict(scenario)) or {})

    def delete(self, scenario_id: str) -> None:
        """Forget a scenario."""
        self._transport.json("DELETE", f"scenarios/{quote(scenario_id)}")

    def set(self, *scenario_ids: str) -> Any:
        """Make exactly these scenarios active, in this order; none ends all."""
        return self._transport.json("PUT", "scenarios", {"active": [*scenario_ids]})

    def activate(self, scenario_id: str) -> Any:
        """Make one more scenario active."""
        return self._transport.json("POST", f"scenarios/{quote(scenario_id)}/activate")

    def deactivate(self, scenario_id: str) -> Any:
        """Stop one scenario."""
        return self._transport.json("POST", f"scenarios/{quote(scenario_id)}/deactivate")


class RuleControl(_Part):
    """Ad-hoc rules, which come before those of scenarios."""

    def list(self) -> Any:
        """Answer the rules with their counters."""
        return self._transport.json("GET", "rules")

    def add(self, rule: Mapping[str, Any] | None = None, **parts: Any) -> Document:
        """Add a rule, as in a scenario file: ``add(when={"operation": "use_offer"}, then={"refuse": "already_active"})``."""
        return dict(self._transport.json("POST", "rules", {**(rule or {}), **parts}))

    def delete(self, name: str) -> None:
        """Remove one rule."""
        self._transport.json("DELETE", f"rules/{quote(name)}")

    def clear(self) -> None:
        """Remove all ad-hoc rules."""
        self._transport.json("DELETE", "rules")


class RequestControl(_Part):
    """The journal: what the app sent, and what it was answered."""

    def list(
        self,
        operation: str | Iterable[str] | None = None,
        *,
        status: int | Iterable[int] | None = None,
        member_id: int | None = None,
        since: Time | int | None = None,
        limit: int | None = None,
    ) -> Any:
        """Answer the requests that match, newest first, with the journal's totals."""
        return self._transport.json("GET", "requests", query=self._query(operation, status, member_id, since, limit))

    def wait(
        self,
        operation: str | Iterable[str] | None = None,
        *,
        count: int = 1,
        seconds: float = 5.0,
        status: int | Iterable[int] | None = None,
        member_id: int | None = None,
    ) -> Any:
        """Answer once ``count`` requests match, or what matches when ``seconds`` have passed."""
        query = self._query(operation, status, member_id, None, None) | {"wait": f"{seconds}s", "count": count}
        return self._transport.json("GET", "requests", query=query, wait=seconds)

    @staticmethod
    def _query(
        operation: str | Iterable[str] | None,
        status: int | Iterable[int] | None,
        member_id: int | None,
        since: Time | int | None,
        limit: int | None,
    ) -> Document:
        time = since if isinstance(since, int) else _iso(since)
        return _given(
            operation=_listed(operation), status=_listed(status), member_id=member_id, since=time, limit=limit
        )

    def show(self, request_id: int | str) -> Document:
        """Answer one request whole."""
        return dict(self._transport.json("GET", f"requests/{request_id}"))

    def why(self, request_id: int | str) -> Document:
        """Answer why a request was answered so: each check with its values, and the rules considered."""
        return dict(self._transport.json("GET", f"requests/{request_id}/why"))

    def har(self) -> Document:
        """Answer the journal as HAR 1.2."""
        return dict(self._transport.json("GET", "requests.har"))

    def clear(self) -> None:
        """Forget all requests."""
        self._transport.json("DELETE", "requests")

    def verify(
        self,
        operation: str,
        where: Mapping[str, Any] | None = None,
        *,
        count: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
    ) -> Document:
        """Assert how often an operation was called; without a number, at least once.

        Raise VerificationFailed (an AssertionError) that shows what was found and the nearest misses.
        """
        if count is None and at_least is None and at_most is None:
            at_least = 1
        body = _given(operation=operation, where=where, count=count, at_least=at_least, at_most=at_most)
        report = dict(self._transport.json("POST", "requests/verify", body, accept=(409,)))
        if not report.get("ok"):
            raise VerificationFailed(report)
        return report


def _listed(value: Any) -> Any:
    if value is None or isinstance(value, (str, int)):
        return value
    return ",".join(str(each) for each in value)


class StateControl(_Part):
    """The world's data."""

    def export(self) -> Document:
        """Answer all data as a fixture document."""
        return dict(self._transport.json("GET", "state"))

    def replace(self, document: Mapping[str, Any]) -> Any:
        """Replace all data by a fixture document, or nothing when it is wrong."""
        return self._transport.json("PUT", "state", dict(document), wait=60.0)

    def offers(
        self,
        *,
        member_id: int | None = None,
        club: str | None = None,
        search: str | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> Any:
        """Answer a part of the offers, each with how it stands for a member."""
        query = {"member_id": member_id, "club": club, "search": search, "limit": limit, "offset": offset}
        return self._transport.json("GET", "state/offers", query=query)

    def members(self, *, search: str | None = None, limit: int | None = None, offset: int | None = None) -> Any:
        """Answer a part of the members."""
        return self._transport.json("GET", "state/members", query={"search": search, "limit": limit, "offset": offset})

    def clubs(self) -> Any:
        """Answer the clubs."""
        return self._transport.json("GET", "state/clubs")

    def offer(self, offer_id: int) -> Document:
        """Answer an offer with every attribute."""
        return dict(self._transport.json("GET", f"state/offers/{offer_id}"))

    def member(self, member_id: int) -> Document:
        """Answer a member with every attribute."""
        return dict(self._transport.json("GET", f"state/members/{member_id}"))

    def club(self, slug: str) -> Document:
        """Answer a club with every attribute."""
        return dict(self._transport.json("GET", f"state/clubs/{quote(slug)}"))

    def set_offer(self, offer_id: int, **attributes: Any) -> Document:
        """Change some attributes of an offer, such as ``stock=0``."""
        return dict(self._transport.json("PATCH", f"state/offers/{offer_id}", attributes))

    def set_member(self, member_id: int, **attributes: Any) -> Document:
        """Change some attributes of a member, such as ``banned_until="2137-10-28T17:24:06.207Z"``."""
        return dict(self._transport.json("PATCH", f"state/members/{member_id}", attributes))

    def set_club(self, slug: str, **attributes: Any) -> Document:
        """Change some attributes of a club, such as ``offers_api_enabled=False``."""
        return dict(self._transport.json("PATCH", f"state/clubs/{quote(slug)}", attributes))


class SnapshotControl(_Part):
    """Named copies of the world, kept by the server."""

    def list(self) -> Any:
        """Answer the snapshots."""
        return self._transport.json("GET", "snapshots")

    def take(self, name: str) -> Any:
        """Keep the world as it stands under a name."""
        return self._transport.json("PUT", f"snapshots/{quote(name)}")

    def restore(self, name: str) -> Any:
        """Go back to a snapshot."""
        return self._transport.json("POST", f"snapshots/{quote(name)}/restore")

    def delete(self, name: str) -> None:
        """Forget a snapshot."""
        self._transport.json("DELETE", f"snapshots/{quote(name)}")
