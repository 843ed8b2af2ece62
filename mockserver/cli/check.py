"""``mockserver check``: checks fixtures and scenarios as ``serve`` does, without serving."""

from __future__ import annotations

from typing import Any

import click

from mockserver.cli.knobs import knob_options, settings_of
from mockserver.cli.output import say


@click.command
@knob_options("fixtures", "scenarios")
def check(**flags: Any) -> None:
    """Check fixtures and scenarios without starting; print one line per problem, and exit with 2 if there are any."""
    from mockserver.cli.serve import built, warner
    from mockserver.cli.welcome import counted

    settings = settings_of(flags)
    world = built(settings, warner(settings)).worlds.get("default")
    where = settings.fixtures or "the fixtures that ship"
    say(f"{where}: {counted(world.records)}; {len(world.library)} scenarios; no problems")
