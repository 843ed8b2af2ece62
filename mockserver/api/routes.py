"""The table of routes: one row for each path of an operation, made from the table of operations.

Flask's URL map (``url_map.py``) and the direct matcher of ``fast/`` are both made from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import unquote

from msgspec import Struct

from mockserver.api.operations import MemberContext, Operation
from mockserver.revisions import Revision

PICTURES = "/files/"
_ROOTS = (("v3", "{slug}"), ("v3", "loyalty_clubs", "{slug}"))  # the second is the older spelling
_ID = re.compile(r"0|[1-9][0-9]{0,17}")


class Route(Struct, frozen=True):
    """One path of an operation, ``segments`` long; a segment in braces stands for any text.

    ``context`` is the member context that the path names, ``alias`` says that the path is another spelling of the documented
    one. ``operation`` is None for pictures; ``about_an_offer`` tells that ``{id}`` is an offer's.
    """

    operation: Operation | None
    method: str
    segments: tuple[str, ...]
    context: MemberContext | None = None
    alias: bool = False
    about_an_offer: bool = False

    def is_in(self, revision: Revision) -> bool:
        """Return whether a revision has it."""
        operation, context = self.operation, self.context
        return operation is None or (operation.is_in(revision) and (context is None or context in revision.contexts))

    def values(self, segments: Sequence[str]) -> dict[str, str]:
        """Return the values of the placeholders in a path."""
        return {name[1:-1]: text for name, text in zip(self.segments, segments, strict=True) if name.startswith("{")}


class Match(Struct, frozen=True):
    """A route, and the values of its placeholders."""

    route: Route
    values: dict[str, str]


class NoMatch(Struct, frozen=True):
    """No operation has this path and method; ``allow`` lists the methods that the path has, if it is known at all."""

    allow: tuple[str, ...] = ()


PICTURE = Match(Route(None, "GET", ()), {})


def routes_of(operations: Iterable[Operation]) -> Iterator[Route]:
    """Make the routes of operations: each path and alias, in each member context, in both spellings."""
    for operation in operations:
        paths = (operation.path, *operation.also.values())
        spelt = [*((operation.method, path, False) for path in paths), *((*alias, True) for alias in operation.aliases)]
        for method, path, alias in spelt:
            for context in operation.contexts if "{context}" in path else (None,):
                below = path.replace("{context}", "{member_id}" if context == "member_id" else context or "").split("/")
                for number, root in enumerate(_ROOTS):
                    named = context or _context_of(path, operation)
                    yield Route(
                        operation, method, (*root, *below), named, alias or number > 0, "offers/{id}" in operation.path
                    )  # fmt: skip


def _context_of(path: str, operation: Operation) -> MemberContext | None:
    """Return the context that a path without ``{context}`` names; the first one if it names none (the documents' curl)."""
    if not operation.contexts:
        return None
    return "member_id" if "{member_id}" in path else operation.contexts[0]


def has_encoded_slash(raw_path: str | None) -> bool:
    """Return whether a raw path has an encoded slash, which is part of a segment."""
    return raw_path is not None and "%" in raw_path and "%2f" in raw_path.lower()


def segments_of(path: str, raw_path: str | None) -> list[str]:
    """Return the decoded segments of a path; if the raw path is known, an encoded slash is part of its segment."""
    if raw_path is not None and has_encoded_slash(raw_path):
        return [unquote(segment) for segment in raw_path.split("/")[1:]]
    return path.split("/")[1:]


def record_id(text: str) -> int | None:
    """Return the id in a segment: digits without a leading zero; None for anything else."""
    return int(text) if _ID.fullmatch(text) else None
