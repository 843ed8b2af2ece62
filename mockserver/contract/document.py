"""The OpenAPI 3.1 document of a revision of the API, made from the operations table, the schemas and the refusals."""

from __future__ import annotations

from functools import cache

from mockserver.api.table import OPERATIONS
from mockserver.contract.components import Components
from mockserver.contract.errors import camel, response
from mockserver.contract.parameters import CLUB
from mockserver.contract.paths import path_items, tag_of
from mockserver.errors import REFUSALS
from mockserver.revisions import REVISIONS, Revision
from mockserver.values.kinds import Json

DEFAULT_SERVER = "http://127.0.0.1:8080"
_DESCRIPTION = """{about}

Every path stands below `/v3/{{loyalty_club_slug}}/`; `/v3/loyalty_clubs/{{loyalty_club_slug}}/` is the older spelling of the
same and still works. Operations with `x-alias-of` are further ways to reach another one. Header names are
case-insensitive, dates are ISO 8601 in UTC with milliseconds, and errors are `{{"error": "message"}}`."""


def _scheme(name: str, description: str) -> Json:
    return {"type": "apiKey", "in": "header", "name": name, "description": description}


SECURITY: dict[str, Json] = {
    "client": _scheme("X-Client-Authorization", "The token of the API client; it carries the client's permits"),
    "product": _scheme("X-Product-Name", "The channel, such as default or android-app"),
    "userAgent": _scheme("X-User-Agent", "Free text that names the app"),
    "member": {"type": "http", "scheme": "bearer", "description": "The member's OAuth token, from create_token"},
}


@cache
def document(revision: str) -> Json:
    """Return the document of a revision, as JSON values in a fixed order; do not change it. Raise KeyError if it is unknown."""
    shape = REVISIONS[revision]
    components = Components(shape)
    paths = path_items(components, iter(OPERATIONS.values()), shape)
    _routing(components, shape)
    tags = dict.fromkeys(tag_of(operation) for operation in OPERATIONS.values() if operation.is_in(shape))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Offers API",
            "summary": "Offers of a loyalty club, for its members and its staff.",
            "description": _DESCRIPTION.format(about=shape.about or f"The API of {revision}."),
            "version": revision,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": DEFAULT_SERVER, "description": "The mock server"}],
        "tags": [{"name": tag} for tag in tags],
        "paths": paths,
        "components": {
            "securitySchemes": SECURITY,
            "parameters": {CLUB["name"]: CLUB},
            "responses": dict(sorted(components.responses.items())),
            "schemas": dict(sorted(components.schemas.items())),
        },
    }


def _routing(components: Components, revision: Revision) -> None:
    """Add the responses to unknown paths and methods, which belong to no path."""
    for refusal_id in ("path_not_found", "method_not_allowed"):
        refusal, name = REFUSALS[refusal_id], camel(refusal_id)
        components.share(name, response(components, refusal.status_in(revision.name), [refusal], name))


def at_server(described: Json, url: str) -> Json:
    """Return a document with the address of this server."""
    return described | {"servers": [{"url": url, "description": "This mock server"}]}
