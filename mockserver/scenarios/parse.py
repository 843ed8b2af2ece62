"""Reads scenarios and rules from documents."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, cast, get_args

from msgspec.structs import replace

from mockserver.documents.files import read_text
from mockserver.documents.reading import Document, Part
from mockserver.limits import SCENARIO_RULES, SCENARIO_VALUES
from mockserver.scenarios.actions import ACTIONS, DECIDING, Action
from mockserver.scenarios.actions.fault import OF_THE_BODY, InjectFault
from mockserver.scenarios.actions.hold import WaitAtBarrier
from mockserver.scenarios.arrangement import read_world
from mockserver.scenarios.barrier import MOMENTS as HOLD_MOMENTS
from mockserver.scenarios.calls import Calls, read_calls
from mockserver.scenarios.model import Arrangement, Rule, Scenario
from mockserver.scenarios.verdict import At
from mockserver.scenarios.when import When, read_when

ID = re.compile(r"(?!\.{1,2}\Z)[A-Za-z0-9._-]{1,64}")
SCENARIO_KEYS = ("id", "title", "comment", "world", "rules")
RULE_KEYS = ("name", "when", "calls", "chance", "in", "then")
THEN_KEYS = (*ACTIONS, "at", "go")
MOMENTS: tuple[str, ...] = get_args(At)

Operations = Collection[str] | None
"""The names of the operations that exist; None accepts any name."""


def parse_scenario(
    value: Any, scenario_id: str, operations: Operations, source: str = "value", *, fixed: bool = False
) -> Scenario:
    """Read a scenario from a document, or from a value or YAML text called ``source``. Raise DocumentError.

    ``scenario_id`` is its id unless the document has another one, which is wrong if the id is ``fixed``.
    """
    document = _document(value, source)
    scenario = _scenario(document.root, scenario_id, operations, fixed)
    document.finish()
    return scenario


def parse_rule(value: Any, name: str, operations: Operations, source: str = "value") -> Rule:
    """Read one rule from a document, or from a value or YAML text; ``name`` is its name unless it gives one itself."""
    document = _document(value, source, within=2)  # the rules of a scenario are elements of a list
    rule = _rule(document.root, name, operations)
    document.finish()
    return rule


def _document(value: Any, source: str, within: int = 0) -> Document:
    if isinstance(value, Document):
        return value
    return read_text(value, source, within, SCENARIO_VALUES) if isinstance(value, str) else Document(value, source)


def _scenario(part: Part, scenario_id: str, operations: Operations, fixed: bool) -> Scenario:
    fields = part.fields(SCENARIO_KEYS)
    if part.value is None:
        part.wrong(f"a mapping with some of the keys {', '.join(SCENARIO_KEYS)}")
    own_id = _name(fields.get("id") or Part(scenario_id, ("id",), part.document))
    if fixed and own_id != scenario_id:
        fields["id"].wrong(f"{scenario_id}, the id that it is put under")
    title = fields["title"].text() if "title" in fields else own_id.replace("-", " ").capitalize()
    comment = fields["comment"].text() if "comment" in fields else None
    world = read_world(fields["world"]) if "world" in fields else Arrangement()
    rules = _rules(fields["rules"], own_id, operations) if "rules" in fields else ()
    return Scenario(own_id, title, comment, world, rules, _value(part))


def _rules(part: Part, scenario_id: str, operations: Operations) -> tuple[Rule, ...]:
    elements = part.elements() if part.value is not None else []
    if len(elements) > SCENARIO_RULES:
        part.wrong(f"at most {SCENARIO_RULES:,} rules", found=f"{len(elements):,} rules")
        return ()
    rules: dict[str, Rule] = {}
    for n, each in enumerate(elements, 1):
        rule = _rule(each, scenario_id if len(elements) == 1 else f"{scenario_id}-{n}", operations)
        if rule.name in rules:
            each.wrong("a name of its own for each rule", found=f"the name {rule.name} twice")
        rules[rule.name] = rule
    return tuple(rules.values())


def _rule(part: Part, name: str, operations: Operations) -> Rule:
    fields = part.fields(RULE_KEYS, required=("then",))
    if part.value is None:
        part.wrong(f"a mapping with some of the keys {', '.join(RULE_KEYS)}")
    then = fields["then"].fields(THEN_KEYS) if "then" in fields else {}
    actions = _actions(fields["then"], then) if "then" in fields else ()
    actions = tuple(_at_its_moment(each, then) for each in actions)
    return Rule(
        name=_name(fields["name"]) if "name" in fields else name,
        when=read_when(fields["when"], operations) if "when" in fields else When(),
        calls=read_calls(fields["calls"]) if "calls" in fields else Calls(),
        chance=fields["chance"].number(0, 1) if "chance" in fields else 1.0,
        state=fields["in"].text() if "in" in fields else None,
        actions=actions,
        at=_at(then.get("at"), actions),
        go=then["go"].text() if "go" in then else None,
        value=_value(part),
    )


def _actions(part: Part, then: Mapping[str, Part]) -> tuple[Action, ...]:
    if not any(key in then for key in (*ACTIONS, "go")):
        part.wrong(f"one of {', '.join(ACTIONS)} or go")
    deciding = [key for key in DECIDING if key in then]
    if len(deciding) > 1:
        then[deciding[1]].wrong(f"one of {', '.join(DECIDING)}", found=f"{deciding[1]} beside {deciding[0]}")
    return tuple(ACTIONS[key].read(then[key]) for key in ACTIONS if key in then)


def _at(part: Part | None, actions: tuple[Action, ...]) -> At:
    """Read ``at``; for a fault within the body, ``before`` means ``during_body``."""
    moment = part.one_of(MOMENTS) if part is not None else "before"
    if moment == "before_commit":
        if part is not None and not any(isinstance(each, WaitAtBarrier) for each in actions):
            part.wrong("before_commit with hold alone")
        return "before"
    of_the_body = any(isinstance(each, InjectFault) and each.fault.kind in OF_THE_BODY for each in actions)
    return cast(At, "during_body" if of_the_body and moment == "before" else moment)


def _at_its_moment(action: Action, then: Mapping[str, Part]) -> Action:
    """Return the action; one that holds requests gets the rule's ``at``."""
    if not isinstance(action, WaitAtBarrier) or "at" not in then:
        return action
    moment = then["at"].value
    if moment not in HOLD_MOMENTS:
        then["at"].wrong(f"one of {', '.join(HOLD_MOMENTS)} with hold")
        return action
    return WaitAtBarrier(replace(action.hold, at=moment))


def _name(part: Part) -> str:
    name = part.text()
    if not ID.fullmatch(name):
        part.wrong("1 to 64 of A-Z a-z 0-9 . _ -")
    return name


def _value(part: Part) -> Mapping[str, Any]:
    return part.value if isinstance(part.value, Mapping) else {}
