"""The gate: the checks that every request passes before its operation, in the contract's order.

Each check takes the visit, adds what it has found, or raises a refusal.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from mockserver.api.strictness import undocumented
from mockserver.api.visit import Visit
from mockserver.domain.model import SCOPES, Client, Member
from mockserver.errors import Refused

_PRODUCT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_TOKEN = re.compile(r"[\x21-\x7e]{1,512}")
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+\s*(;.*)?")
_REQUIRED = (
    ("x-client-authorization", "X-Client-Authorization", _TOKEN, "send the token of an API client"),
    ("x-product-name", "X-Product-Name", _PRODUCT, "send the channel, such as default or android-app"),
    ("x-user-agent", "X-User-Agent", re.compile(r".*\S.*"), "send any text that names the app"),
)
_NUMBER = re.compile(r"[0-9]{1,18}")


def check_headers(visit: Visit) -> None:
    """Refuse a request that lacks a required header, or sends one with an impossible value."""
    headers = visit.call.headers
    for key, name, pattern, mend in _REQUIRED:
        value = headers.get(key)
        if value is None and key not in headers:
            visit.failed(f"header {name}", None, "present")
            raise Refused("header_missing", header=name, mend=mend)
        if value is None or not pattern.fullmatch(value):  # None is there, in bytes that no header may hold
            visit.failed(f"header {name}", value, pattern.pattern)
            raise Refused("header_incorrect", header=name, mend=mend)
    if visit.call.body and visit.operation.method != "GET":
        _check_content_type(visit)
    visit.passed("headers")


def _check_content_type(visit: Visit) -> None:
    wanted = "multipart/form-data" if visit.operation.multipart else "application/json"
    mend = f"send {wanted} with the body"
    sent = visit.call.headers.get("content-type")
    if sent is None:
        visit.failed("header Content-Type", None, wanted)
        raise Refused("header_missing", header="Content-Type", mend=mend)
    if not _MEDIA_TYPE.fullmatch(sent.strip()):
        visit.failed("header Content-Type", sent, wanted)
        raise Refused("header_incorrect", header="Content-Type", mend=mend)
    if sent.partition(";")[0].strip().lower() != wanted:
        text = f"{sent} was sent where {wanted} is documented"
        undocumented(visit, "content_type", {"Content-Type": (sent, text)})


def check_club(visit: Visit) -> None:
    """Refuse an unknown slug."""
    slug = visit.slug
    club = visit.records.clubs.get(slug)
    if club is None:
        visit.failed("club", slug, sorted(visit.records.clubs))
        raise Refused("club_not_found", id=slug)
    visit.club = club
    visit.passed("club", slug)


def check_client(visit: Visit) -> None:
    """Refuse a client token that is unknown, or not for this club and product."""
    token, product = visit.call.headers.get("x-client-authorization"), visit.call.headers.get("x-product-name") or ""
    client = visit.records.clients.get(token or "")
    if visit.world.auth == "any" and not _opens(client, visit, product):
        client = default_client(visit)
        visit.passed("client token", "any is accepted")
    elif not _opens(client, visit, product):
        found = "unknown" if client is None else {"clubs": client.clubs, "products": client.products}
        visit.failed("client token", found, {"club": visit.club.slug, "product": product})
        raise Refused("client_unauthorized", club=visit.club.slug, product=product)
    else:
        visit.passed("client token", client.name if client else None)
    assert client is not None
    visit.client = client


def _opens(client: Client | None, visit: Visit, product: str) -> bool:
    return client is not None and visit.club.slug in client.clubs and product in client.products


def default_client(visit: Visit) -> Client:
    """Answer the client that stands for all others under ``--auth any``: the club's first, else one with all permits."""
    clients = visit.records.clients.values()
    everything = frozenset({"*"})
    return next(
        (client for client in clients if visit.club.slug in client.clubs),
        Client(token="any", name="any client", clubs=(visit.club.slug,), permits=everything),
    )


def check_permit(visit: Visit) -> None:
    """Refuse a client without the operation's permit."""
    wanted = visit.operation.permits.get(visit.context or "", ())
    if wanted and not visit.client.permits_any(*wanted):
        visit.failed("permit", sorted(visit.client.permits), wanted[0])
        raise Refused("permit_missing", permit=wanted[0])
    visit.passed("permit", wanted)


def check_scope_permit(visit: Visit) -> None:
    """Refuse a client without the permit of the scope that it asks for."""
    if visit.scope not in SCOPES:  # an invalid parameter, which comes later in the order of checks
        return
    permit = "Offers:Api:Scopes:" + "".join(part.capitalize() for part in visit.scope.split("_"))
    if not visit.client.permits_any(permit):
        visit.failed("scope permit", sorted(visit.client.permits), permit)
        raise Refused("permit_missing", permit=permit)
    visit.passed("scope permit", permit)


def check_offers_api(visit: Visit) -> None:
    """Refuse a club that does not use the Offers API."""
    if not visit.club.offers_api_enabled:
        visit.failed("Offers API enabled", False, True)
        raise Refused("offers_api_not_enabled")
    visit.passed("Offers API enabled")


def check_member(visit: Visit) -> None:
    """Resolve the member: by OAuth token, by the path, or nobody for a guest and a preview."""
    if visit.context == "member_id":
        visit.member = _member_of_path(visit)
    elif visit.context == "me" and not visit.guest:
        visit.member = member_of_token(visit)
    visit.passed("member", visit.member.id if visit.member else "guest")


def _member_of_path(visit: Visit) -> Member:
    text = visit.path["member_id"]
    member = visit.records.club_member(visit.club.slug, int(text)) if _NUMBER.fullmatch(text) else None
    if member is None:
        visit.failed("member", text, f"a member of {visit.club.slug}")
        raise Refused("member_not_found", id=text)
    return member


def member_of_token(visit: Visit) -> Member:
    """Answer the member of the request's OAuth token; refuse one that is missing, unknown, expired or revoked."""
    header = visit.call.headers.get("authorization")
    scheme, _, value = (header or "").strip().partition(" ")
    token = visit.records.tokens.get(value.strip()) if scheme.lower() == "bearer" else None
    member = visit.records.club_member(visit.club.slug, token.member_id) if token else None
    if token is not None and member is not None and not token.revoked and visit.now < token.expires_at:
        visit.holds_until(token.expires_at)
        return member
    if visit.world.auth == "any":
        return default_member(visit)
    reason = (
        "missing" if header is None
        else "unknown" if token is None or member is None
        else "revoked" if token.revoked
        else "expired"
    )  # fmt: skip
    visit.failed("OAuth token", reason, "a valid token")
    raise Refused("oauth_token_invalid", reason=reason)


def default_member(visit: Visit) -> Member:
    """Answer the member that stands for everybody under ``--auth any``: the club's first one."""
    member = next((member for member in visit.records.members.values() if member.club == visit.club.slug), None)
    if member is None:
        raise Refused("oauth_token_invalid", reason="of no use: the club has no members")
    return member


def check_body(visit: Visit) -> Any:
    """Read the JSON body; an empty one is None. Refuse what is not JSON."""
    body = visit.call.body
    if not body:
        return None
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as problem:
        visit.failed("body", str(problem), "valid JSON")
        raise Refused("malformed_json") from None
    visit.passed("body")
    return value
