"""Every permit stands on its page as the code has it."""

from __future__ import annotations

from pathlib import Path

from mockserver.api.gate import scope_permit
from mockserver.api.permits import served_permits
from mockserver.api.table import OPERATIONS
from mockserver.domain.model import SCOPES

PAGE = (Path(__file__).parents[2] / "docs" / "permits.md").read_text("utf-8")


def rows() -> list[str]:
    """Return a row for each permit: what it opens, by operation and whose view it is."""
    opened: dict[str, list[str]] = {}
    for operation in OPERATIONS.values():
        for context, permits in operation.permits.items():
            shown = f"`{operation.name}`" + (f" of `{context}`" if context else "")
            for permit in permits:
                opened.setdefault(permit, []).append(shown)
    of_operations = [f"| `{permit}` | {', '.join(found)} |" for permit, found in sorted(opened.items())]
    return of_operations + [f"| `{scope_permit(scope)}` | offers of the scope `{scope}` |" for scope in SCOPES]


def test_the_page_has_a_row_for_each_permit_and_no_other() -> None:
    written = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert written == rows(), "docs/permits.md has other rows than the operations' permits:\n" + "\n".join(rows())
    assert {row.split("`")[1] for row in rows()} == served_permits()
