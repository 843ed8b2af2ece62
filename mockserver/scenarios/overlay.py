"""Changes by scenarios for one request (``X-Mock-Scenario``): only the request sees them, the world stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from mockserver.clock import Clock
from mockserver.records.changes import change_records
from mockserver.records.effects import Effect, RecordsPut, TokensPut
from mockserver.records.tables import Records, key_of
from mockserver.scenarios.arrange import ScenarioWorld, arranged, check
from mockserver.scenarios.claim_table import ClaimTable
from mockserver.scenarios.model import Scenario


class Overlay:
    """Records and clock of a world as one request sees them."""

    def __init__(self, records: Records, clock: Clock) -> None:
        self.records = records.copy()
        self.clock = clock.copy()
        self._claims = ClaimTable()

    def lay(self, scenario: Scenario) -> None:
        """Apply a scenario's changes on top of those made already."""
        self._claims.claim(self, scenario.id, arranged(self, scenario.world))

    def applied(self, effect: Effect) -> Effect:
        """Apply an effect to the overlay; return the effect on the world, without the scenarios' changes."""
        change_records(self.records, effect)
        if isinstance(effect, RecordsPut):
            return replace(effect, records=tuple(map(self._without, effect.records)))
        if isinstance(effect, TokensPut):
            return replace(effect, tokens=tuple(map(self._without, effect.tokens)))
        return effect

    def _without(self, record: Any) -> Any:
        return self._claims.without(record, *key_of(record))


def overlaid(world: ScenarioWorld, scenarios: Sequence[Scenario]) -> Overlay | None:
    """Return the overlay for one request; None if nothing differs from the world. Raise DocumentError.

    Scenarios that are active anyway are skipped.
    """
    arranging = [each for each in scenarios if each.world and world.engine.scenario(each.id) is None]
    check(world, arranging)
    if not arranging:
        return None
    overlay = Overlay(world.records, world.clock)
    for scenario in arranging:
        overlay.lay(scenario)
    return overlay
