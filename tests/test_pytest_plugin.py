"""The pytest plugin, as a project that tests its app against the mock uses it."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import pytest

import mockserver
from mockserver.client import MockClient
from mockserver.client.process import running

USE = """
from urllib.error import HTTPError
from urllib.request import Request, urlopen

APP = {"X-Client-Authorization": "B7t9U9tsoWsGhrv2ouUoSqpM", "X-Product-Name": "default", "X-User-Agent": "test"}

def use(world):
    url = f"{world.url}/v3/infinity-mall/members/42/offers/1000016/use"
    try:
        return urlopen(Request(url, headers=APP, method="POST")).status
    except HTTPError as refused:
        refused.read()
        return refused.code
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with one helper, which knows the plugin as an installed package would make it known."""
    pytester.makepyfile(app=USE)
    if not entry_points(group="pytest11", name="mockserver"):
        monkeypatch.setenv("PYTHONPATH", str(Path(mockserver.__file__).parents[1]))
        pytester.makeconftest('pytest_plugins = ["mockserver.pytest_plugin"]')
    return pytester


def test_each_test_has_a_world_of_its_own_also_in_parallel(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import pytest
        from app import use

        @pytest.mark.parametrize("n", range(6))
        def test_a_use_is_the_first(mock_world, n):
            mock_world.clock.freeze("2026-06-01T12:00:00Z")
            assert (use(mock_world), use(mock_world)) == (200, 422)
            mock_world.verify("use_offer", count=2)
        """
    )
    result = project.runpytest_subprocess("-n", "2", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=6)


def test_a_failing_test_shows_what_the_app_sent_and_why_it_was_answered_so(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        from app import use

        def test_fails(mock_world):
            mock_world.state.set_offer(1000016, stock=0)
            assert use(mock_world) == 200

        def test_fails_by_a_rule(mock_world):
            mock_world.use_scenario("already-active")
            assert use(mock_world) == 200
        """
    )
    result = project.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:randomly")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "*mock server: last requests, newest first*",
            "POST /w/test-*/v3/infinity-mall/members/42/offers/1000016/use -> 422",
            "*global_limit_exceeded: found 0, expected 1 or more left, or no limit",
            "*mock server: last requests, newest first*",
            "*rule already-active/already-active acted*",
        ]
    )


def test_a_server_that_runs_already_is_used(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    project.makepyfile("def test_url(mock_server, mock_world): print(mock_server, mock_world.url)")
    with running() as url:
        monkeypatch.setenv("MOCKSERVER_URL", url)
        result = project.runpytest_subprocess("-s", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([f"*{url} {url}/w/test-*"])


def test_fixtures_of_ones_own_can_be_named(project: pytest.Pytester) -> None:
    project.mkdir("data")
    (project.path / "data/all.yaml").write_text("clubs: [{slug: my-mall}]\n")
    project.makepyfile("def test_clubs(mock_world): assert mock_world.state.club('my-mall')['slug'] == 'my-mall'")
    result = project.runpytest_subprocess("--mockserver-fixtures", "data", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)


def test_the_plugin_costs_nothing_until_it_is_used(project: pytest.Pytester) -> None:
    project.makepyfile(
        """
        import sys

        def test_imports():
            heavy = {"mockserver.client", "mockserver.mock", "flask", "granian", "yaml", "marshmallow"}
            assert heavy & set(sys.modules) == set()
        """
    )
    project.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


CARELESS = """
from app import use

def test_taps_twice(mock_world):
    mock_world.clock.freeze("2026-06-01T12:00:00Z")
    assert (use(mock_world), use(mock_world)) == (200, 422)

def test_is_careful(mock_world):
    assert use(mock_world) == 200
"""
FOUND = "*::test_taps_twice: double_uses: member 42 used offer 1000016 again while it was active"


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_the_apps_conduct_is_reported_at_the_end(project: pytest.Pytester, workers: tuple[str, ...]) -> None:
    project.makepyfile(CARELESS)
    result = project.runpytest_subprocess("--mockserver-conduct=report", "-p", "no:cacheprovider", *workers)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*mock server: the app's conduct*", FOUND])


def test_the_apps_conduct_can_fail_the_test(project: pytest.Pytester) -> None:
    project.makepyfile(CARELESS)
    result = project.runpytest_subprocess("--mockserver-conduct=fail", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["the app's conduct:", "double_uses: member 42 used offer 1000016 again*"])


def test_the_world_of_a_failed_test_can_be_kept(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    project.makepyfile(
        "def test_fails(mock_world): mock_world.verify('use_offer')\ndef test_passes(mock_world): mock_world.health()"
    )
    with running() as url, MockClient(url) as client:
        monkeypatch.setenv("MOCKSERVER_URL", url)
        result = project.runpytest_subprocess("--mockserver-keep-failed", "-p", "no:cacheprovider")
        kept = [world["name"] for world in client.worlds()["worlds"]]
    result.assert_outcomes(failed=1, passed=1)
    assert len(kept) == 2
    result.stdout.fnmatch_lines([f"{url}/w/{kept[1]}/__mock/ui"])
    result.stdout.no_fnmatch_line("*mockserver/client/*")  # the frames of the client are hidden


def test_settings_may_stand_in_the_ini_file_and_proxies_do_not_stand_between(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    project.makeini("[pytest]\nmockserver_scenarios = ours\nmockserver_conduct = fail\n")
    project.mkdir("ours").joinpath("mine.yaml").write_text("title: Mine\nrules: [{then: {delay: 1ms}}]\n")
    project.makepyfile(
        """
        from app import use

        def test_it(mock_world):
            mock_world.use_scenario("mine")
            assert use(mock_world) == 200
        """
    )
    project.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
