"""The errors of an operation: its refusals by status, and the schemas of their bodies."""

from __future__ import annotations

from string import Formatter
from typing import Any

from mockserver.api.operations import MemberContext, Operation
from mockserver.contract.components import Components
from mockserver.contract.documented import evidence_of_refusal
from mockserver.errors import REFUSALS, Refusal
from mockserver.revisions import Revision
from mockserver.values.kinds import Json
from mockserver.values.problems import MESSAGES

_FACTS = {
    "path": "/v3/infinity-mall/nowhere",
    "method": "POST",
    "allow": "GET",
    "limit": "10485760",
    "header": "X-Product-Name",
    "mend": "send the channel, such as default or android-app",
    "club": "infinity-mall",
    "product": "default",
    "permit": "Offers:Api:MemberOffers:Use",
    "reason": "expired",
}
_IDS = {"offer_not_found": 10000951, "club_not_found": "unknown-mall", "collection_not_found": 1000099}
_LEAF = {"value": "abc", "error": "not_an_integer", "options": {}, "message": "must be an integer"}
_EXTRA: dict[str, Any] = {"banned_until": "2137-10-28T17:24:06.207Z", "details": {"per_page": [_LEAF]}}
_REASONS = {
    400: "A header is missing or impossible, or the body is not valid JSON",
    401: "The client token is unknown, or not for this club or product",
    402: "The club does not use the Offers API",
    403: "The client lacks the permit",
    404: "Unknown loyalty club or record",
    405: "The path is known, the method is not",
    406: "The body is not valid JSON",
    413: "The body is too large",
    422: "Invalid parameters, or the operation's own refusal",
    460: "The OAuth token is missing, unknown, expired or revoked",
    461: "Bad credentials",
    462: "Bad refresh token",
    467: "The member is banned",
    470: "A required header is missing",
    471: "A header has an impossible value",
    485: "The club does not use the Offers API",
    503: "Down for maintenance",
}


def refusals_of(operation: Operation, context: MemberContext | None, revision: Revision) -> list[Refusal]:
    """Return all refusals of an operation in a context and a revision, in the catalogue's order."""
    named = {"header_missing", "header_incorrect", "club_not_found", "client_unauthorized", "maintenance"}
    named |= set(operation.refusals)
    if operation.permits or operation.scoped:
        named.add("permit_missing")
    if operation.needs_offers_api:
        named.add("offers_api_not_enabled")
    if context == "me":
        named.add("oauth_token_invalid")
    if context == "member_id":
        named.add("member_not_found")
    if operation.takes_body:
        named.add("payload_too_large")
    if operation.reads_json:
        named.add("malformed_json")
    if operation.query is not None or operation.takes_body:
        named.add("invalid_parameters")
    named -= revision.absent_refusals
    return [refusal for refusal in REFUSALS.values() if refusal.id in named]


def error_responses(
    components: Components, revision: Revision, operation: Operation, context: MemberContext | None
) -> dict[str, Json]:
    """Return the error responses of an operation by status, in order; equal ones are shared by reference."""
    by_status: dict[int, list[Refusal]] = {}
    for refusal in refusals_of(operation, context, revision):
        by_status.setdefault(refusal.status_in(revision.name), []).append(refusal)
    return {str(status): _shared(components, status, by_status[status], operation) for status in sorted(by_status)}


def _shared(components: Components, status: int, refusals: list[Refusal], operation: Operation) -> Json:
    """Return a reference to the response of these refusals; return one with an operation's own texts itself."""
    made = response(components, status, refusals, camel(operation.name))
    if status == 422 and len(refusals) > 1:
        return made
    return components.share("Or".join(camel(refusal.id) for refusal in refusals), made)


def camel(name: str) -> str:
    """Return a snake_case name in CamelCase."""
    return "".join(word.capitalize() for word in name.split("_"))


