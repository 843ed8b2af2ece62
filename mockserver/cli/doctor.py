"""``mockserver doctor``: tests features that depend on the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mockserver.cli.driving import CommandOutput, drives, table
from mockserver.cli.exits import ASSERTION_FAILED, FINE

if TYPE_CHECKING:
    from mockserver.client import MockClient
    from mockserver.client.doctor import FaultTrial


@click.group
def doctor() -> None:
    """Test features that depend on the machine and the network."""


@doctor.command(short_help="Drive each fault against a running server.")
@drives
def faults(client: MockClient) -> CommandOutput:
    """Try each fault against a running server and print what the client received; exit code 1 if one was not delivered."""
    from mockserver.client.doctor import examine_faults

    findings = list(examine_faults(client))
    code = FINE if all(finding.delivered for finding in findings) else ASSERTION_FAILED
    rows = [(each.fault, str(each.seen), each.delivered, _receipt(each)) for each in findings]
    return CommandOutput(
        [each.row() for each in findings], table(("FAULT", "A CLIENT SAW", "DELIVERED", "RECEIPT"), rows), code
    )


def _receipt(finding: FaultTrial) -> str | None:
    if finding.receipt is None:
        return None
    said = [finding.receipt.get("ended"), finding.receipt.get("note")]
    return "; ".join(each for each in said if each) or None
