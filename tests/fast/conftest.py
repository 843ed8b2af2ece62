from __future__ import annotations

import pytest

from mockserver.mock import Mock, build
from mockserver.settings import Settings


@pytest.fixture
def mock() -> Mock:
    """A mock of its own for each test, with the default fixtures."""
    return build(Settings())
