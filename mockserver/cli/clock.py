"""``mockserver clock show|set|advance|jump|reset``: the world's time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mockserver.cli.driving import CommandOutput, Defaulting, drives, reads

if TYPE_CHECKING:
    from mockserver.client import MockClient


@click.group(cls=Defaulting, default="show")
def clock() -> None:
    """Show and move the world's clock."""


@clock.command("show")
@reads
def show_(client: MockClient) -> CommandOutput:
    """Show the world's time."""
    return _told(client.clock.show())


@clock.command("set")
@click.argument("now", required=False, metavar="[ISO]")
@click.option("--freeze/--run", "frozen", default=None, help="Hold the clock, or let it run.")
@click.option("--rate", type=float, help="World seconds per real second.")
@drives
def set_(client: MockClient, now: str | None, frozen: bool | None, rate: float | None) -> CommandOutput:
    """Set the clock to a time, freeze it, let it run, or change its rate."""
    if now is None and frozen is None and rate is None:
        raise click.UsageError("give a time, --freeze, --run or --rate")
    return _told(client.clock.set(now, frozen=frozen, rate=rate))


@clock.command(context_settings={"ignore_unknown_options": True})
@click.argument("by", metavar="DURATION")
@drives
def advance(client: MockClient, by: str) -> CommandOutput:
    """Move the clock by a duration such as 35s, 2h or -1d."""
    return _told(client.clock.advance(by))


@clock.command(short_help="Move the clock to a moment by name.")
@click.argument("to", metavar="MOMENT")
@click.option("--member-id", type=int, help="Whose moment, such as an offer's active_until.")
@click.option("--plus", metavar="DURATION", help="An offset from the moment, such as 1ms or -1ms.")
@drives
def jump(client: MockClient, to: str, member_id: int | None, plus: str | None) -> CommandOutput:
    """Move the clock to a moment by name, such as offer:1000115.active_until."""
    answer = client.clock.jump(to, member_id=member_id, plus=plus)
    return _told(answer, _jumped(answer["moment"], plus))


def _jumped(moment: dict[str, Any], plus: str | None) -> str:
    """Return the target of a jump: ``: active_until of offer 1000115, member 42, -1ms``."""
    if moment["what"] == "time":
        return ""
    of = [f"{kind} {moment[f'{kind}_id']}" for kind in ("offer", "member") if moment.get(f"{kind}_id") is not None]
    offset = [] if plus is None else [plus if plus.startswith("-") else f"+{plus}"]
    return ": " + ", ".join([f"{moment['what']} of {of[0]}" if of else moment["what"], *of[1:], *offset])


@clock.command
@drives
def reset(client: MockClient) -> CommandOutput:
    """Go back to real time."""
    return _told(client.clock.reset())


def _told(answer: dict[str, Any], what: str = "") -> CommandOutput:
    rate = "" if answer["rate"] == 1 else f", {answer['rate']:g} times as fast"
    return CommandOutput(answer, [f"{answer['now']} ({answer['mode']}{rate}){what}"])
