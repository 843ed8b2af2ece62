"""Reads the fixtures and scenarios that the settings name, or those that ship."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mockserver.api.table import OPERATIONS
from mockserver.scenarios.library import Library
from mockserver.scenarios.library import load as load_library
from mockserver.settings import Settings

if TYPE_CHECKING:
    from mockserver.fixtures.start import Fixtures


def read_fixtures(settings: Settings) -> Fixtures:
    """Read the fixtures of the settings' directory, or those that ship. Raise DocumentError."""
    from mockserver.api.permits import served_permits
    from mockserver.fixtures.load import load
    from mockserver.fixtures.shipped import shipped

    return load(settings.fixtures or shipped("fixtures"), served_permits())


def read_library(settings: Settings) -> Library:
    """Read the scenarios that ship, with those of the settings' directory over them. Raise DocumentError."""
    from mockserver.fixtures.shipped import shipped

    library = load_library(shipped("scenarios"), OPERATIONS)
    if settings.scenarios is not None:
        library.update(load_library(settings.scenarios, OPERATIONS))
    return library
