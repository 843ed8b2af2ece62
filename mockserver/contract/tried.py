"""Values for "Try it out" in a world: tokens, ids and bodies from its records."""

from __future__ import annotations

from typing import Any

from mockserver.api.permits import served_permits
from mockserver.contract.parameters import CLUB, EXAMPLES, USAGE_TOKEN
from mockserver.domain.model import Client, Member, Offer, Token
from mockserver.values.kinds import Json
from mockserver.worlds.world import World


def tokens_to_try(world: World) -> dict[str, str]:
    """Return valid values for the document's security schemes in a world; none if its data has no such pair."""
    pair = _pair(world)
    if pair is None:
        return {}
    client, _, token = pair
    product = client.products[0] if client.products else "default"
    return {"client": client.token, "product": product, "userAgent": "docs page", "member": token.token}


def for_world(described: Json, world: World, *, with_secrets: bool) -> Json:
    """Return a document whose examples are records of a world; ``with_secrets`` includes passwords and tokens."""
    slug = _club(world)
    components, ids = described["components"], EXAMPLES | _ids(world, slug)
    secrets = _secrets(world, slug) if with_secrets else {}
    if "UsePayload" in secrets:
        ids[USAGE_TOKEN["description"]] = secrets["UsePayload"]["authorization_token"]
    schemas = components["schemas"] | {
        name: components["schemas"][name] | {"examples": [example]}
        for name, example in (_bodies(world, slug, ids) | secrets).items()
        if name in components["schemas"]
    }
    paths = {
        path: {method: _with_ids(operation, ids) for method, operation in item.items()}
        for path, item in described["paths"].items()
    }
    parameters = {CLUB["name"]: CLUB | {"example": slug}}
    return described | {"paths": paths, "components": components | {"parameters": parameters, "schemas": schemas}}


def _with_ids(operation: Json, ids: dict[str, Any]) -> Json:
    parameters = [
        each | {"example": ids[each["description"]]} if each.get("description") in ids else each
        for each in operation["parameters"]
    ]
    return operation | {"parameters": parameters}


def _ids(world: World, slug: str) -> dict[str, Any]:
    """Return values of path parameters by their descriptions, as far as the world has records for them."""
    records, found = world.records, dict[str, Any]()
    pair = _pair(world)
    if pair is not None:
        found["Id of the member"] = pair[1].id
    offers = _offers(world, slug)
    if offers:
        found["Id of the offer"] = found["Id of the offer or collection"] = offers[0].id
    granted = next((offer for offer in offers if offer.type != "REGULAR"), None)
    if granted is not None:
        found["Id of an offer to grant"] = granted.id
    stores = [store for store in records.stores.values() if store.club == slug]
    if stores and EXAMPLES["Id of the store"] not in [store.id for store in stores]:
        found |= {"Id of the store": stores[0].id, "The store's own id, a text": stores[0].store_id}
    return found


def _offers(world: World, slug: str) -> list[Offer]:
    """Return a club's published offers, first those that a member can use right away."""
    offers = [each for each in world.records.offers.values() if each.club == slug and each.status == "published"]
    return sorted(offers, key=lambda offer: (offer.type != "REGULAR", offer.id != EXAMPLES["Id of the offer"]))


def _bodies(world: World, slug: str, ids: dict[str, Any]) -> dict[str, Any]:
    """Return examples of bodies by the name of their schema."""
    offer_id, found = ids["Id of the offer"], dict[str, Any]()
    audience = next((each for each in world.records.audiences.values() if each.club == slug), None)
    if audience is not None:
        found["AudienceGrantsPayload"] = {
            "offers": [{"id": ids["Id of an offer to grant"], "audience_id": audience.id, "usable_for_seconds": 3600}]
        }
    return found | {
        "IdsPayload": {"ids": [offer_id]},
        "OffersUpdatePayload": {"offers": [{"id": offer_id, "name": "Offer 1"}]},
    }


def _secrets(world: World, slug: str) -> dict[str, Any]:
    club, pair, found = world.records.clubs.get(slug), _pair(world), dict[str, Any]()
    if club is not None and club.usage_authorization_tokens:
        found["UsePayload"] = {"authorization_token": club.usage_authorization_tokens[0]}
    if pair is not None:
        _, member, token = pair
        others = [each for each in world.records.tokens.values() if each.token != token.token and not each.revoked]
        spare = others[0] if others else token  # revoking the token of "Try it out" would end its validity
        found["RevokePayload"] = {"token": spare.refresh_token or spare.token}
        found["TokenPayload"] = {"grant_type": "password", "identifier_type": "id"}
        found["TokenPayload"] |= {"identifier": str(member.id), "password": member.password}
    return found


def _club(world: World) -> str:
    """Return the default club: that of the default tokens."""
    pair = _pair(world)
    return pair[1].club if pair else next(iter(world.records.clubs), "infinity-mall")


def _pair(world: World) -> tuple[Client, Member, Token] | None:
    """Return a member with a token, and the client with most permits for the member's club."""
    records, now = world.records, world.clock.now()
    permits = served_permits()
    for token in records.tokens.values():
        member = records.members.get(token.member_id)
        if token.revoked or token.expires_at <= now or member is None:
            continue
        clients = [client for client in records.clients.values() if member.club in client.clubs]
        if clients:
            return max(clients, key=lambda client: sum(map(client.permits_any, permits))), member, token
    return None
