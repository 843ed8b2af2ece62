"""Writes what follows from the code's tables, contracts and tables in docs: ``python -m tests.regenerate``."""

from __future__ import annotations

import re
from pathlib import Path

from mockserver.contract.coverage import DocumentedFact, facts
from mockserver.contract.text import names, text_of
from mockserver.fixtures.shapes import SHAPES
from mockserver.records.effects import Effect
from mockserver.revisions import UNION
from mockserver.scenarios.actions import ACTIONS
from mockserver.worlds.meaning import MEANING
from tests import agent_texts

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


def rows_of_evidence() -> dict[str, str]:
    """The rows of docs/api.md about where facts are from: of each operation and model its pages, and what of it is ours."""
    found: dict[str, list[DocumentedFact]] = {}
    for fact in facts():
        found.setdefault(fact.of.partition(".")[0], []).append(fact)
    return {of: row_of_evidence(of, some) for of, some in found.items()}


def row_of_evidence(of: str, some: list[DocumentedFact]) -> str:
    told = [dict.fromkeys(each.page for each in some if each.evidence == word) for word in ("documented", "reference")]
    there: dict[str, dict[str, bool]] = {}  # by date whether it is ours
    for fact in some:
        name = f"`{fact.name}`{' by default' if fact.kind == 'default' else ''}"
        there.setdefault(name, {})[fact.revision] = fact.evidence not in ("documented", "reference")
    dated = {
        name: {date: ours for date, ours in dates.items() if date != UNION} or dates for name, dates in there.items()
    }
    ours = [
        name if all(dates.values()) else f"{name} ({', '.join(date for date in dates if dates[date])})"
        for name, dates in dated.items()
        if any(dates.values())
    ]
    cells = [f"`{of}`", *(", ".join(map(str, pages)) for pages in told), ", ".join(ours)]
    return re.sub(" +", " ", f"| {' | '.join(cells)} |")


def write_rows(page: str, rows: dict[str, str]) -> None:
    """Put rows by key into the page's table that has them; what else stands in it follows."""
    path = ROOT / "docs" / page
    lines = path.read_text("utf-8").splitlines()
    keys = [(re.findall(r"^\| `([\w ]+)`", line) or [""])[0] for line in lines]
    first = min(place for place, key in enumerate(keys) if key in rows)
    others = [line for line, key in zip(lines, keys, strict=True) if key not in rows]
    path.write_text("\n".join([*others[:first], *rows.values(), *others[first:], ""]), "utf-8")


def regenerate() -> None:
    """Write the contracts and the tables."""
    for name in names():
        (ROOT / "contract" / f"{name}.json").write_bytes(text_of(name))
    agent_texts.write()
    write_rows("scenarios.md", {each: row_of(each) for each in ACTIONS})
    write_rows("how-it-works.md", {each.__name__: row_of_effect(each) for each in MEANING})
    write_rows("api.md", rows_of_evidence())
    write_rows("fixtures.md", {key: row_of_records(key) for key in SHAPES})


if __name__ == "__main__":
    regenerate()
