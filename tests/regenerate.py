"""Writes what follows from the code's tables, contracts and tables in docs: ``python -m tests.regenerate``."""

from __future__ import annotations

import re
from pathlib import Path

from mockserver.contract.text import names, text_of
from mockserver.fixtures.shapes import SHAPES
from mockserver.records.effects import Effect
from mockserver.scenarios.actions import ACTIONS
from mockserver.worlds.meaning import MEANING

ROOT = Path(__file__).parents[1]


def row_of(action: str) -> str:
    """The row of docs/scenarios.md about an action."""
    return f"| `{action}` | {ACTIONS[action].means} |"


def row_of_records(key: str) -> str:
    """The row of docs/fixtures.md about the records under a key; required attributes are bold."""
    attributes = [f"**`{name}`**" if each.required else f"`{name}`" for name, each in SHAPES[key].attributes.items()]
    return f"| `{key}` | {' '.join(attributes)} |"


def row_of_effect(type_: type[Effect]) -> str:
    """The row of docs/how-it-works.md about a type of effects."""
    meaning = MEANING[type_]
    said = ["yes" if each else "" for each in (meaning.rev, meaning.commits, meaning.wakes, meaning.stored)]
    said.insert(2, meaning.forgets.name.lower())
    return re.sub(" +", " ", f"| `{type_.__name__}` | {' | '.join(said)} |")


def write_rows(page: str, rows: dict[str, str]) -> None:
    """Put rows by key into the page's table that has them; what else stands in it follows."""
    path = ROOT / "docs" / page
    lines = path.read_text("utf-8").splitlines()
    keys = [(re.findall(r"^\| `(\w+)`", line) or [""])[0] for line in lines]
    first = min(place for place, key in enumerate(keys) if key in rows)
    others = [line for line, key in zip(lines, keys, strict=True) if key not in rows]
    path.write_text("\n".join([*others[:first], *rows.values(), *others[first:], ""]), "utf-8")


def regenerate() -> None:
    """Write the contracts and the tables."""
    for name in names():
        (ROOT / "contract" / f"{name}.json").write_bytes(text_of(name))
    write_rows("scenarios.md", {each: row_of(each) for each in ACTIONS})
    write_rows("how-it-works.md", {each.__name__: row_of_effect(each) for each in MEANING})
    write_rows("fixtures.md", {key: row_of_records(key) for key in SHAPES})


if __name__ == "__main__":
    regenerate()
