"""``headers``: adds headers to the response. ``date: world`` sets ``Date`` to the time of the world's clock."""

from __future__ import annotations

import re

from msgspec import Struct

from mockserver.documents.reading import Part
from mockserver.limits import RULE_HEADER_BYTES, RULE_HEADERS
from mockserver.scenarios.actions.action import ActionKind
from mockserver.scenarios.verdict import ActionContext, Pairs, Verdict

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
FRAMING = frozenset({"content-length", "transfer-encoding", "connection"})
"""Headers that say where a response ends: a wrong one would break the next response on the connection."""


class AddedHeaders(Struct, frozen=True):
    """Headers by lower-case name, which may repeat. They replace headers of the same name in the response."""

    pairs: Pairs

    def apply(self, verdict: Verdict, _context: ActionContext, /) -> bool:
        """Add the headers."""
        verdict.headers.extend(self.pairs)
        return True

    def sentence(self) -> str:
        """Name the headers."""
        return f"the answer has {', '.join(f'{name}: {value}' for name, value in self.pairs) or 'no more headers'}"


class WorldsDate(Struct, frozen=True):
    """Sets the header ``Date`` to the world's time."""

    def apply(self, verdict: Verdict, context: ActionContext) -> bool:
        """Add the header."""
        from email.utils import formatdate  # slow to import, and not needed for the first response

        verdict.headers.append(("date", formatdate(context.now // 1000, usegmt=True)))
        return True

    def sentence(self) -> str:
        """Describe the header."""
        return "the header Date tells the world's time"


def read(part: Part) -> AddedHeaders:
    """Read ``{Set-Cookie: [a=1, b=2], X-Trace: abc}``."""
    return AddedHeaders(read_pairs(part))


def read_date(part: Part) -> WorldsDate:
    """Read ``world``."""
    part.one_of(("world",))
    return WorldsDate()


def read_pairs(part: Part) -> Pairs:
    """Read headers by name, each with a value or a list of values."""
    pairs = tuple(pair for name, each in part.entries().items() for pair in _values(name, each))
    size = sum(len(name) + len(value) for name, value in pairs)
    if len(pairs) > RULE_HEADERS or size > RULE_HEADER_BYTES:
        found = f"{len(pairs):,} with {size:,} characters"
        part.wrong(f"at most {RULE_HEADERS} headers with {RULE_HEADER_BYTES:,} characters", found=found)
        return ()
    return pairs


def _values(name: str, part: Part) -> Pairs:
    if name.lower() in FRAMING:
        part.wrong("a header that does not tell where the answer ends", "a fault breaks answers: truncate, empty, ...")
        return ()
    pairs = [(name.lower(), each.text()) for each in part.elements()]
    if not _NAME.fullmatch(name) or not all(_VALUE.fullmatch(value) for _, value in pairs):
        part.wrong("a header's name and value, on one line")
        return ()
    return tuple(pairs)


KIND = ActionKind(
    read,
    (
        "what is answered has these headers, in place of its own of the same name: `{Set-Cookie: [a=1, "
        "b=2]}`. At most 100; those that tell where an answer ends cannot be set"
    ),
)

DATE_KIND = ActionKind(
    read_date,
    "`world` lets the header `Date` tell the world's time",
)
