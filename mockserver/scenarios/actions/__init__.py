"""The actions of rules: one small file each.

To add one, write a file with a frozen ``msgspec.Struct`` that has ``apply`` and ``sentence`` as ``Action`` says, and a
function that reads it from a part of a document, and add one row to ``ACTIONS``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from mockserver.documents.reading import Part
from mockserver.scenarios.actions import delay, fault, headers, rate_limit, refuse, respond
from mockserver.scenarios.verdict import Moment, Verdict


class Action(Protocol):
    """What a rule does to a request that it acts on."""

    def apply(self, verdict: Verdict, moment: Moment, /) -> bool:
        """Write itself into the verdict; answer whether it acted."""

    def sentence(self) -> str:
        """Say what the app sees, for people."""


ACTIONS: Mapping[str, Callable[[Part], Action]] = {
    "delay": delay.read,
    "refuse": refuse.read,
    "respond": respond.read,
    "fault": fault.read,
    "rate_limit": rate_limit.read,
    "headers": headers.read,
    "date": headers.read_date,
}
DECIDING = ("refuse", "respond", "fault", "rate_limit")
"""The keys of which a rule may have one, as each of them decides the answer."""
