"""Realistic list queries, with values from the fixtures."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

ORDERS = ("name", "name DESC", "usable_since", "usable_since DESC", "usable_until", "usable_until DESC",
          "created_at", "created_at DESC", "usable DESC, name", "uses_left, name", "liked DESC, name")  # fmt: skip
Query = list[tuple[str, object]]


class Queries:
    """Return a random page, filter, search and order of a member's list."""

    def __init__(self, fixtures: Path, seed: int = 7) -> None:
        self._chance = random.Random(seed)
        offers = json.loads((fixtures / "offers.json").read_text())["offers"]
        collections = json.loads((fixtures / "collections.json").read_text())["collections"]
        self._pages = max(len(offers) // 120, 1)
        self._ids = [offer["id"] for offer in offers]
        self._tags = sorted({tag for offer in offers for tag in offer.get("tags", ())})
        self._stores = sorted({store for offer in offers for store in offer.get("stores", ())})
        self._collections = [collection["id"] for collection in collections]
        self._words = sorted({word for offer in offers[:5_000] for word in (offer["name"] or "").split()})

    def some(self, count: int) -> Iterator[str]:
        """Return query strings, the same number of each kind."""
        one = self._chance.choice
        kinds: tuple[Callable[[], Query], ...] = (
            self._page,
            lambda: [*self._page(), ("include_total", "true")],
            lambda: [*self._page(), ("order_by", one(ORDERS))],
            lambda: [("order_by", one(ORDERS))],
            lambda: [("search", one(self._words))],
            lambda: [("search", f"{one(self._words)} {one(self._words)}"), ("order_by", one(ORDERS))],
            lambda: [("search", one(self._words)[:2])],
            lambda: [("tags[]", one(self._tags))],
            lambda: [("stores[]", one(self._stores)), ("order_by", one(ORDERS))],
            lambda: [("collection_ids", one(self._collections)), ("order_by", "collection_position")],
            lambda: [("ids[]", one(self._ids)) for _ in range(20)],
            lambda: [("type[]", one(("REGULAR", "EXCLUSIVE", "WELCOME"))), *self._page()],
            lambda: [("only_usable", "true"), ("order_by", one(ORDERS))],
            lambda: [("usable", "false"), ("page_no", self._chance.randint(1, 20))],
            lambda: [("liked", one(("true", "false")))],
        )
        for number in range(count):
            yield urlencode([*kinds[number % len(kinds)](), ("distinct", number)])

    def _page(self) -> Query:
        return [("page_no", self._chance.randint(1, self._pages)), ("per_page", 100)]
