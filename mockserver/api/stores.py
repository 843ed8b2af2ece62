"""The stores of the mall (the contract, section 4)."""

from __future__ import annotations

from mockserver.api.context import RequestContext
from mockserver.api.operations import operation
from mockserver.domain.model import Store
from mockserver.domain.stores import listed


@operation(
    "GET",
    "stores",
    document="the contract, section 4",
    permits={"": ("Stores:Api:Stores:Get",)},
    query="StoreList",
    needs_offers_api=False,
    response="Stores",
)
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
