"""Capsules: the last requests of a world with all that is needed to carry them out again, as one file."""

from __future__ import annotations

from typing import Any

from mockserver.capsules.format import pack
from mockserver.capsules.model import CapsuleTooLargeError
from mockserver.capsules.recording import NothingToSaveError, record
from mockserver.control.context import ControlContext
from mockserver.control.errors import CallRefused
from mockserver.control.routes import route
from mockserver.exchange import Response


@route(
    "POST", "capsules", world="there", body="NewCapsule", media="application/zip", statuses=(200, 404, 409), long=True
)
def save_capsule(ctx: ControlContext) -> Any:
    """Save the world's last requests as a capsule: the world before the first, each with its answer, and all changes since.

    `last` is how many requests; without it, all that the journal has. Tokens and passwords that are not the world's own are
    replaced by others of their length.
    """
    fields = ctx.fields()
    last = fields["last"].integer(1) if "last" in fields else None
    ctx.finish()
    try:
        file = pack(record(ctx.world, ctx.mock.settings, last))
    except (NothingToSaveError, CapsuleTooLargeError) as problem:
        raise CallRefused(409, str(problem)) from None
    name = f'attachment; filename="{ctx.world.name}.capsule.zip"'
    return Response(200, file, (("content-type", "application/zip"), ("content-disposition", name)))
