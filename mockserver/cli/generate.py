"""``mockserver generate``: fixtures of any size, the same for the same seed."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import click

from mockserver.cli.exits import CANNOT_START, fail
from mockserver.cli.output import say


@click.command
@click.option("--offers", type=click.IntRange(0, 10_000_000), default=1_000, show_default=True, help="How many offers.")
@click.option("--members", type=click.IntRange(1, 10_000_000), default=100, show_default=True, help="How many members.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed makes the same fixtures.")
@click.option("--locale", default="en_GB", show_default=True, metavar="LOCALE", help="Language of names and texts.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Directory to write.")
def generate(offers: int, members: int, seed: int, locale: str, out: Path) -> None:
    """Write realistic, valid fixtures of any size, the same for the same seed."""
    from mockserver.fixtures.generate import generate as write

    with contextlib.ExitStack() as stack:
        progress = None
        if sys.stderr.isatty():
            bar = click.progressbar(length=offers + members, label="Generating", file=sys.stderr, update_min_steps=500)
            progress = stack.enter_context(bar).update
        try:
            write(out, offers=offers, members=members, seed=seed, locale=locale, progress=progress)
        except (OSError, ValueError, AttributeError) as error:
            fail(CANNOT_START, f"cannot generate into {out}: {getattr(error, 'strerror', None) or error}")
    say(f"{out}: {offers} offers, {members} members")
