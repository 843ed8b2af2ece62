"""The gate: the checks that every request passes before its operation, in the contract's order.

Each check takes the visit, adds what it has found, or raises a refusal.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from mockserver.api.context import RequestContext
from mockserver.api.strictness import undocumented
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


def check_headers(ctx: RequestContext) -> None:
    """Refuse a request that lacks a required header, or sends one with an impossible value."""
    headers = ctx.request.headers
    for key, name, pattern, mend in _REQUIRED:
        value = headers.get(key)
        if value is None and key not in headers:
            ctx.failed(f"header {name}", None, "present")
            raise Refused("header_missing", header=name, mend=mend)
        if value is None or not pattern.fullmatch(value):  # None is there, in bytes that no header may hold
            ctx.failed(f"header {name}", value, pattern.pattern)
            raise Refused("header_incorrect", header=name, mend=mend)
    if ctx.request.body and ctx.operation.method != "GET":
        _check_content_type(ctx)
    ctx.passed("headers")


def _check_content_type(ctx: RequestContext) -> None:
    wanted = "multipart/form-data" if ctx.operation.multipart else "application/json"
    mend = f"send {wanted} with the body"
    sent = ctx.request.headers.get("content-type")
    if sent is None:
        ctx.failed("header Content-Type", None, wanted)
        raise Refused("header_missing", header="Content-Type", mend=mend)
    if not _MEDIA_TYPE.fullmatch(sent.strip()):
        ctx.failed("header Content-Type", sent, wanted)
        raise Refused("header_incorrect", header="Content-Type", mend=mend)
    if sent.partition(";")[0].strip().lower() != wanted:
        text = f"{sent} was sent where {wanted} is documented"
        undocumented(ctx, "content_type", {"Content-Type": (sent, text)})


def check_club(ctx: RequestContext) -> None:
    """Refuse an unknown slug."""
    slug = ctx.slug
    club = ctx.records.clubs.get(slug)
    if club is None:
        ctx.failed("club", slug, sorted(ctx.records.clubs))
        raise Refused("club_not_found", id=slug)
    ctx.club = club
    ctx.passed("club", slug)


def check_client(ctx: RequestContext) -> None:
    """Refuse a client token that is unknown, or not for this club and product."""
    token, product = ctx.request.headers.get("x-client-authorization"), ctx.request.headers.get("x-product-name") or ""
    client = ctx.records.clients.get(token or "")
    if ctx.world.auth == "any" and not _opens(client, ctx, product):
        client = default_client(ctx)
        ctx.passed("client token", "any is accepted")
    elif not _opens(client, ctx, product):
        found = "unknown" if client is None else {"clubs": client.clubs, "products": client.products}
        ctx.failed("client token", found, {"club": ctx.club.slug, "product": product})
        raise Refused("client_unauthorized", club=ctx.club.slug, product=product)
    else:
        ctx.passed("client token", client.name if client else None)
    assert client is not None
    ctx.client = client


def _opens(client: Client | None, ctx: RequestContext, product: str) -> bool:
    return client is not None and ctx.club.slug in client.clubs and product in client.products


def default_client(ctx: RequestContext) -> Client:
    """Return the client that stands for all others under ``--auth any``: the club's first, else one with all permits."""
    clients = ctx.records.clients.values()
    everything = frozenset({"*"})
    return next(
        (client for client in clients if ctx.club.slug in client.clubs),
        Client(token="any", name="any client", clubs=(ctx.club.slug,), permits=everything),
    )


def check_permit(ctx: RequestContext) -> None:
    """Refuse a client without the operation's permit."""
    wanted = ctx.operation.permits.get(ctx.context or "", ())
    if wanted and not ctx.client.permits_any(*wanted):
        ctx.failed("permit", sorted(ctx.client.permits), wanted[0])
        raise Refused("permit_missing", permit=wanted[0])
    ctx.passed("permit", wanted)


def check_scope_permit(ctx: RequestContext) -> None:
    """Refuse a client without the permit of the scope that it asks for."""
    if ctx.scope not in SCOPES:  # an invalid parameter, which comes later in the order of checks
        return
    permit = "Offers:Api:Scopes:" + "".join(part.capitalize() for part in ctx.scope.split("_"))
    if not ctx.client.permits_any(permit):
        ctx.failed("scope permit", sorted(ctx.client.permits), permit)
        raise Refused("permit_missing", permit=permit)
    ctx.passed("scope permit", permit)


def check_offers_api(ctx: RequestContext) -> None:
    """Refuse a club that does not use the Offers API."""
    if not ctx.club.offers_api_enabled:
        ctx.failed("Offers API enabled", False, True)
        raise Refused("offers_api_not_enabled")
    ctx.passed("Offers API enabled")


def check_member(ctx: RequestContext) -> None:
    """Resolve the member: by OAuth token, by the path, or nobody for a guest and a preview."""
    if ctx.context == "member_id":
        ctx.member = _member_of_path(ctx)
    elif ctx.context == "me" and not ctx.guest:
        ctx.member = member_of_token(ctx)
    ctx.passed("member", ctx.member.id if ctx.member else "guest")


def _member_of_path(ctx: RequestContext) -> Member:
    text = ctx.path["member_id"]
    member = ctx.records.club_member(ctx.club.slug, int(text)) if _NUMBER.fullmatch(text) else None
    if member is None:
        ctx.failed("member", text, f"a member of {ctx.club.slug}")
        raise Refused("member_not_found", id=text)
    return member


def member_of_token(ctx: RequestContext) -> Member:
    """Return the member of the request's OAuth token; refuse one that is missing, unknown, expired or revoked."""
    header = ctx.request.headers.get("authorization")
    scheme, _, value = (header or "").strip().partition(" ")
    token = ctx.records.tokens.get(value.strip()) if scheme.lower() == "bearer" else None
    member = ctx.records.club_member(ctx.club.slug, token.member_id) if token else None
    if token is not None and member is not None and not token.revoked and ctx.now < token.expires_at:
        ctx.holds_until(token.expires_at)
        return member
    if ctx.world.auth == "any":
        return default_member(ctx)
    reason = (
        "missing" if header is None
        else "unknown" if token is None or member is None
        else "revoked" if token.revoked
        else "expired"
    )  # fmt: skip
    ctx.failed("OAuth token", reason, "a valid token")
    raise Refused("oauth_token_invalid", reason=reason)


def default_member(ctx: RequestContext) -> Member:
    """Return the member that stands for everybody under ``--auth any``: the club's first one."""
    member = next((member for member in ctx.records.members.values() if member.club == ctx.club.slug), None)
    if member is None:
        raise Refused("oauth_token_invalid", reason="of no use: the club has no members")
    return member


def check_body(ctx: RequestContext) -> Any:
    """Read the JSON body; an empty one is None. Refuse what is not JSON."""
    body = ctx.request.body
    if not body:
        return None
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as problem:
        ctx.failed("body", str(problem), "valid JSON")
        raise Refused("malformed_json") from None
    ctx.passed("body")
    return value
