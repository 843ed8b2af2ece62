"""The examples of several servers say what there is: settings, paths, times."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from mockserver.control.table import ROUTES
from mockserver.settings import Settings, unknown_variables
from mockserver.values.durations import parse_duration

EXAMPLES = Path(__file__).parents[2] / "examples" / "replicas"


def settings_of(environ: dict[str, str]) -> Settings:
    assert list(unknown_variables(environ)) == []
    return Settings.resolve({}, environ)


def test_the_compose_file_starts_servers_that_share_a_store() -> None:
    services = yaml.safe_load((EXAMPLES / "compose.yaml").read_text())["services"]
    mock = services["mockserver"]
    settings = settings_of(mock["environment"])
    host = settings.store.removeprefix("redis://").split(":")[0]
    assert services[host]["command"][1:3] == ["--appendonly", "yes"]
    assert parse_duration(mock["stop_grace_period"]) > parse_duration(settings.drain)
    assert mock["deploy"]["replicas"] == 3


def test_the_kubernetes_manifest_starts_servers_that_share_a_store() -> None:
    documents: list[Any] = list(yaml.safe_load_all((EXAMPLES / "kubernetes.yaml").read_text()))
    named = {(each["kind"], each["metadata"]["name"]): each["spec"] for each in documents}
    pod = named["Deployment", "offers-mock"]["template"]["spec"]
    (container,) = pod["containers"]
    environ = {
        each["name"]: each.get("value", "10.0.0.1").replace("$(POD_IP)", "10.0.0.1") for each in container["env"]
    }
    environ.pop("POD_IP")
    settings = settings_of(environ)
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}
    assert settings.advertise == f"10.0.0.1:{ports['peers']}"
    assert ports["http"] == Settings().port
    assert pod["terminationGracePeriodSeconds"] * 1_000 > parse_duration(settings.drain)
    paths = {f"/__mock/{route.path}" for route in ROUTES}
    assert {container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "readiness", "liveness")} <= paths
    store = settings.store.removeprefix("redis://").split(":")[0]
    assert ("Service", store) in named
