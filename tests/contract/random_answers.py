"""Answers of a mock to random calls: every operation of a date, good and bad, while its world changes."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from mockserver.contract.document import document
from mockserver.exchange import Response
from mockserver.mock import build
from mockserver.settings import Settings
from tests.callers import HEADERS, Caller
from tests.pictures import halves, multipart

VALUES: dict[str, list[Any]] = {
    "loyalty_club_slug": ["infinity-mall"] * 30 + ["harbour-square", "nowhere"],
    "id": [1000016, 1000112, 1000115, 1000201, 1000203, 1000218, 1000219, 1000220, 1000224, 7],
    "id of a store": [501, 508, 7],
    "member_id": [42, 43, 44, 45, 99],
    "store_id": ["101-B", "none"],
    "search": ["coffee", "å"],
    "stores": ["M&H"],
    "language": ["en", "nb", "xx"],
    "order_by": ["name", "usable ASC, created_at DESC", "nothing"],
    "category": ["Fashion"],
}
TOKENS = [HEADERS["authorization"]] * 15 + [
    "Bearer token-of-member-43",
    "Bearer token-of-member-45",
    "Bearer none",
    None,
]
CLIENTS = [HEADERS["x-client-authorization"]] * 30 + ["client-that-only-reads", "none", None]
BODIES: dict[str, list[Any]] = {
    "TokenPayload": [
        {"grant_type": "password", "identifier_type": "id", "identifier": 42, "password": "correct-horse-42"},
        {"grant_type": "password", "identifier_type": "email", "identifier": "ada@example.com", "password": "no"},
        {"grant_type": "refresh_token", "refresh_token": "none"},
    ],
    "OffersPayload": [{"offers": [{"name": "A", "tags": ["new"], "read_more": {"url": "https://example.com"}}, {"stock": -1}]}],
    "OffersUpdatePayload": [
        {"offers": [{"id": 1000112, "name": "B", "status": "published"}, {"id": 1000115, "collection_ids": [1, 1]}]}
    ],
    "IdsPayload": [{"ids": [1000203]}, {"ids": []}, {"ids": "x"}],
    "AudienceGrantsPayload": [{"offers": [{"id": 1000220, "audience_id": 10}]}, {"offers": [{"id": 1}]}],
    "GrantPayload": [{}, {"usable_for_seconds": 60}, {"usable_for_seconds": 0}],
    "UsePayload": [{}, {"authorization_token": "secret"}, {"authorization_token": "guessed"}],
    "RevokePayload": [{"token": "none"}],
    "OfferEventsPayload": [
        {"events": [{"offer_id": "14", "created_at": "2019-08-27T10:20:11.810Z", "context": {"tags": ["t1"]}}]},
        {"events": [{"offer_id": 14}]},
    ],
}  # fmt: skip


@dataclass(frozen=True)
class Answered:
    """An answer to a call of an operation of the contract."""

    operation_id: str
    status: int
    body: str


def random_answers(revision: str, number: int, seed: int) -> list[Answered]:
    """Return as many answers of a date or more, until each operation has had a success; the same for the same seed."""
    random, contract = Random(seed), document(revision)
    rows = [(method, path, row) for path, item in contract["paths"].items() for method, row in item.items()]
    app = Caller(build(Settings(revision=revision, seed=seed, fast_path=False)), headers={})
    found, wanted = list[Answered](), {row["operationId"] for _, _, row in rows}
    while len(found) < number or wanted:
        assert len(found) < 50 * number, f"no success of {wanted}"
        for method, path, row in random.sample(rows, len(rows)):
            answer = call(app, random, method.upper(), path, row)
            found.append(Answered(row["operationId"], answer.status, answer.body.decode()))
            wanted -= {row["operationId"]} if answer.status == 200 else set()
    return found


def call(app: Caller, random: Random, method: str, path: str, row: dict[str, Any]) -> Response:
    sent = {"x_product_name": random.choice(["default"] * 40 + ["my app", None]), "x_user_agent": "random"}
    sent |= {"x_client_authorization": random.choice(CLIENTS), "authorization": random.choice(TOKENS)}
    query = []
    for parameter in row["parameters"]:
        name = parameter.get("name", "loyalty_club_slug")
        named = "id of a store" if name == "id" and "/stores/" in path else name.removesuffix("[]")
        value = random.choice(VALUES.get(named) or values(parameter["schema"]))
        if f"{{{name}}}" in path:
            path = path.replace(f"{{{name}}}", str(value))
        elif parameter["in"] == "query" and random.random() < 0.15:
            query.append(f"{name}={str(value).replace('&', '%26').replace(' ', '%20')}")
    body, content = None, row.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in content:
        body, sent["content_type"] = multipart(
            halves(random.choice([(600, 800), (900, 1000), (60, 80)])), crop_to="0,0,600,800"
        )
    elif content:
        name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
        sent["content_type"] = "application/json"
        answer = app.call(method, path, "&".join(query), json=random.choice(BODIES[name]), **sent)
        return answer.work() if answer.work else answer
    answer = app.call(method, path, "&".join(query), body=body, **sent)
    return answer.work() if answer.work else answer


def values(schema: dict[str, Any]) -> list[Any]:
    """Return good values of a schema, and a bad one."""
    schema = schema.get("items", schema)
    good = schema.get("enum") or {"boolean": ["true", "false"], "integer": [1, 2, 1000016]}.get(
        schema.get("type", ""), ["a"]
    )
    return [*good, *good, "?"]
