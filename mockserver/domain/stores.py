"""The stores of a mall, as a list shows them (the reference, ``90_stores.md``)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mockserver.domain.model import Store


def listed(
    stores: Iterable[Store], sort: str = "name", *, descending: bool = False, department_id: int | None = None,
    category: str | None = None, limit: int | None = None,
) -> list[Store]:  # fmt: skip
    """Return the stores that match all filters, sorted by ``name``, ``id`` or ``store_id``, then by id; ``limit`` cuts last.

    Names compare case-insensitively, then by code point; stores without the attribute come last ascending, first descending.
    """
    found = sorted(
        (
            store
            for store in stores
            if (department_id is None or store.department_id == department_id)
            and (category is None or category in store.categories)
        ),
        key=lambda store: store.id,
    )
    found.sort(key=lambda store: _key(getattr(store, sort)), reverse=descending)
    return found[:limit]


def _key(value: Any) -> tuple[bool, Any]:
    return (value is None, (value.casefold(), value) if isinstance(value, str) else value or 0)
