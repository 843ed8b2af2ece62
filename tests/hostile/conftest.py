from tests.control.conftest import control, fixtures, library, mock

__all__ = ["control", "fixtures", "library", "mock"]
