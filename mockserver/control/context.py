"""The context of one control call: its world and its input."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from msgspec import Struct, field

from mockserver.api.runtime import Runtime
from mockserver.control.models import MODELS
from mockserver.control.routes import ControlRoute
from mockserver.documents.reading import Document, Part
from mockserver.exchange import Request
from mockserver.journal.redaction import Redactor
from mockserver.worlds.world import World
from mockserver.worlds.worlds import DEFAULT


class ControlContext(Struct):
    """A control call. ``path`` has the values of the path's placeholders, ``sent`` is the body (its value is None if empty).

    ``routes`` are all control calls. ``name`` is the world's; where it is not there, which ``world`` of a route may allow, the
    context's world is ``default``.

    Values read from ``fields``, ``body`` and ``query`` are valid once ``finish`` has returned.
    """

    mock: Runtime
    world: World
    request: Request
    route: ControlRoute
    path: dict[str, str]
    routes: tuple[ControlRoute, ...]
    sent: Document = field(default_factory=lambda: Document(None, "body"))
    name: str = DEFAULT
    _documents: list[Document] = field(default_factory=list)

    @property
    def value(self) -> Any:
        """The value of the body, None if it is empty."""
        return self.sent.value

    @property
    def redactor(self) -> Redactor:
        """The redactor of this world's journal, as ``--redact`` sets it."""
        return Redactor(self.world.records, self.mock.settings.redact)

    def body(self) -> Part:
        """Return the body as a part to read."""
        self._documents.append(self.sent)
        return self.sent.root

    def fields(self) -> dict[str, Part]:
        """Return the parts of the body by key: only those in its model, and all that it requires."""
        model = MODELS[self.route.body or "Empty"]
        part = self.body()
        if self.value is None and model.get("required"):
            part.wrong(f"an object with {', '.join(model['required'])}", found="an empty body")
        return part.fields(tuple(model["properties"]), model.get("required", ()))

    def query(self) -> dict[str, Part]:
        """Return the query parameters by name; a repeated one is a list."""
        found = parse_qs(self.request.query, keep_blank_values=True, errors="replace") if self.request.query else {}
        document = Document({key: values[0] if len(values) == 1 else values for key, values in found.items()}, "query")
        self._documents.append(document)
        return document.root.fields(tuple(self.route.query))

    def finish(self) -> None:
        """Raise DocumentError with all problems of the values read, if there are any."""
        for document in self._documents:
            document.finish()
