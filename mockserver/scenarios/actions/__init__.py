"""The actions of rules: one small file each.

To add one, write a file with a frozen ``msgspec.Struct`` that has the methods of ``Action``, a function
that reads it from a part of a document, and its ``ActionKind``; then add one row to ``ACTIONS`` (docs/how-to-extend.md).
"""

from __future__ import annotations

from collections.abc import Mapping

from mockserver.scenarios.actions import delay, fault, headers, hold, rate_limit, refuse, respond
from mockserver.scenarios.actions.action import Action as Action
from mockserver.scenarios.actions.action import ActionKind

ACTIONS: Mapping[str, ActionKind] = {
    "delay": delay.KIND,
    "refuse": refuse.KIND,
    "respond": respond.KIND,
    "fault": fault.KIND,
    "rate_limit": rate_limit.KIND,
    "headers": headers.KIND,
    "date": headers.DATE_KIND,
    "hold": hold.KIND,
}
DECIDING = tuple(key for key, kind in ACTIONS.items() if kind.decides)
"""The keys that decide the response; a rule has at most one of them."""
