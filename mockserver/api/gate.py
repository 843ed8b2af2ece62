"""The gate: the checks that every request passes before its operation, in the contract's order (``handle.py``).

Each takes the context, adds its findings to it, and returns its check, or None if the operation does not need it. It
raises the refusal if the check fails.
"""

from __future__ import annotations

import re

import orjson

from mockserver.api.context import RequestContext
from mockserver.api.routes import record_id
from mockserver.api.strictness import undocumented
from mockserver.domain.checks import Check, CheckFailed
from mockserver.domain.model import SCOPES, Client, Member
from mockserver.errors import Refused
from mockserver.exchange import GZIP
from mockserver.headers import contradicting
from mockserver.values.nesting import TooDeepError, loads
from mockserver.values.problems import TOO_LARGE, leaf

_PRODUCT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_TOKEN = re.compile(r"[\x21-\x7e]{1,512}")
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+\s*(;.*)?")
REQUIRED_HEADERS = (
    ("x-client-authorization", "X-Client-Authorization", _TOKEN, "send the token of an API client"),
    ("x-product-name", "X-Product-Name", _PRODUCT, "send the channel, such as default or android-app"),
    ("x-user-agent", "X-User-Agent", re.compile(r".*\S.*"), "send any text that names the app"),
)


def headers_present(ctx: RequestContext) -> Check:
    """Refuse a request that lacks a required header, or sends one with an impossible value."""
    headers = ctx.request.headers
    for key, name, pattern, mend in REQUIRED_HEADERS:
        value = headers.get(key)
        if value is None:
            raise CheckFailed("header_missing", f"header {name}", None, "present", header=name, mend=mend)
        if not pattern.fullmatch(value):
            raise CheckFailed("header_incorrect", f"header {name}", value, pattern.pattern, header=name, mend=mend)
        _check_one_value(ctx, key, name)
    if ctx.context == "me":
        _check_one_value(ctx, "authorization", "Authorization")
    if ctx.request.body and ctx.operation.method != "GET":
        _check_content_type(ctx)
    return Check("headers", True)


def _check_one_value(ctx: RequestContext, key: str, name: str) -> None:
    if contradicting(ctx.request.headers, key):
        mend = "send it once, or with one value"
        raise CheckFailed("header_incorrect", f"header {name}", "several values", "one value", header=name, mend=mend)


def _check_content_type(ctx: RequestContext) -> None:
    wanted = "multipart/form-data" if ctx.operation.multipart else "application/json"
    mend, name = f"send {wanted} with the body", "header Content-Type"
    sent = ctx.request.headers.get("content-type")
    if sent is None:
        raise CheckFailed("header_missing", name, None, wanted, header="Content-Type", mend=mend)
    if not _MEDIA_TYPE.fullmatch(sent.strip()):
        raise CheckFailed("header_incorrect", name, sent, wanted, header="Content-Type", mend=mend)
    if sent.partition(";")[0].strip().lower() != wanted:
        text = f"{sent} was sent where {wanted} is documented"
        undocumented(ctx, "content_type", {"Content-Type": text}, [(("Content-Type",), sent)])


def club_known(ctx: RequestContext) -> Check:
    """Refuse an unknown slug."""
    slug = ctx.path["slug"]
    club = ctx.records.clubs.get(slug)
    if club is None:
        raise CheckFailed("club_not_found", "club", slug, sorted(ctx.records.clubs), id=slug)
    ctx.club = club
    return Check("club", True, slug)


def client_valid(ctx: RequestContext) -> Check:
    """Refuse a client token that is unknown, or not for this club and product."""
    token, product = ctx.request.headers.get("x-client-authorization"), ctx.request.headers.get("x-product-name") or ""
    client, slug = ctx.records.clients.get(token or ""), ctx.club.slug
    if client is not None and slug in client.clubs and product in client.products:
        ctx.client = client
        return Check("client token", True, client.name)
    if ctx.world.auth == "any":
        ctx.client = default_client(ctx)
        return Check("client token", True, "any is accepted")
    found = "unknown" if client is None else {"clubs": client.clubs, "products": client.products}
    expected = {"club": slug, "product": product}
    raise CheckFailed("client_unauthorized", "client token", found, expected, **expected)


def default_client(ctx: RequestContext) -> Client:
    """Return the client that any token means under ``--auth any``: the club's first, else one with all permits."""
    clients = ctx.records.clients.values()
    everything = frozenset({"*"})
    return next(
        (client for client in clients if ctx.club.slug in client.clubs),
        Client(token="any", name="any client", clubs=(ctx.club.slug,), permits=everything),
    )


