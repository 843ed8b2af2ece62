"""``refuse``: a documented refusal, with its exact status and body."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct, field

from mockserver.documents.reading import Part
from mockserver.errors import REFUSALS
from mockserver.scenarios.actions.action import ActionKind
from mockserver.scenarios.verdict import ActionContext, Verdict

_FACT = re.compile(r"\{(\w+)\}")


class Refuse(Struct, frozen=True):
    """A refusal of the catalogue; the rule's ``facts`` take precedence over the request's."""

    id: str
    facts: dict[str, Any] = field(default_factory=dict)

    def apply(self, verdict: Verdict, _context: ActionContext, /) -> bool:
        """Refuse the request."""
        verdict.refuse, verdict.facts = self.id, self.facts
        return True

    def sentence(self) -> str:
        """Describe status and text."""
        refusal = REFUSALS[self.id]
        if refusal.text is None:
            return f"{refusal.status} with an empty body"
        return f'{refusal.status} "{_FACT.sub(lambda found: str(self.facts.get(found[1], "…")), refusal.text)}"'


def read(part: Part) -> Refuse:
    """Read a refusal's id, or ``{id, with: {fact: value}}``."""
    if not isinstance(part.value, dict):
        return Refuse(_id(part))
    fields = part.fields(("id", "with"), required=("id",))
    facts = {name: _fact(each) for name, each in fields["with"].entries().items()} if "with" in fields else {}
    return Refuse(_id(fields["id"]) if "id" in fields else next(iter(REFUSALS)), facts)


def _fact(part: Part) -> Any:
    """Read a value for the refusal's text; a number must be spelt as the text will show it."""
    if isinstance(part.value, int | float):
        part.as_spelt()
    return part.value


def _id(part: Part) -> str:
    """Read a refusal's id; hyphens count as underscores, because scenarios are named with hyphens."""
    if isinstance(part.value, str) and part.value.replace("-", "_") in REFUSALS:
        return part.value.replace("-", "_")
    return part.one_of(REFUSALS)


KIND = ActionKind(
    read,
    (
        "a documented refusal by its id, in its exact status and body; `{id: header_missing, with: "
        "{header: X-User-Agent}}` gives the facts in its text"
    ),
    decides=True,
)
