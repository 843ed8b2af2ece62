"""The stores of the mall (the contract, section 4)."""

from __future__ import annotations

from typing import Any

from mockserver.api.context import RequestContext
from mockserver.api.operations import operation
from mockserver.domain.stores import listed, store_value


@operation(
    "GET",
    "stores",
    document="the contract, section 4",
    permits={"": ("Stores:Api:Stores:Get",)},
    query="StoreList",
    needs_offers_api=False,
    response="Stores",
)
def list_stores(ctx: RequestContext) -> list[dict[str, Any]]:
    """List stores."""
    params = ctx.params
    stores = listed(
        ctx.records.of_club("stores", ctx.club.slug),
        params["sort"],
        descending=params["order"] == "desc",
        department_id=params["department_id"],
        category=params["category"],
        limit=params["limit"],
    )
    return [store_value(store) for store in stores]
