"""The signed-in member (the contract, section 4)."""

from __future__ import annotations

from typing import Any

from mockserver.api.context import RequestContext
from mockserver.api.operations import operation
from mockserver.schemas import wire


@operation(
    "GET",
    "members/me",
    document="the contract, section 4",
    contexts=("me",),
    permits={"me": ("BL:Api:Members:OAuth:Get",)},
    needs_offers_api=False,
    response="Member",
)
def get_me(ctx: RequestContext) -> dict[str, Any]:
    """Get the signed-in member."""
    return wire.member_value(ctx.acting_member)
