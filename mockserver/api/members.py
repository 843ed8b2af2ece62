"""The signed-in member."""

from __future__ import annotations

from mockserver.api.context import RequestContext
from mockserver.api.operations import operation
from mockserver.domain.model import Member


@operation(
    "GET",
    "members/me",
    document="14_oauth_members.md",
    contexts=("me",),
    permits={"me": ("BL:Api:Members:OAuth:Get",)},
    needs_offers_api=False,
    response="Member",
)
def get_me(ctx: RequestContext) -> Member:
    """Get the signed-in member."""
    return ctx.acting_member
