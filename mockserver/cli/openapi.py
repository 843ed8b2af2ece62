"""``mockserver openapi``: the contract as an OpenAPI document."""

from __future__ import annotations

from pathlib import Path

import click

from mockserver.cli.exits import CANNOT_START, fail
from mockserver.cli.output import say
from mockserver.revisions import REVISIONS, UNION


@click.command
@click.option("--revision", default=UNION, show_default=True, help=f"{', '.join(REVISIONS)}; control is /__mock.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write; stdout without it.")
def openapi(revision: str, out: Path | None) -> None:
    """Write the OpenAPI 3.1 document of a revision, byte-identical for the same contract."""
    from mockserver.contract.text import names, text_of

    if revision not in names():
        fail(CANNOT_START, f"--revision is one of {', '.join(names())}, not {revision}")
    text = text_of(revision)
    if out is None:
        say(*text.decode().removesuffix("\n").split("\n"))
        return
    try:
        out.write_bytes(text)
    except OSError as error:
        fail(CANNOT_START, f"cannot write {out}: {error.strerror}")