def permit_held(ctx: RequestContext) -> Check:
    """Refuse a client without the operation's permit, which depends on ``scope`` and ``preview``."""
    wanted = ctx.operation.permits.get(ctx.context or "", ())
    if wanted and not ctx.client.permits_any(*wanted):
        raise CheckFailed("permit_missing", "permit", sorted(ctx.client.permits), wanted[0], permit=wanted[0])
    return Check("permit", True, wanted)


def scope_permit(scope: str) -> str:
    """Return the permit of a scope of offers: ``Offers:Api:Scopes:Standard``."""
    return "Offers:Api:Scopes:" + "".join(part.capitalize() for part in scope.split("_"))


def scope_permitted(ctx: RequestContext) -> Check | None:
    """Refuse a client without the permit of the scope that it asks for."""
    if not ctx.operation.scoped or "scope" not in ctx.revision.read_parameters:
        return None
    if ctx.scope not in SCOPES:  # an invalid parameter, which comes later in the order of checks
        return None
    permit = scope_permit(ctx.scope)
    if not ctx.client.permits_any(permit):
        raise CheckFailed("permit_missing", "scope permit", sorted(ctx.client.permits), permit, permit=permit)
    return Check("scope permit", True, permit)


def offers_api_enabled(ctx: RequestContext) -> Check | None:
    """Refuse a club whose Offers API is not enabled."""
    if not ctx.operation.needs_offers_api:
        return None
    if not ctx.club.offers_api_enabled:
        raise CheckFailed("offers_api_not_enabled", "Offers API enabled", False, True)
    return Check("Offers API enabled", True)


def member_resolved(ctx: RequestContext) -> Check | None:
    """Find the member by OAuth token or path; a guest and a preview have none."""
    if not ctx.operation.contexts:
        return None
    if ctx.context == "member_id":
        ctx.member = _member_of_path(ctx)
    elif ctx.context == "me" and not ctx.guest:
        ctx.member = _member_of_token(ctx)
    return Check("member", True, ctx.member.id if ctx.member else "guest")


def _member_of_path(ctx: RequestContext) -> Member:
    text = ctx.path["member_id"]
    number = record_id(text)
    member = None if number is None else ctx.records.club_member(ctx.club.slug, number)
    if member is None:
        raise CheckFailed("member_not_found", "member", text, f"a member of {ctx.club.slug}", id=text)
    return member


def _member_of_token(ctx: RequestContext) -> Member:
    """Return the member of the request's OAuth token; refuse one that is missing, unknown, expired or revoked."""
    token = ctx.token
    member = ctx.records.club_member(ctx.club.slug, token.member_id) if token else None
    if token is not None and member is not None and not token.revoked and ctx.now < token.expires_at:
        ctx.holds_until(token.expires_at)
        return member
    if ctx.world.auth == "any":
        return _default_member(ctx)
    reason = (
        "missing" if "authorization" not in ctx.request.headers
        else "unknown" if token is None or member is None
        else "revoked" if token.revoked
        else "expired"
    )  # fmt: skip
    raise CheckFailed("oauth_token_invalid", "OAuth token", reason, "a valid token", reason=reason)


def _default_member(ctx: RequestContext) -> Member:
    """Return the member that any OAuth token means under ``--auth any``: the club's first one."""
    member = next((member for member in ctx.records.members.values() if member.club == ctx.club.slug), None)
    if member is None:
        raise Refused("oauth_token_invalid", reason="of no use: the club has no members")
    return member


def body_parsed(ctx: RequestContext) -> Check | None:
    """Read the JSON body; an empty one is None. Refuse invalid JSON and excessive nesting."""
    body = ctx.request.body
    if not body or not ctx.operation.reads_json:
        return None
    try:
        ctx.body = loads(body)
    except TooDeepError as problem:
        raise Refused("invalid_parameters", details=[leaf(TOO_LARGE, "invalid", format=str(problem))]) from None
    except orjson.JSONDecodeError as problem:
        raise CheckFailed("malformed_json", "body", _no_json(body, problem), "JSON in UTF-8, not compressed") from None
    return Check("body", True)


def _no_json(body: bytes, problem: orjson.JSONDecodeError) -> str:
    if body.startswith(GZIP):
        return "gzip data"
    what = "bytes that are not UTF-8" if problem.msg.startswith("str is not valid UTF-8") else problem.msg
    return f"{what} (line {problem.lineno}, column {problem.colno})"
