from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serving import Serving, serving


@pytest.fixture(scope="package")
def server() -> Iterator[Serving]:
    """A real server with the fake mock."""
    with serving() as running:
        yield running
