from __future__ import annotations

import pytest

from mockserver.api.table import OPERATIONS
from mockserver.fixtures.load import load as load_fixtures
from mockserver.fixtures.shipped import shipped
from mockserver.fixtures.start import Fixtures
from mockserver.mock import Mock
from mockserver.scenarios.library import Library
from mockserver.scenarios.library import load as load_library
from mockserver.settings import Settings
from mockserver.worlds.worlds import Worlds
from tests.callers import Caller
from tests.control.driver import Driver


@pytest.fixture(scope="session")
def fixtures() -> Fixtures:
    return load_fixtures(shipped("fixtures"))


@pytest.fixture(scope="session")
def library() -> Library:
    return load_library(shipped("scenarios"), OPERATIONS)


@pytest.fixture
def mock(fixtures: Fixtures, library: Library) -> Mock:
    """A mock of its own for each test; only the files are read once."""
    settings = Settings(seed=7)
    return Mock(settings, Worlds(fixtures.records_at, settings, library))


@pytest.fixture
def app(mock: Mock) -> Caller:
    """The documents' own app: member 42 through the client with all permits."""
    return Caller(mock)


@pytest.fixture
def control(mock: Mock) -> Driver:
    """Drives the default world by control calls, without a server."""
    return Driver(mock)
