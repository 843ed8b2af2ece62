from __future__ import annotations

from collections.abc import Callable

import pytest

from mockserver.capsules.format import pack, unpack
from mockserver.capsules.model import Capsule
from mockserver.capsules.recording import record
from mockserver.capsules.replay import Replayed, replay
from mockserver.fixtures.start import Fixtures
from mockserver.mock import Mock
from mockserver.scenarios.library import Library
from mockserver.settings import Settings
from mockserver.worlds.worlds import Worlds
from tests.callers import CLIENT, Caller
from tests.control.conftest import app, control, fixtures, library, mock

__all__ = ["app", "control", "fixtures", "library", "mock"]

Save = Callable[..., Capsule]


@pytest.fixture
def by_path(mock: Mock) -> Caller:
    """An app that names its members in the path."""
    return Caller(mock, headers={"x-client-authorization": CLIENT, "x-product-name": "default", "x-user-agent": "t"})


@pytest.fixture
def save(mock: Mock) -> Save:
    """Saves a world as a capsule, and reads it from its file."""

    def save(world: str = "default", last: int | None = None, mock: Mock = mock) -> Capsule:
        return unpack(pack(record(mock.worlds.get(world), mock.settings, last)))

    return save


@pytest.fixture
def make(fixtures: Fixtures, library: Library) -> Callable[..., Mock]:
    """Makes a mock with further settings."""

    def make(**more: object) -> Mock:
        settings = Settings(seed=7, **more)  # type: ignore[arg-type]
        return Mock(settings, Worlds(fixtures.records_at, settings, library))

    return make


def replayed(capsule: Capsule) -> list[Replayed]:
    """All requests of a capsule, carried out again and answered as before."""
    found = list(replay(capsule, Mock))
    assert [(each.recorded.id, each.differences) for each in found if not each.same] == []
    return found
