"""``mockserver conduct``: the report on an app's conduct, from the journals of a running server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mockserver.cli.driving import connect, told_problems
from mockserver.cli.exits import ASSERTION_FAILED, CANNOT_START, fail
from mockserver.cli.output import say
from mockserver.printable import printable

if TYPE_CHECKING:
    from mockserver.reports.conduct_report import WorldReport

_NAMED = 5  # other worlds that a message names


@click.command
@click.option("--url", help="Server to ask.  [MOCKSERVER_URL; default http://127.0.0.1:8080]")
@click.option("--world", help="World to ask about.  [MOCKSERVER_WORLD; default the server's default world]")
@click.option("--token", help="Control token, if the server has one.  [MOCKSERVER_CONTROL_TOKEN]")
@click.option("--all-worlds", is_flag=True, help="Report on all worlds together, those that were dropped included.")
@click.option("--junit", is_flag=False, flag_value="-", metavar="[FILE]", help="JUnit XML, to a file or (-) stdout.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File for the text; stdout without it.")
@click.option("--allow-empty", is_flag=True, help="That nothing was asked is fine.")
def conduct(
    url: str | None,
    world: str | None,
    token: str | None,
    all_worlds: bool,
    junit: str | None,
    out: Path | None,
    allow_empty: bool,
) -> None:
    """Report on the app's conduct: missing headers, undocumented parameters, double uses, retry storms and the like.

    Exit code 1 if there are findings, or no requests.
    """
    from mockserver.reports.conduct_report import as_junit, as_text

    with told_problems():
        reports, elsewhere = connect(url, world, token, must_exist=not all_worlds).requests.conduct(
            all_worlds=all_worlds
        )
    wrong = any(report.findings for report in reports)
    lines = list(as_text(reports, named=all_worlds))
    if junit is not None:
        _write(as_junit(reports).splitlines(), None if junit == "-" else Path(junit), wrong)
    if out is not None or junit != "-":
        _write([*map(printable, lines)], out, wrong)
    if not any(report.requests for report in reports) and not allow_empty:
        fail(ASSERTION_FAILED, _nothing(reports, elsewhere))
    if wrong:
        raise SystemExit(ASSERTION_FAILED)


def _write(lines: list[str], out: Path | None, wrong: bool) -> None:
    try:
        if out is None:
            say(*lines)
        else:
            out.write_text("\n".join([*lines, ""]), encoding="utf-8")
    except BrokenPipeError:
        if not wrong:  # else findings decide the exit code, printed or not
            raise
    except OSError as problem:
        fail(CANNOT_START, f"cannot write {out}: {problem.strerror}")


def _nothing(reports: list[WorldReport], elsewhere: list[str]) -> str:
    where = f" in the world {reports[0].world}" if len(reports) == 1 else ""
    if not elsewhere:
        return f"nothing was asked{where}"
    more = f" and {len(elsewhere) - _NAMED} more" if len(elsewhere) > _NAMED else ""
    return f"nothing was asked{where}, but in {', '.join(elsewhere[:_NAMED])}{more} (--world NAME, or --all-worlds)"
