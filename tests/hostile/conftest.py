from tests.control.conftest import app, control, fixtures, library, mock

__all__ = ["app", "control", "fixtures", "library", "mock"]
