"""The journal: lists, explanations, waiting, verifying."""

from __future__ import annotations

import builtins
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack

import msgspec

from mockserver.client.part import ClientPart, JsonObject, Time, given, iso

if TYPE_CHECKING:
    from mockserver.reports.conduct_report import WorldReport

Some = str | int | Iterable[str | int]
"""One value or several alternatives."""


class VerificationFailed(AssertionError):
    """The journal does not have the expected requests; ``report`` is what the server found, with the nearest misses."""

    def __init__(self, report: JsonObject) -> None:
        self.report = report
        super().__init__(_told(report))


class Filters(TypedDict, total=False):
    """Conditions that all must be met; None is no condition."""

    status: Some | None
    member_id: Some | None
    offer_id: Some | None
    refusal: Some | None
    rule: Some | None
    trace: Some | None
    matched: Literal["yes", "no"] | None
    since: Time | int | None
    delivered: str | None


class RequestControl(ClientPart):
    """The journal: the app's requests and their responses.

    Filters take one value or several. ``status`` may be a class such as ``"4xx"``, ``since`` the id of a request or a time,
    ``trace`` a ``traceparent`` or its trace id,
    ``matched`` is ``"no"`` for requests that matched no operation.
    """

    def list(
        self, operation: Some | None = None, *, limit: int | None = None, **filters: Unpack[Filters]
    ) -> JsonObject:
        """Return the requests that match, newest first, with the journal's totals."""
        return self._ask("GET", "requests", limit=limit, **_query(operation, filters))

    def wait(
        self, operation: Some | None = None, *, count: int = 1, seconds: float = 5.0, **filters: Unpack[Filters]
    ) -> JsonObject:
        """Return once ``count`` requests match or ``seconds`` have passed; ``complete`` tells which."""
        query = _query(operation, filters) | {"wait": f"{seconds}s", "count": count}
        return dict(self._transport.json("GET", "requests", query=query, wait=seconds))

    def show(self, request_id: int | str) -> JsonObject:
        """Return one request whole."""
        return self._ask("GET", f"requests/{request_id}")

    def why(self, request_id: int | str) -> JsonObject:
        """Return the reasons of a response: each check with its values, and the rules considered."""
        return self._ask("GET", f"requests/{request_id}/why")

    def resend(self, request_id: int | str, *, world: str | None = None, **changes: Any) -> JsonObject:
        """Send a request again, optionally changed or in another world; return the new one.

        ``changes`` are ``method``, ``path``, ``query``, ``headers`` (None removes one) and ``body``.
        """
        body = given(world=world, changes=changes or None)
        return self._ask("POST", f"requests/{request_id}/resend", body)

    def curl(self, request_id: int | str) -> JsonObject:
        """Return a request as a curl command with the same response, and the parts that it cannot reproduce."""
        return self._ask("GET", f"requests/{request_id}/curl")

    def har(self, operation: Some | None = None, **filters: Unpack[Filters]) -> JsonObject:
        """Return the requests that match as HAR 1.2."""
        return self._ask("GET", "requests.har", **_query(operation, filters))

    def conduct(self, *, all_worlds: bool = False) -> tuple[builtins.list[WorldReport], builtins.list[str]]:
        """Return the reports on the app's conduct by world, and the names of other worlds with requests."""
        from mockserver.reports.conduct_report import WorldReport

        answer = self._ask("GET", "conduct", all_worlds="true" if all_worlds else None)
        return msgspec.convert(answer["worlds"], builtins.list[WorldReport]), answer["elsewhere"]

    def coverage(self, *, all_worlds: bool = False) -> JsonObject:
        """Return how often each documented outcome was met, and the percentage."""
        return self._ask("GET", "coverage", all_worlds="true" if all_worlds else None)

    def clear(self) -> None:
        """Delete all requests."""
        self._ask("DELETE", "requests")

    def verify(
        self,
        operation: str,
        where: Mapping[str, Any] | None = None,
        *,
        count: int | None = None,
        at_least: int | None = None,
        at_most: int | None = None,
    ) -> JsonObject:
        """Assert how often an operation was called; without a number, at least once.

        Raise VerificationFailed (an AssertionError) that shows what was found and the nearest misses.
        """
        __tracebackhide__ = True  # pytest shows the failure at the test's own line
        if count is None and at_least is None and at_most is None:
            at_least = 1
        body = given(operation=operation, where=where, count=count, at_least=at_least, at_most=at_most)
        report = dict(self._transport.json("POST", "requests/verify", body, accept=(409,)))
        if not report.get("ok"):
            raise VerificationFailed(report)
        return report


def _query(operation: Some | None, filters: Filters) -> JsonObject:
    return {name: _listed(value) for name, value in given(operation=operation, **filters).items()}


def _listed(value: Some | datetime) -> str:
    if isinstance(value, datetime):
        return iso(value)
    return str(value) if isinstance(value, (str, int)) else ",".join(map(str, value))


def _told(report: JsonObject) -> str:
    error = report.get("error")
    lines = [error["message"] if isinstance(error, dict) and "message" in error else str(report)]
    if isinstance(error, dict) and error.get("hint"):
        lines[0] += f" ({error['hint']})"
    return "\n".join([*lines, *map(_missed, report.get("nearest", ()))])


def _missed(miss: JsonObject) -> str:
    """Return one line about a near miss: the request, and each condition that it did not meet."""
    request = miss["request"]
    differs = ", ".join(
        f"{each['condition']} was {json.dumps(each['found'])}, not {json.dumps(each['expected'])}"
        for each in miss["differs"]
    )
    return f"  nearest: request {request['id']}, {request['method']} {request['path']} {request['status']}: {differs}"
