from __future__ import annotations

import pytest

from mockserver.mock import Mock, build
from mockserver.settings import Settings
from tests.callers import Caller


@pytest.fixture
def mock() -> Mock:
    """A mock of its own for each test, with the default fixtures."""
    return build(Settings())


@pytest.fixture
def app(mock: Mock) -> Caller:
    """The documents' own app: member 42 through the client with all permits."""
    return Caller(mock)
