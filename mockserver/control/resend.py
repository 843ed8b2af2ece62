"""Sends a request of the journal again, unchanged or edited."""

from __future__ import annotations

from functools import partial
from typing import Any

import orjson
from msgspec.structs import replace

from mockserver.api.handle import respond
from mockserver.api.overrides import below_world
from mockserver.control.context import ControlContext
from mockserver.control.errors import CallRefused, not_found
from mockserver.control.journal import find_entry
from mockserver.control.reading import name
from mockserver.control.routes import route
from mockserver.documents.reading import Part
from mockserver.exchange import Request, Response, json_response
from mockserver.journal import view
from mockserver.worlds.world import World

CHANGES = ("method", "path", "query", "headers", "body")
_WORLD_HEADER = "x-mock-world"


@route(
    "POST",
    "requests/{id}/resend",
    world="there",
    body="Resend",
    response="Resent",
    statuses=(200, 404, 409),
    locked=False,
)
def resend_request(ctx: ControlContext) -> Any:
    """Send a request again with its original tokens, optionally changed or in another world; return the new one.

    The response is computed and journalled as for an app; its delay or fault is reported, not carried out.
    """
    entry = find_entry(ctx)
    fields = ctx.fields()
    world = name(fields["world"]) if "world" in fields else None
    changes = fields["changes"].fields(CHANGES) if "changes" in fields else {}
    if entry.shed and "body" not in changes:
        raise CallRefused(409, f"the body of request {entry.id} is no longer kept", hint="give a body in changes")
    request = _changed(entry.request, changes)
    ctx.finish()
    target = ctx.world
    if world is not None and world != target.name:
        found = ctx.mock.worlds.find(world)
        if found is None:
            raise not_found("world", world, (each.name for each in ctx.mock.worlds.all()))
        target, request = found, _moved(request, world)
    return _shown(ctx, target, respond(ctx.mock, request))


def _shown(ctx: ControlContext, target: World, response: Response) -> Any:
    """Return the response as the journal shows it; wait for it if the request is held at a barrier."""
    while response.work is not None:
        response = response.work()
    if (wait := response.wait) is not None:
        shown = partial(_response_shown, ctx, target)
        held = replace(
            wait, poll=lambda: (found := wait.poll()) and shown(found), expired=lambda: shown(wait.expired())
        )
        return Response(200, wait=held)
    if response.done is not None:
        response.done()
    id_ = next((value for key, value in response.headers if key == "x-mock-request-id"), None)
    sent = target.journal.find(int(id_)) if id_ is not None else None
    if sent is None:  # refused before it reached a world, or the journal is off
        body = response.body.decode("utf-8", "replace")
        return {"id": None, "world": target.name, "status": response.status, "answer": {"body": body}}
    return view.whole(sent, ctx.redactor) | {"world": target.name}


def _response_shown(ctx: ControlContext, target: World, response: Response) -> Response:
    shown = _shown(ctx, target, response)
    return shown if isinstance(shown, Response) else json_response(200, shown)


def _changed(request: Request, changes: dict[str, Part]) -> Request:
    headers = {key.lower(): value for key, value in request.headers.items()}
    for key, part in (changes["headers"].entries() if "headers" in changes else {}).items():
        headers.pop(key.lower(), None)
        if part.value is not None:
            headers[key.lower()] = str(part.value) if part.value == "" else part.text()
    body = request.body
    if "body" in changes:
        value = changes["body"].value
        body = b"" if value is None else value.encode() if isinstance(value, str) else orjson.dumps(value)
        headers.pop("content-length", None)
        if body and "content-type" not in headers:
            headers["content-type"] = "application/json"
    path = changes["path"].text() if "path" in changes else request.path
    if "path" in changes and not path.startswith("/"):
        changes["path"].wrong("a path that begins with /")
    return replace(
        request,
        method=changes["method"].text().upper() if "method" in changes else request.method,
        path=path,
        raw_path=None if "path" in changes else request.raw_path,
        query=str(changes["query"].value or "").removeprefix("?") if "query" in changes else request.query,
        headers=headers,
        body=body,
        upload=None,
    )


def _moved(request: Request, world: str) -> Request:
    """Return the request addressed to another world by its path, which precedes all other ways."""
    headers = {key: value for key, value in request.headers.items() if key != _WORLD_HEADER}
    return replace(request, path=f"/w/{world}{below_world(request.path)}", raw_path=None, headers=headers)
