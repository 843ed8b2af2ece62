"""``mockserver operations``: the table of operations, for people or as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli import output
from mockserver.cli.exits import ASSERTION_FAILED
from mockserver.cli.output import say
from mockserver.revisions import REVISIONS, UNION

if TYPE_CHECKING:
    from mockserver.api.operations import Operation
    from mockserver.revisions import Revision


@click.command
@click.option("--json", "as_json", is_flag=True, help="One JSON array, for programs.")
@click.option("--revision", type=click.Choice(list(REVISIONS)), help=f"As of a date; {UNION} unless given.")
@click.option(
    "--coverage",
    is_flag=True,
    help="Hold the contract against the documents, both ways; exit code 1 unless all is right.",
)
def operations(as_json: bool, revision: str | None, coverage: bool) -> None:
    """List the operations: name, method, path and permits."""
    from mockserver.api.table import OPERATIONS

    if coverage:
        _show_coverage(as_json, [revision] if revision else list(REVISIONS))
        return
    date = REVISIONS[revision or UNION]
    rows = [_row(operation, date) for operation in OPERATIONS.values() if operation.is_in(date)]
    if as_json:
        say(*output.as_json(rows, 2).split("\n"))
        return
    say(*_table(rows), "", f"{len(rows)} operations below /v3/{{slug}}; --json adds permits, contexts and summaries.")


def _table(rows: list[dict[str, Any]]) -> Iterator[str]:
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        yield f"{row['name']:<{width}}  {row['method']:<6}  {row['path']}"
        yield from (f"{'':<{width}}  {method:<6}  {path}   (also)" for method, path in row["aliases"])


def _show_coverage(as_json: bool, revisions: list[str]) -> None:
    from msgspec import to_builtins

    from mockserver.contract.coverage import facts_in, table

    found = [fact for revision in revisions for fact in facts_in(revision)]
    say(*output.as_json(to_builtins(found), 2).split("\n") if as_json else table(found))
    if any(fact.problem for fact in found):
        raise SystemExit(ASSERTION_FAILED)


def _row(operation: Operation, revision: Revision) -> dict[str, Any]:
    return {
        "name": operation.name,
        "method": operation.method,
        "path": operation.path,
        "aliases": [
            *([operation.method, path] for path in operation.also.values()),
            *(list(alias) for alias in operation.aliases),
        ],
        "contexts": list(operation.contexts_in(revision)),
        "permits": {context: list(permits) for context, permits in operation.permits_in(revision).items()},
        "summary": operation.summary,
        "document": operation.source(revision),
        "refusals": list(operation.refusals_in(revision)),
    }
