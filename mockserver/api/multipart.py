"""Bodies of ``multipart/form-data``, read by werkzeug."""

from __future__ import annotations

from io import BytesIO
from typing import IO

from msgspec import Struct, field

from mockserver.errors import Refused
from mockserver.exchange import Request

_MAX_PARTS, _MAX_FIELD = 50, 64 * 1024


class MultipartForm(Struct, frozen=True):
    """Text fields by name, and files by name; ``broken`` says why a body could not be read to its end."""

    fields: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    broken: str | None = None


def read_form(request: Request) -> MultipartForm:
    """Read a request's body; one that is not multipart is an empty form. Refuse too many or too large fields."""
    # imported here, as most servers are never sent a file
    from werkzeug.exceptions import RequestEntityTooLarge
    from werkzeug.formparser import MultiPartParser
    from werkzeug.http import parse_options_header

    media_type, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get("boundary", "").encode("latin-1", "replace")  # the last, where there are two
    if media_type.lower() != "multipart/form-data" or not boundary:
        return MultipartForm()
    # werkzeug's own limit on fields counts bytes that it has not parsed yet, and would refuse most photos
    parser = MultiPartParser(_in_memory, max_form_parts=_MAX_PARTS)
    try:
        fields, files = parser.parse(BytesIO(request.body), boundary, len(request.body))
    except RequestEntityTooLarge:
        raise Refused("payload_too_large", limit=_MAX_FIELD) from None
    except ValueError as problem:
        return MultipartForm(broken=str(problem))
    if any(len(text) > _MAX_FIELD for text in fields.values()):
        raise Refused("payload_too_large", limit=_MAX_FIELD)
    return MultipartForm(dict(fields), {name: file.stream.read() for name, file in files.items()})


def _in_memory(
    total_content_length: int | None,  # noqa: ARG001
    content_type: str | None,  # noqa: ARG001
    filename: str | None,  # noqa: ARG001
    content_length: int | None = None,  # noqa: ARG001
) -> IO[bytes]:
    """Store the parts in memory, where the body is already."""
    return BytesIO()
