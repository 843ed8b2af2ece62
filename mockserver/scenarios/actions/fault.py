"""``fault``: breaks or slows the connection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast, get_args

from msgspec import Struct

from mockserver.documents.reading import Part
from mockserver.exchange import Fault, FaultKind
from mockserver.scenarios.actions.action import ActionKind
from mockserver.scenarios.verdict import ActionContext, Verdict
from mockserver.values.durations import write_duration

KINDS: tuple[str, ...] = get_args(FaultKind)
OF_THE_BODY = frozenset({"truncate", "malformed_chunk", "dribble"})
"""Faults in the middle of a response: they happen ``during_body``, unless the rule says ``after_commit``."""
_PARAMETERS: Mapping[str, tuple[str, ...]] = {"dribble": ("pieces", "over"), "truncate": ("bytes",)}
_SENTENCES: Mapping[str, str] = {
    "reset": "the connection is reset (RST)",
    "empty": "the connection is closed without a byte of an answer",
    "truncate": "the body ends before its Content-Length",
    "malformed_chunk": "the body breaks in the middle of a chunk",
    "garbage": "bytes that are not HTTP arrive instead of an answer",
    "hang": "no answer comes until the app gives up",
}


class InjectFault(Struct, frozen=True):
    """A fault with its parameters."""

    fault: Fault

    def apply(self, verdict: Verdict, _context: ActionContext, /) -> bool:
        """Break the connection."""
        verdict.fault = self.fault
        return True

    def sentence(self) -> str:
        """Describe what the client receives."""
        fault = self.fault
        if fault.kind == "dribble":
            return f"the body arrives in {fault.pieces} pieces over {write_duration(fault.over_ms)}"
        return _SENTENCES[fault.kind]


def read(part: Part) -> InjectFault:
    """Read a fault's name, or ``{name: {parameter: value}}`` such as ``{dribble: {pieces: 5, over: 3s}}``."""
    if not isinstance(part.value, Mapping):
        return InjectFault(Fault(cast(FaultKind, part.one_of(KINDS))))
    fields = part.fields(KINDS)
    if len(part.value) != 1:
        part.wrong(f"one of {', '.join(KINDS)}")
    for kind, each in fields.items():
        return InjectFault(Fault(cast(FaultKind, kind), **_parameters(kind, each)))
    return InjectFault(Fault("reset"))


def _parameters(kind: str, part: Part) -> dict[str, Any]:
    fields = part.fields(_PARAMETERS.get(kind, ()))
    found: dict[str, Any] = {}
    if "pieces" in fields:
        found["pieces"] = fields["pieces"].integer(1, 10_000)
    if "over" in fields:
        found["over_ms"] = fields["over"].duration()
    if "bytes" in fields:
        found["bytes"] = fields["bytes"].integer(0)
    return found


KIND = ActionKind(
    read,
    (
        "`reset`, `empty`, `truncate`, `malformed_chunk`, `garbage`, `dribble` or `hang`; with "
        "parameters `{dribble: {pieces: 5, over: 3s}}`, `{truncate: {bytes: 20}}`"
    ),
    decides=True,
)
