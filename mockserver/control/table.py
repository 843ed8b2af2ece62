"""All control calls, collected from the resource modules. A new resource module is one entry here."""

from __future__ import annotations

from types import ModuleType

from mockserver.control import (
    agents,
    barriers,
    capsules,
    checking,
    clock,
    conduct,
    coverage,
    differences,
    events,
    health,
    journal,
    members,
    metrics,
    offers,
    outcomes,
    reload,
    resend,
    rules,
    scenarios,
    snapshots,
    state,
    stream,
    tables,
    timeline,
    transfer,
    world,
    worlds,
)
from mockserver.control.routes import ControlRoute


def _collect(*modules: ModuleType) -> tuple[ControlRoute, ...]:
    return tuple(
        route
        for module in modules
        for handler in vars(module).values()
        if getattr(handler, "__module__", None) == module.__name__
        for route in getattr(handler, "routes", ())
    )


ROUTES: tuple[ControlRoute, ...] = _collect(
    health,
    world,
    worlds,
    scenarios,
    rules,
    barriers,
    clock,
    timeline,
    journal,
    conduct,
    coverage,
    events,
    state,
    offers,
    snapshots,
    tables,
    outcomes,
    stream,
    metrics,
    reload,
    checking,
    resend,
    members,
    differences,
    transfer,
    capsules,
    agents,
)
