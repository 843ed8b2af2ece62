"""Where rules meet the pipeline: what they may look at, and how a verdict changes the answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from mockserver.api.visit import Visit
from mockserver.domain.instants import parse_iso
from mockserver.errors import Refused
from mockserver.exchange import Answer, Call

if TYPE_CHECKING:
    from mockserver.scenarios.facts import Facts
    from mockserver.scenarios.verdict import Verdict

_NUMBER = re.compile(r"[0-9]{1,18}")
_BANNED_UNTIL = parse_iso("2137-10-28T17:24:06.207Z")  # the documents' own example


def facts_of(visit: Visit) -> Facts:
    """Answer what rules may look at; the member is looked up without refusing anything."""
    from mockserver.scenarios.facts import Facts

    offer_id = visit.path.get("id", "")
    return Facts(
        visit.operation.name,
        visit.call.method,
        visit.call.path,
        visit.slug,
        int(offer_id) if _NUMBER.fullmatch(offer_id) else None,
        _member_id(visit),
        visit.call.headers,
        query_of(visit.call),
        visit.call.body,
        visit.now,
    )


def query_of(call: Call) -> dict[str, list[str]]:
    """Answer the query parameters by name, each with all its values."""
    return parse_qs(call.query, keep_blank_values=True, errors="replace") if call.query else {}


def _member_id(visit: Visit) -> int | None:
    text = visit.path.get("member_id", "")
    if text:
        return int(text) if _NUMBER.fullmatch(text) else None
    scheme, _, value = (visit.call.headers.get("authorization") or "").partition(" ")
    token = visit.records.tokens.get(value.strip()) if scheme.lower() == "bearer" else None
    return token.member_id if token else None


def follow(verdict: Verdict, visit: Visit, run: Callable[[Refused | None], Answer]) -> Answer:
    """Answer as a verdict says; ``run`` takes the visit through the pipeline, up to a refusal that is forced on it.

    ``before``: nothing is booked. ``after_commit`` and ``during_body``: the operation is carried out; where it refuses
    by itself, that refusal is the answer and the rule has nothing to break.
    """
    if verdict.refuse is not None and verdict.at == "before":
        answer = run(Refused(verdict.refuse, **(known_facts(visit) | verdict.facts)))
    elif not verdict.decides:
        answer = run(None)
    elif verdict.at == "before":
        answer = _given(verdict, visit, Answer(200))
    else:
        answer = _given(verdict, visit, run(None))
    answer.delay_ms += verdict.delay_ms
    return answer


def _given(verdict: Verdict, visit: Visit, real: Answer) -> Answer:
    """What takes the place of the real answer, or breaks it on the wire."""
    if verdict.refuse is not None:
        raise Refused(verdict.refuse, **(known_facts(visit) | verdict.facts))
    if verdict.respond is not None:
        given = verdict.respond
        return Answer(given.status, given.body, given.headers)
    real.fault = verdict.fault
    return real


def known_facts(visit: Visit) -> dict[str, Any]:
    """Answer what the request itself says about a refusal that is forced on it."""
    member = visit.records.members.get(_member_id(visit) or 0)
    context = visit.context or ""
    return {
        "id": visit.path.get("id") or visit.path.get("member_id") or visit.slug,
        "path": visit.call.path,
        "method": visit.call.method,
        "allow": visit.operation.method,
        "club": visit.slug,
        "product": visit.call.headers.get("x-product-name") or "",
        "permit": next(iter(visit.operation.permits.get(context, ())), ""),
        "header": "X-Client-Authorization",
        "mend": "a scenario says so",
        "reason": "refused by a scenario",
        "limit": "the scenario's",
        "banned_until": (member and member.banned_until) or _BANNED_UNTIL,
        "details": {},
    }