def response(components: Components, status: int, refusals: list[Refusal], own: str) -> Json:
    """Return the response of some refusals that share a status."""
    told = [refusal for refusal in refusals if refusal.text is not None]
    ids = [refusal.id for refusal in refusals]
    known = {each: evidence_of_refusal(components.revision.name, each) for each in ids}
    made: Json = {"description": _reason(status, refusals), "x-refusals": ids, "x-evidence": known}
    if told:
        examples = {refusal.id: {"summary": refusal.meaning, "value": example_body(refusal)} for refusal in told}
        schema = _schema(components, status, told, own)
        made["content"] = {"application/json": {"schema": schema, "examples": examples}}
    if any(refusal.id == "method_not_allowed" for refusal in refusals):
        made["headers"] = {"Allow": {"description": "The methods that are", "schema": {"type": "string"}}}
    return made


def _reason(status: int, refusals: list[Refusal]) -> str:
    """Return the meaning of a status: a common sentence for its refusals if there is one, else those of the refusals."""
    return _REASONS.get(status) or "; ".join(refusal.meaning.rstrip(".") for refusal in refusals)


def example_body(refusal: Refusal) -> Json:
    """Return a refusal's body with example facts."""
    told, facts = refusal.recipe.forced_body or {}, _FACTS | {"id": _IDS.get(refusal.id, 7)}
    known = all(name in facts for _, name, *_ in Formatter().parse(refusal.text or "") if name)
    text = (refusal.text or "").format_map(facts) if known else told["error"]
    return {"error": text} | {name: _EXTRA.get(name, told.get(name)) for name in refusal.extra}


def _schema(components: Components, status: int, refusals: list[Refusal], own: str) -> Json:
    """Return the schema of the bodies: the operation's own if it has its own texts, else a shared one."""
    ids = [refusal.id for refusal in refusals]
    if ids == ["invalid_parameters"]:
        return components.add("InvalidParameters", _invalid_parameters(components))
    if ids == ["member_is_banned"]:
        return components.add("BannedError", _banned(components))
    fixed = all("{" not in (refusal.text or "") for refusal in refusals)
    if status == 422 and fixed:
        return components.add(f"{own}Refusal", _own(components, refusals, own))
    return components.add("ApiError", _error({"type": "string"}, "What is wrong"))


def _error(text: Json, description: str) -> Json:
    return {
        "description": description,
        "type": "object",
        "properties": {"error": text},
        "required": ["error"],
        "additionalProperties": False,
    }


def _texts(components: Components, name: str, refusals: list[Refusal]) -> Json:
    """Return the texts of errors as a named enum, so that a client's code can refer to them.

    The constants get names, because in Go those of all enums share a namespace.
    """
    names = [f"{name}{camel(refusal.id)}" for refusal in refusals]
    schema = {"type": "string", "enum": [refusal.text for refusal in refusals], "x-enum-varnames": names}
    return components.add(f"{name}Text", schema)


def _banned(components: Components) -> Json:
    made = _error(_texts(components, "Banned", [REFUSALS["member_is_banned"]]), "The member is banned")
    made["properties"]["banned_until"] = {"type": "string", "format": "date-time"}
    made["required"] = ["error", "banned_until"]
    return made


def _own(components: Components, refusals: list[Refusal], own: str) -> Json:
    made = _error(
        _texts(components, f"{own}Refusal", refusals),
        "Why it is refused; details are there with invalid parameters only",
    )
    if any("details" in refusal.extra for refusal in refusals):
        made["properties"]["details"] = _details()
    return made


def _invalid_parameters(components: Components) -> Json:
    made = _error(_texts(components, "InvalidParameters", [REFUSALS["invalid_parameters"]]), "Invalid parameters")
    made["properties"]["details"] = _details()
    made["required"] = ["error", "details"]
    return made


def _details() -> Json:
    """Return the tree of a 422. It has no type, because client generators support no trees; the description has its leaves."""
    return {
        "description": "Follows the structure of what was sent, array elements by index as strings; each leaf is a list of "
        "{value, error, options, message}",
        "x-leaf": {"value": "what was sent", "error": list(MESSAGES), "options": "the symbol's own", "message": "text"},
    }
