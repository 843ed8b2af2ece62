"""All operations by name and all their routes, collected from the resource modules. Add new resource modules here."""

from __future__ import annotations

from types import ModuleType

from mockserver.api import (
    admin_offers,
    events,
    files,
    member_actions,
    member_offers,
    members,
    oauth,
    stores,
    translations,
)
from mockserver.api.operations import Operation
from mockserver.api.routes import Route, routes_of


def _collect(*modules: ModuleType) -> dict[str, Operation]:
    return {
        operation.name: operation
        for module in modules
        for view in vars(module).values()
        if getattr(view, "__module__", None) == module.__name__
        for operation in getattr(view, "operations", ())
    }


OPERATIONS: dict[str, Operation] = _collect(
    member_offers, member_actions, events, admin_offers, oauth, members, stores, translations, files
)
ROUTES: tuple[Route, ...] = tuple(routes_of(OPERATIONS.values()))
