"""``mockserver coverage`` and ``plan``: which documented outcomes the tests met, and how to reach the others."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from mockserver.cli.driving import Defaulting, connect, read_text, told_problems
from mockserver.cli.exits import ASSERTION_FAILED, CANNOT_START, fail
from mockserver.cli.output import say
from mockserver.reports.coverage import Coverage, as_markdown, as_text, merged, read, summary

if TYPE_CHECKING:
    from mockserver.client import MockClient

_FILE = click.Path(path_type=Path, dir_okay=False)


def percentage(text: str) -> float:
    """Read a share of a hundred: ``60%`` or ``60``."""
    try:
        percent = float(text.removesuffix("%"))
    except ValueError:
        percent = -1
    if not 0 <= percent <= 100:
        raise click.BadParameter(f"{text!r} is not a percentage such as 60%")
    return percent


def _written(command: Any) -> Any:
    """Add the options of every command that ends in a report."""
    for option in (
        click.option("--min", "least", type=percentage, metavar="60%", help="Exit with 1 below this."),
        click.option(
            "--json", "json_file", type=_FILE, metavar="FILE", help="File for the report, to merge and compare."
        ),
        click.option(
            "--md", "markdown", type=_FILE, metavar="FILE", help="File for a table in Markdown (- is stdout)."
        ),
        click.option(
            "--ignore", type=_FILE, metavar="FILE", help="YAML that maps outcomes (with *) to why they do not count."
        ),
    ):
        command = option(command)
    return command


@click.group(cls=Defaulting, default="show")
def coverage() -> None:
    """Report which documented outcomes were met: refusals, successes, boundaries, faults."""


@coverage.command
@click.option("--url", help="Server to ask.  [MOCKSERVER_URL; default http://127.0.0.1:8080]")
@click.option("--world", help="World to ask about.  [MOCKSERVER_WORLD; default the server's default world]")
@click.option("--token", help="Control token, if the server has one.  [MOCKSERVER_CONTROL_TOKEN]")
@click.option("--all-worlds", is_flag=True, help="Report on all worlds together, those that were dropped included.")
@_written
def show(url: str | None, world: str | None, token: str | None, all_worlds: bool, **written: Any) -> None:
    """Report on a running server."""
    with told_problems():
        report = coverage_of(connect(url, world, token, must_exist=not all_worlds), all_worlds=all_worlds)
    _end(report, **written)


@coverage.command
@click.argument("files", nargs=-1, required=True, type=_FILE)
@_written
def merge(files: tuple[Path, ...], **written: Any) -> None:
    """Report on several reports together, of workers or machines."""
    _end(merged(map(read_report, files)), **written)


@click.command
@click.option("--url", help="Server to ask what was met.  [MOCKSERVER_URL]")
@click.option("--world", help="World to ask about.  [MOCKSERVER_WORLD; default the server's default world]")
@click.option("--token", help="Control token, if the server has one.  [MOCKSERVER_CONTROL_TOKEN]")
@click.option("--missing", is_flag=True, help="Only outcomes that were not met.")
@click.option("--coverage", "file", type=_FILE, metavar="FILE", help="A report that says what was met.")
def plan(url: str | None, world: str | None, token: str | None, missing: bool, file: Path | None) -> None:
    """Write how each outcome is reached, honestly and by force, as Markdown.

    What was met says the report, else the server that is named; without either nothing was.
    """
    report = None
    if file is not None:
        report = read_report(file)
    elif url or os.environ.get("MOCKSERVER_URL"):
        with told_problems():
            report = coverage_of(connect(url, world, token, must_exist=True))
    counts = {} if report is None else report.outcomes
    found = _plan(report.revisions if report is not None else ())
    rows = [each for each in found["outcomes"] if report is None or each["outcome"] in report.outcomes]
    say(*_told([each for each in rows if not (missing and counts.get(each["outcome"]))], found["headers"]))


def coverage_of(client: MockClient, *, all_worlds: bool = False) -> Coverage:
    """Return a running server's report."""
    return read(client.requests.coverage(all_worlds=all_worlds))


