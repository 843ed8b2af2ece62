"""Random interleavings of scenarios and tests against a model that sees every change as it happens."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mockserver.clock import Clock
from mockserver.domain.model import Club, Offer
from mockserver.records.tables import Records
from mockserver.scenarios.arrange import activate, deactivate, set_active
from mockserver.scenarios.library import Library
from mockserver.settings import Settings
from mockserver.worlds.world import World
from tests.records import put

Place = tuple[int, str]  # offer id, attribute
PLACES: tuple[Place, ...] = ((1, "stock"), (1, "maximum_uses_per_user"), (2, "stock"))
NAMES = "abcd"
TESTS_VALUES = 1_000  # tests set values from here on, scenarios lower ones, so that the model can tell them apart

values = st.integers(0, 3)
arrangements = st.lists(st.dictionaries(st.sampled_from(PLACES), values, min_size=1), min_size=4, max_size=4)
names = st.sampled_from(NAMES)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("activate"), names),
        st.tuples(st.just("deactivate"), names),
        st.tuples(st.just("set_active"), st.lists(names, unique=True)),
        st.tuples(st.just("change"), st.sampled_from(PLACES)),
    ),
    max_size=25,
)


@dataclass
class Model:
    """For each place the value that nobody arranged, and who arranges what over it."""

    arranged: dict[str, dict[Place, int]]
    base: dict[Place, int] = field(default_factory=lambda: dict.fromkeys(PLACES, 500))
    claims: dict[Place, list[str]] = field(default_factory=lambda: {place: [] for place in PLACES})
    active: list[str] = field(default_factory=list)

    def activate(self, name: str) -> None:
        self.deactivate(name)
        self.active.append(name)
        for place in self.arranged[name]:
            self.claims[place].append(name)

    def deactivate(self, name: str) -> None:
        self.active = [each for each in self.active if each != name]
        for claims in self.claims.values():
            claims[:] = [each for each in claims if each != name]

    def set_active(self, wanted: list[str]) -> None:
        for name in set(self.active) - set(wanted):
            self.deactivate(name)
        for name in wanted:
            if name not in self.active:
                self.activate(name)
        self.active = list(wanted)
        for claims in self.claims.values():
            claims.sort(key=wanted.index)

    def change(self, place: Place, value: int) -> None:
        self.base[place] = value
        self.claims[place].clear()

    def shown(self) -> dict[Place, int]:
        return {
            place: self.arranged[self.claims[place][-1]][place] if self.claims[place] else self.base[place]
            for place in PLACES
        }


def made_world(arranged: dict[str, dict[Place, int]]) -> World:
    records = Records()
    records.put(Club(slug="mall"))
    records.put(*(Offer(id=n, club="mall", stock=500, maximum_uses_per_user=500) for n in (1, 2)))
    world = World("test", records, Clock(), Settings(), Library())
    for name, attributes in arranged.items():
        offers: dict[str, dict[str, int]] = {}
        for (offer_id, attribute), value in attributes.items():
            offers.setdefault(str(offer_id), {})[attribute] = value
        world.library.put(name, {"world": {"offers": offers}})
    return world


def shown(world: World) -> dict[Place, int]:
    return {(offer_id, name): getattr(world.records.offers[offer_id], name) for offer_id, name in PLACES}


@settings(max_examples=300, deadline=None)
@given(arrangements, steps)
def test_any_interleaving_restores_exactly_what_nobody_else_changed(
    drawn: list[dict[Place, int]], walked: list[tuple[str, object]]
) -> None:
    arranged = dict(zip(NAMES, drawn, strict=True))
    world, model = made_world(arranged), Model(arranged)
    for n, (step, what) in enumerate(walked):
        if step == "change":
            assert isinstance(what, tuple)
            offer_id, attribute = what
            put(world, replace(world.records.offers[offer_id], **{attribute: TESTS_VALUES + n}))
            model.change((offer_id, attribute), TESTS_VALUES + n)
        elif step == "set_active":
            assert isinstance(what, list)
            set_active(world, [world.library.get(name) for name in what])
            model.set_active(what)
        elif step == "activate":
            activate(world, world.library.get(str(what)))
            model.activate(str(what))
        else:
            deactivate(world, str(what))
            model.deactivate(str(what))
        assert shown(world) == model.shown(), step
        assert world.engine.active == tuple(model.active)
    for name in NAMES:
        deactivate(world, name)
    assert shown(world) == model.base
