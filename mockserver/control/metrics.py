"""Figures for Prometheus, read from the journals when somebody asks; counting costs requests nothing more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from mockserver import __version__
from mockserver.api.runtime import Runtime
from mockserver.control.context import ControlContext
from mockserver.control.routes import route
from mockserver.exchange import Response
from mockserver.worlds.worlds import DEFAULT


@route("GET", "metrics", media="text/plain", locked=False)
def get_metrics(ctx: ControlContext) -> Any:
    """Return figures of all worlds in Prometheus' text format."""
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

    registry = CollectorRegistry()
    registry.register(Figures(ctx.mock))
    return Response(200, generate_latest(registry), (("content-type", CONTENT_TYPE_PLAIN_0_0_4),))


class Figures:
    """A collector over all worlds of a mock; worlds that are gone are counted in."""

    def __init__(self, mock: Runtime) -> None:
        self._mock = mock

    def collect(self) -> Iterator[Any]:
        """Make the metric families."""
        from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily

        yield InfoMetricFamily("mockserver", "The mock's version.", {"version": __version__})
        worlds = self._mock.worlds.all()
        yield GaugeMetricFamily("mockserver_worlds", "Worlds that exist.", len(worlds))
        yield from self._requests()
        kept = GaugeMetricFamily("mockserver_journal_entries", "Exchanges in the journal.", labels=["world"])
        dropped = GaugeMetricFamily(
            "mockserver_journal_dropped", "Exchanges that the journal let go.", labels=["world"]
        )
        active = GaugeMetricFamily("mockserver_scenarios_active", "Active scenarios.", labels=["world"])
        for world in worlds:
            kept.add_metric([world.name], len(world.journal))
            dropped.add_metric([world.name], world.journal.dropped)
            active.add_metric([world.name], len(world.engine.active))
        yield from (kept, dropped, active, self._records())

    def _requests(self) -> Iterable[Any]:
        from prometheus_client.core import CounterMetricFamily, SummaryMetricFamily

        rows = self._mock.tally.rows()
        total = CounterMetricFamily("mockserver_requests", "Requests answered.", labels=["operation", "status"])
        seconds = SummaryMetricFamily("mockserver_request_seconds", "Time to compute an answer.", labels=["operation"])
        for (operation, status), (count, _) in sorted(rows.items(), key=str):
            total.add_metric([operation or "unmatched", str(status)], count)
        for name in sorted({operation or "unmatched" for operation, _ in rows}):
            of = [row for (operation, _), row in rows.items() if (operation or "unmatched") == name]
            seconds.add_metric([name], sum(count for count, _ in of), sum(took_ns for _, took_ns in of) / 1e9)
        return total, seconds

    def _records(self) -> Any:
        from prometheus_client.core import GaugeMetricFamily

        from mockserver.control.world import counts

        family = GaugeMetricFamily("mockserver_records", "Records of the default world.", labels=["table"])
        world = self._mock.worlds.get(DEFAULT)
        with world.lock:
            found = counts(world)
        for table, count in found.items():
            family.add_metric([table], count)
        return family
