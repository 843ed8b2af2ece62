"""The interface of actions, and how their keys are read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from mockserver.documents.reading import Part
from mockserver.scenarios.verdict import ActionContext, Verdict


class Action(Protocol):
    """What a rule does to a request that it acts on."""

    def apply(self, verdict: Verdict, context: ActionContext, /) -> bool:
        """Write the action into the verdict; return whether it acted."""

    def sentence(self) -> str:
        """Describe in a sentence what the app sees."""


class ActionKind(Struct, frozen=True):
    """A key of ``then``: ``read`` makes the action of its part of a document, ``means`` is its row in docs/scenarios.md.

    A rule has at most one action whose kind ``decides`` the response.
    """

    read: Callable[[Part], Action]
    means: str
    decides: bool = False
