"""What an action is: how a rule's key is read, and what is done with a request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from mockserver.documents.reading import Part
from mockserver.scenarios.verdict import ActionContext, Verdict


class Action(Protocol):
    """What a rule does to a request that it acts on."""

    def apply(self, verdict: Verdict, context: ActionContext, /) -> bool:
        """Write itself into the verdict; answer whether it acted."""

    def sentence(self) -> str:
        """Say what the app sees, for people."""


class ActionKind(Struct, frozen=True):
    """A key of ``then``: ``read`` makes the action of its part of a document, ``means`` is its row in docs/scenarios.md.

    A kind that ``decides`` the answer stands alone in a rule.
    """

    read: Callable[[Part], Action]
    means: str
    decides: bool = False