def read_report(file: Path) -> Coverage:
    """Return the report in a file. One that is none ends the command with 2."""
    try:
        return read(json.loads(read_text(file)))
    except ValueError as problem:
        fail(CANNOT_START, f"{file} {problem if 'JSON' not in type(problem).__name__ else 'is not JSON'}")


def ignored_in(file: Path | None) -> dict[str, str]:
    """Return which outcomes do not count, and why. What is wrong with the file ends the command with 2."""
    from mockserver.documents.files import read_text as read_document
    from mockserver.documents.problems import DocumentError

    if file is None:
        return {}
    try:
        document = read_document(read_text(file), str(file))
        reasons = {name: part.text() for name, part in document.root.entries().items()}
        document.finish()
    except DocumentError as problem:
        fail(CANNOT_START, *str(problem).splitlines())
    return reasons


def write_report(report: Coverage, file: Path) -> None:
    """Write a report as JSON."""
    _write(file, [json.dumps(report.shown(), indent=2)])


def _end(
    report: Coverage, *, least: float | None, json_file: Path | None, markdown: Path | None, ignore: Path | None
) -> None:
    try:
        report = report.without(ignored_in(ignore))
    except ValueError as problem:
        fail(CANNOT_START, f"{ignore}: {problem}")
    if json_file is not None:
        write_report(report, json_file)
    if markdown is not None and str(markdown) != "-":
        _write(markdown, as_markdown(report))
    try:
        say(*(as_markdown(report) if str(markdown) == "-" else as_text(report)))
    finally:
        check_least(report, least)


def check_least(report: Coverage, least: float | None) -> None:
    """End the command with 1 where too little was met."""
    if least is not None and report.percent < least:
        fail(ASSERTION_FAILED, f"{summary(report)}, at least {least:g}% are wanted")


def _write(file: Path, lines: Iterable[str]) -> None:
    try:
        file.write_text("\n".join([*lines, ""]), encoding="utf-8")
    except OSError as problem:
        _unwritable(file, problem)


def _unwritable(file: Path, problem: OSError) -> NoReturn:
    fail(CANNOT_START, f"cannot write {file}: {problem.strerror}")


def _plan(revisions: Sequence[str]) -> dict[str, Any]:
    """Return the plan of a revision or, where several or none were asked, of all together."""
    from mockserver.exchange import Request
    from mockserver.mock import build
    from mockserver.settings import Settings

    found: dict[str, Any] = json.loads(
        build(Settings())
        .handle(Request("GET", "/__mock/plan", f"revision={revisions[0]}" if len(revisions) == 1 else "", {}))
        .body
    )
    return found


def _told(outcomes: list[Mapping[str, Any]], headers: Mapping[str, str]) -> Iterable[str]:
    yield f"# {len(outcomes)} outcomes to meet"
    yield ""
    yield "Each begins in a world that has just been reset. Calls to the API carry, unless they say otherwise:"
    yield ""
    yield from (f"    {name}: {value}" for name, value in headers.items())
    for each in outcomes:
        yield from ("", f"## {each['outcome']}")
        for way in ("honest", "forced"):
            if each[way] is not None:
                yield from ("", f"{way.capitalize()}:", "")
                yield from (f"{n}. {_call(step)}" for n, step in enumerate(each[way], 1))


def _call(step: Mapping[str, Any]) -> str:
    call = f"`{step['method']} {step['path']}`"
    if "body" in step:
        call += f" with `{json.dumps(step['body'])}`"
    elif "text" in step:
        call += f" with the text `{step['text']}`"
    elif "size" in step:
        call += f" with a body of {step['size']:,} bytes"
    elif step.get("picture"):
        call += " with a picture as `file` of a form"
    for name, value in step.get("headers", {}).items():
        call += f", without `{name}`" if value is None else f", `{name}: {value}`"
    return call
