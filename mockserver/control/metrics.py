"""Metrics for Prometheus, read from the counts and journals at each request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Any

from mockserver import __version__
from mockserver.api.overrides import below_world
from mockserver.api.routes import PICTURES
from mockserver.api.runtime import Runtime
from mockserver.control.context import ControlContext
from mockserver.control.errors import not_found
from mockserver.control.models import NAME
from mockserver.control.routes import route
from mockserver.exchange import Response
from mockserver.journal.delivery import delivered
from mockserver.journal.tally import BOUNDS_NS, PICTURE
from mockserver.worlds.world import World
from mockserver.worlds.worlds import DEFAULT

Counts = Mapping[tuple[str | None, int], int]
"""Counts by operation and status."""


@route("GET", "metrics", world="any", query={"world": NAME}, media="text/plain", statuses=(200, 404), locked=False)
def get_metrics(ctx: ControlContext) -> Any:
    """Return the metrics of all worlds, or of one, in Prometheus' text format."""
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

    fields = ctx.query()
    name = fields["world"].text() if "world" in fields else None
    ctx.finish()
    registry = CollectorRegistry()
    registry.register(MetricsCollector(ctx.mock) if name is None else WorldMetricsCollector(_world(ctx, name)))
    return Response(200, generate_latest(registry), (("content-type", CONTENT_TYPE_PLAIN_0_0_4),))


def _world(ctx: ControlContext, name: str) -> World:
    world = ctx.mock.worlds.find(name)
    if world is None:
        raise not_found("world", name, (each.name for each in ctx.mock.worlds.all()))
    return world


class MetricsCollector:
    """A collector over all worlds of a mock, dropped ones included."""

    def __init__(self, mock: Runtime) -> None:
        self._mock = mock

    def collect(self) -> Iterator[Any]:
        """Make the metric families."""
        from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily

        yield InfoMetricFamily("mockserver", "The mock's version.", {"version": __version__})
        worlds = self._mock.worlds.all()
        yield GaugeMetricFamily("mockserver_worlds", "Worlds that exist.", len(worlds))
        rows = self._mock.tally.rows()
        yield from _requests({key: row.times for key, row in rows.items()}, self._mock.tally.lost())
        yield self._seconds()
        yield from _of_worlds(worlds)
        yield _records(self._mock.worlds.get(DEFAULT))

    def _seconds(self) -> Any:
        from prometheus_client.core import HistogramMetricFamily

        family = HistogramMetricFamily("mockserver_request_seconds", "Time to compute an answer.", labels=["operation"])
        rows = self._mock.tally.rows()
        for name in sorted({_named(operation) for operation, _ in rows}):
            of = [row for (operation, _), row in rows.items() if _named(operation) == name]
            up_to = accumulate(sum(each) for each in zip(*(row.buckets for row in of), strict=True))
            bounds = [*(str(bound / 1e9) for bound in BOUNDS_NS), "+Inf"]
            family.add_metric([name], list(zip(bounds, up_to, strict=True)), sum(row.took_ns for row in of) / 1e9)
        return family


class WorldMetricsCollector:
    """A collector over one world's requests since they were last cleared."""

    def __init__(self, world: World) -> None:
        self._world = world

    def collect(self) -> Iterator[Any]:
        """Make the metric families."""
        journal = self._world.journal
        asked: Counter[tuple[str | None, int]] = Counter()
        lost: Counter[tuple[str | None, int]] = Counter()
        for kind, count in journal.tallies:
            shown = kind.operation is None and kind.refusal is None and kind.status < 400  # only pictures are
            key = PICTURE if shown else kind.operation, kind.status
            asked[key] += count
            lost[key] += 0 if kind.delivered else count
        for entry in journal.newest_first():
            drawn = entry.operation is None and below_world(entry.request.path).startswith(PICTURES)
            key = PICTURE if drawn else entry.operation, entry.status
            asked[key] += 1
            lost[key] += not delivered(entry)
        yield from _requests(asked, +lost)
        yield from _of_worlds([self._world])
        yield _records(self._world)


def _named(operation: str | None) -> str:
    return operation or "unmatched"


def _requests(asked: Counts, lost: Counts) -> Iterable[Any]:
    from prometheus_client.core import CounterMetricFamily

    labels = ["operation", "status"]
    total = CounterMetricFamily("mockserver_requests", "Requests answered.", labels=labels)
    undelivered = CounterMetricFamily(
        "mockserver_requests_undelivered", "Requests whose client did not get the whole answer.", labels=labels
    )
    for family, counts in ((total, asked), (undelivered, lost)):
        for (operation, status), count in sorted(counts.items(), key=str):
            family.add_metric([_named(operation), str(status)], count)
    return total, undelivered


def _of_worlds(worlds: Iterable[World]) -> Iterable[Any]:
    from prometheus_client.core import GaugeMetricFamily

    kept = GaugeMetricFamily("mockserver_journal_entries", "Exchanges in the journal.", labels=["world"])
    dropped = GaugeMetricFamily("mockserver_journal_dropped", "Exchanges that the journal let go.", labels=["world"])
    active = GaugeMetricFamily("mockserver_scenarios_active", "Active scenarios.", labels=["world"])
    for world in worlds:
        kept.add_metric([world.name], len(world.journal))
        dropped.add_metric([world.name], world.journal.dropped)
        active.add_metric([world.name], len(world.engine.active))
    return kept, dropped, active


def _records(world: World) -> Any:
    from prometheus_client.core import GaugeMetricFamily

    from mockserver.control.world import counts

    family = GaugeMetricFamily("mockserver_records", f"Records of the world {world.name}.", labels=["table"])
    with world.lock:
        found = counts(world)
    for table, count in found.items():
        family.add_metric([table], count)
    return family
