"""All permits of the API."""

from __future__ import annotations

from mockserver.api.gate import scope_permit
from mockserver.api.table import OPERATIONS
from mockserver.domain.model import SCOPES


def served_permits() -> frozenset[str]:
    """Return the permits of all operations and scopes."""
    of_operations = {
        permit for operation in OPERATIONS.values() for permits in operation.permits.values() for permit in permits
    }
    return frozenset(of_operations | {scope_permit(scope) for scope in SCOPES})
