"""The stores of the mall (the reference, ``90_stores.md``)."""

from __future__ import annotations

from typing import Any

from mockserver.api.context import RequestContext
from mockserver.api.operations import operation
from mockserver.api.routes import record_id
from mockserver.domain.checks import CheckFailed
from mockserver.domain.model import Store
from mockserver.domain.stores import listed

_ROW: dict[str, Any] = {
    "document": "90_stores.md",
    "permits": {"": ("Stores:Api:Stores:Get",)},
    "needs_offers_api": False,
}


@operation("GET", "stores", query="StoreList", response="Stores", **_ROW)
def list_stores(ctx: RequestContext) -> list[Store]:
    """List stores."""
    params = ctx.params
    return listed(
        ctx.records.of_club("stores", ctx.club.slug),
        params["sort"],
        descending=params["order"] == "desc",
        department_id=params["department_id"],
        category=params["category"],
        limit=params["limit"],
    )


@operation(
    "GET",
    "stores/{id}",
    also={"by_store_id": "stores/by_store_id/{store_id}"},
    response="Store",
    refusals=("store_not_found",),
    **_ROW,
)
def get_store(ctx: RequestContext) -> Store:
    """Get store, by its id or its ``store_id``."""
    name, text = next((name, ctx.path[name]) for name in ("store_id", "id") if name in ctx.path)
    wanted = record_id(text) if name == "id" else text
    store: Store
    for store in ctx.records.of_club("stores", ctx.club.slug):
        if wanted is not None and getattr(store, name) == wanted:
            ctx.passed("store", store.id)
            return store
    raise CheckFailed("store_not_found", "store", text, f"the {name} of a store of {ctx.club.slug}")
