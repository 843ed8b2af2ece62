"""The worlds of sessions: made when needed, dropped when their session ends or idles, unless kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mockserver.client import MockClient
from mockserver.limits import AGENT_IDLE, AGENT_WORLDS
from mockserver.mcp.agent_worlds import AgentWorlds, UnnamedWorldError


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def worlds(server: MockClient, clock: Clock) -> Iterator[AgentWorlds]:
    made = AgentWorlds(lambda: server, clock)
    yield made
    made.close()


def there(server: MockClient, name: str) -> bool:
    return any(each["name"] == name for each in server.worlds()["worlds"])


def test_a_session_keeps_its_world_and_takes_it_along(worlds: AgentWorlds, server: MockClient) -> None:
    one = worlds.own("one", make=False)
    assert worlds.own("one", make=False).name == one.name != worlds.own("two", make=False).name
    worlds.forget("one")
    assert not there(server, one.name)
    worlds.forget("one")


def test_what_is_kept_stays(worlds: AgentWorlds, server: MockClient) -> None:
    kept = worlds.own("one", make=True).name
    worlds.keep(kept)
    assert not worlds.goes(kept)
    worlds.close()
    assert there(server, kept)
    server.drop_world(kept)


def test_idle_worlds_go_and_used_ones_stay(worlds: AgentWorlds, server: MockClient, clock: Clock) -> None:
    idle, used, named = worlds.own("idle", make=True), worlds.own("used", make=True), worlds.own(None, make=True)
    clock.now = AGENT_IDLE
    worlds.own("used", make=True)
    worlds.named(named.name)
    clock.now = AGENT_IDLE + 1.0
    worlds.drop_idle()
    assert [there(server, each.name) for each in (idle, used, named)] == [False, True, True]


def test_without_a_session_a_call_names_its_world_or_makes_one(worlds: AgentWorlds) -> None:
    with pytest.raises(UnnamedWorldError, match="pass world"):
        worlds.own(None, make=False)
    assert worlds.own(None, make=True).name != worlds.own(None, make=True).name


def test_so_many_at_once(worlds: AgentWorlds, server: MockClient, clock: Clock) -> None:
    first = worlds.own("first", make=True).name
    for number in range(AGENT_WORLDS):
        clock.now += 1
        worlds.own(str(number), make=True)
    assert not there(server, first)
