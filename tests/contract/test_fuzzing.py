"""Schemathesis, with every check on, over every document of a running mock; a few examples here, many by ``fuzzing.py``."""

from __future__ import annotations

import pytest

from mockserver.contract.text import names
from mockserver.revisions import REVISIONS, UNION
from tests.contract import tools
from tests.contract.schemathesis_run import fuzz, server


@pytest.mark.parametrize("name", names())
def test_schemathesis_finds_nothing(name: str) -> None:
    tools.program("schemathesis")
    phases = "examples,fuzzing,stateful" if name in {*REVISIONS} - {UNION} else "examples,coverage,fuzzing,stateful"
    with server(UNION if name == "control" else name) as url:
        done, _ = fuzz(name, url, 2, "--phases", phases)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Failures:" not in done.stdout
    assert "❌" not in done.stdout
