"""Scenarios and rules: immutable, and shared by all worlds. The engine has their counters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from mockserver.scenarios.actions import Action
from mockserver.scenarios.calls import Calls
from mockserver.scenarios.verdict import At
from mockserver.scenarios.when import When

IDLE = "idle"
"""The initial state of a scenario."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When, how often, and then what. ``value`` is its document, as JSON."""

    name: str
    when: When = field(default_factory=When)
    calls: Calls = field(default_factory=Calls)
    chance: float = 1.0
    state: str | None = None
    actions: tuple[Action, ...] = ()
    at: At = "before"
    go: str | None = None
    value: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def sees(self) -> str:
        """Describe in a sentence what the app sees."""
        actions = "; ".join(action.sentence() for action in self.actions) or "nothing"
        often = "" if self.chance == 1.0 else f", {self.chance:.0%} of them"
        moment = {"after_commit": " (after the operation has been carried out)"}.get(self.at, "")
        return f"{self.calls}{often}{_to(self.when)}: {actions}{moment}"


def _to(when: When) -> str:
    if when.operations is None:
        return ""
    names = sorted(when.operations)
    return f" to {', '.join(names)}" if len(names) < 4 else f" to {', '.join(names[:2])} and {len(names) - 2} more"


class Arrangement(msgspec.Struct, frozen=True):
    """What a scenario changes in a world while it is active.

    ``clock`` has ``now`` (ISO text), ``frozen`` and ``rate``. ``records`` maps a table to a record's key (``*``: every
    record) to attributes and their values, all named and written as in fixtures.
    """

    clock: Mapping[str, Any] = msgspec.field(default_factory=dict)
    records: Mapping[str, Mapping[str, Mapping[str, Any]]] = msgspec.field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.clock or self.records)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A named set of changes of a world, and of rules. ``value`` is its document, as JSON."""

    id: str
    title: str
    comment: str | None = None
    world: Arrangement = field(default_factory=Arrangement)
    rules: tuple[Rule, ...] = ()
    value: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def sees(self) -> list[str]:
        """Describe what the app sees: a sentence for each rule, and one for the changes of the world."""
        arranged = [f"arranged: {_arranged(self.world)}"] if self.world else []
        return arranged + [rule.sees() for rule in self.rules if rule.actions]


def _arranged(world: Arrangement) -> str:
    parts = [f"clock {_pairs(world.clock)}"] if world.clock else []
    for table, records in world.records.items():
        for key, attributes in records.items():
            whose = f"every record of {table}" if key == "*" else f"{table} {key}"
            parts.append(f"{whose}: {_pairs(attributes)}")
    return "; ".join(parts)


def _pairs(attributes: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in attributes.items())
