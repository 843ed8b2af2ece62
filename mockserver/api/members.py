"""The signed-in member (the contract, section 4)."""

from __future__ import annotations

from typing import Any

from mockserver.api.operations import operation
from mockserver.api.visit import Visit
from mockserver.schemas import wire


@operation(
    "GET",
    "members/me",
    document="the contract, section 4",
    contexts=("me",),
    permits={"me": ("BL:Api:Members:OAuth:Get",)},
    needs_offers_api=False,
    answer="Member",
)
def get_me(visit: Visit) -> dict[str, Any]:
    """Get the signed-in member."""
    return wire.member_value(visit.acting_member)
