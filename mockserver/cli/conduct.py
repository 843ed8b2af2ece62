"""``mockserver conduct``: how an app behaved, out of the journal of a running server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli.driving import connect, told_problems
from mockserver.cli.exits import ASSERTION_FAILED, CANNOT_START, fail
from mockserver.cli.output import say
from mockserver.printable import printable

if TYPE_CHECKING:
    from mockserver.client import MockClient

_BUSY = (429, 503)  # the statuses that may say when to come again


@click.command
@click.option("--url", help="Server to ask.  [MOCKSERVER_URL; default http://127.0.0.1:8080]")
@click.option("--world", help="World to ask about.  [MOCKSERVER_WORLD; default the server's default world]")
@click.option("--token", help="Control token, if the server has one.  [MOCKSERVER_CONTROL_TOKEN]")
@click.option("--junit", is_flag=True, help="JUnit XML for pipelines instead of text for people.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write; stdout without it.")
def conduct(url: str | None, world: str | None, token: str | None, junit: bool, out: Path | None) -> None:
    """Report on the app's conduct: missing headers, undocumented parameters, double uses, retry storms and the like.

    Exit code 1 when there are findings.
    """
    from mockserver.reports.conduct import as_junit, as_text, findings

    with told_problems():
        exchanges = journal_of(connect(url, world, token, must_exist=True))
    found = findings(exchanges)
    lines = as_junit(found).splitlines() if junit else [*as_text(found, len(exchanges))]
    try:
        if out is None:
            say(*lines)
        else:
            out.write_text("\n".join([*map(printable, lines), ""]), encoding="utf-8")
    except BrokenPipeError:
        if not found:  # else the findings count, read or not
            raise
    except OSError as problem:
        fail(CANNOT_START, f"cannot write {out}: {problem.strerror}")
    if found:
        raise SystemExit(ASSERTION_FAILED)


def journal_of(client: MockClient) -> list[dict[str, Any]]:
    """Return all exchanges that the journal keeps; those that ask to come again later with their ``retry_after``."""
    rows: list[dict[str, Any]] = client.requests.list(limit=1_000_000)["requests"]
    for row in rows:
        if row["status"] in _BUSY:
            row["retry_after"] = _retry_after(client.requests.show(row["id"]))
    return rows


def _retry_after(exchange: dict[str, Any]) -> float | None:
    headers = {name.lower(): value for name, value in exchange["answer"]["headers"].items()}
    text = headers.get("retry-after", "")
    return float(text) if text.isdecimal() else None
