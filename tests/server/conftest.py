from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serving import Serving, serving


@pytest.fixture(scope="package", params=["inside", "public"])
def server(request: pytest.FixtureRequest) -> Iterator[Serving]:
    """A real server with the fake mock, on granian's inside and on its public interface."""
    with serving(f"granian={request.param}") as running:
        yield running
