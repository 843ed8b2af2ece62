"""``mockserver requests``, ``logs`` and ``verify``: the app's requests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from mockserver.cli.driving import CommandOutput, StreamedRows, reads, table
from mockserver.cli.output import as_json
from mockserver.printable import in_words

if TYPE_CHECKING:
    from mockserver.client import MockClient

HEADINGS = ("ID", "TIME", "STATUS", "METHOD", "PATH", "OPERATION", "RULE OR REFUSAL")


@click.command
@click.argument("request_id", required=False, metavar="[ID]")
@click.option("--why", is_flag=True, help="With an ID: why it was answered so.")
@click.option("--curl", "as_curl", is_flag=True, help="With an ID: a curl command that is answered alike.")
@click.option("--operation", help="Only this operation; several between commas.")
@click.option("--status", help="Only this status, such as 422 or 4xx; several between commas.")
@click.option("--member-id", type=int, help="Only this member's.")
@click.option("--trace", help="Only those sent with this traceparent, or trace id.")
@click.option("--delivered/--lost", default=None, help="Only those whose whole answer was, or was not, delivered.")
@click.option("--limit", type=int, default=20, show_default=True, help="At most so many, newest first.")
@click.option("--clear", is_flag=True, help="Forget all requests.")
@reads
def requests(
    client: MockClient,
    request_id: str | None,
    why: bool,
    as_curl: bool,
    operation: str | None,
    status: str | None,
    member_id: int | None,
    trace: str | None,
    delivered: bool | None,
    limit: int,
    clear: bool,
) -> Any:
    """List the requests of the world, newest first; with an ID show that request."""
    if clear:
        client.requests.clear()
        return "cleared"
    if as_curl and request_id is not None:
        found = client.requests.curl(request_id)
        return CommandOutput(found, [found["curl"], *(f"# {each}" for each in found["unsaid"])])
    if request_id is not None:
        return (
            CommandOutput(found := client.requests.show(request_id), _whole(found))
            if not why
            else _why(client, request_id)
        )
    if why or as_curl:
        raise click.UsageError(f"{'--why' if why else '--curl'} is about one request: give its ID")
    wanted = None if delivered is None else str(delivered).lower()
    answer = client.requests.list(
        operation, status=status, member_id=member_id, trace=trace, delivered=wanted, limit=limit
    )
    dropped = [f"({answer['dropped']} older ones are no longer in the journal)"] if answer["dropped"] else []
    return CommandOutput(answer, [*table(HEADINGS, [_row(each) for each in answer["requests"]]), *dropped])


def _row(request: dict[str, Any]) -> tuple[Any, ...]:
    told = (request.get("rule") or request.get("refusal"), request.get("wire"))
    acted = "; ".join(filter(None, told)) or None
    path = request["path"] + (f"?{request['query']}" if request.get("query") else "")
    return request["id"], request["at"], request["status"], request["method"], path, request.get("operation"), acted


def _whole(request: dict[str, Any]) -> list[str]:
    return as_json(request, 2).split("\n")


def _why(client: MockClient, request_id: str) -> CommandOutput:
    answer = client.requests.why(request_id)
    lines = [f"{answer['operation'] or 'no operation'} {answer['status']}: {answer['because']}"]
    lines += [f"  wire    {answer['wire']}"] if answer["wire"] else []
    for check in answer["checks"]:
        compared = "" if check["found"] is None else f": found {in_words(check['found'])}"
        compared += "" if check["expected"] is None else f", expected {in_words(check['expected'])}"
        lines.append(f"  {'passed' if check['passed'] else 'FAILED'}  {check['check']}{compared}")
    lines += [f"  rule    {_considered(rule)}" for rule in answer["rules"]]
    lines += [f"  note    {note['text']}" for note in answer["notes"]]
    lines += [f"  nearest {answer['nearest']['method']} {answer['nearest']['path']}"] if answer["nearest"] else []
    return CommandOutput(answer, lines)


def _considered(rule: dict[str, Any]) -> str:
    named = f"{rule['scenario']}/{rule['rule']}" if rule.get("scenario") else rule["rule"]
    if rule["outcome"] == "acted":
        return f"{named} acted"
    compared = f"found {in_words(rule.get('found'))}, wanted {in_words(rule.get('expected'))}"
    return f"{named} did not act: {rule.get('key') or rule['outcome']}: {compared}"


@click.command
@click.option("-f", "--follow", is_flag=True, help="Go on as requests come, until interrupted.")
@click.option("--limit", type=int, default=20, show_default=True, help="How many to begin with.")
@reads
def logs(client: MockClient, follow: bool, limit: int) -> StreamedRows:
    """Print the last requests, oldest first; with -f continue with new ones."""
    return StreamedRows(_requests(client, follow, limit), _line)


def _requests(client: MockClient, follow: bool, limit: int) -> Iterator[dict[str, Any]]:
    newest_first = client.requests.list(limit=limit)["requests"]
    yield from reversed(newest_first)
    if follow:
        known = newest_first[0]["id"] if newest_first else 0 if limit else None
        yield from (request for _, request in client.stream("request", since=known))


def _line(request: dict[str, Any]) -> str:
    _, at, status, method, path, operation, acted = _row(request)
    return "  ".join(str(each) for each in (at, status, method, path, operation or "-", acted or "")).rstrip()


@click.command
@click.argument("operation")
@click.option("--where", help='Further conditions as JSON, such as \'{"member_id": 42, "status": 200}\'.')
@click.option("--delivered/--lost", default=None, help="Only calls whose whole answer was, or was not, delivered.")
@click.option("--count", type=int, help="Exactly so many calls.")
@click.option("--at-least", type=int, help="So many calls or more.")
@click.option("--at-most", type=int, help="So many calls or fewer.")
@reads
def verify(
    client: MockClient,
    operation: str,
    where: str | None,
    delivered: bool | None,
    count: int | None,
    at_least: int | None,
    at_most: int | None,
) -> CommandOutput:
    """Assert how often an operation was called (by default at least once); exit code 1 if the assertion fails."""
    try:
        conditions = json.loads(where) if where else None
    except json.JSONDecodeError as problem:
        raise click.BadParameter(f"not JSON: {problem}", param_hint="--where") from None
    if delivered is not None:
        conditions = {**(conditions or {}), "delivered": delivered}
    report = client.requests.verify(operation, conditions, count=count, at_least=at_least, at_most=at_most)
    times = report["found"]
    return CommandOutput(report, [f"ok: {operation} was called {times} {'time' if times == 1 else 'times'}"])
