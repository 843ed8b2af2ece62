"""The stores of the mall (the contract, section 4)."""

from __future__ import annotations

from typing import Any

from mockserver.api.operations import operation
from mockserver.api.visit import Visit
from mockserver.domain.stores import listed, store_value


@operation(
    "GET",
    "stores",
    document="the contract, section 4",
    permits={"": ("Stores:Api:Stores:Get",)},
    query="StoreList",
    needs_offers_api=False,
    answer="Stores",
)
def list_stores(visit: Visit) -> list[dict[str, Any]]:
    """List stores."""
    params = visit.params
    stores = listed(
        visit.records.of_club("stores", visit.club.slug),
        params["sort"],
        descending=params["order"] == "desc",
        department_id=params["department_id"],
        category=params["category"],
        limit=params["limit"],
    )
    return [store_value(store) for store in stores]
