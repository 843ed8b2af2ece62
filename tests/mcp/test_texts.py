"""What agents read is made of the pages whose commands tests run, and is served and shipped."""

from __future__ import annotations

import http.client
import tomllib
from urllib.parse import urlsplit

from tests import agent_texts


def test_the_texts_follow_from_the_pages() -> None:
    assert agent_texts.SKILL.read_text("utf-8") == agent_texts.skill(), "run: python -m tests.regenerate"
    assert agent_texts.LLMS.read_text("utf-8") == agent_texts.llms(), "run: python -m tests.regenerate"


def test_the_skill_has_its_front_matter_and_is_in_the_wheel() -> None:
    lines = agent_texts.SKILL.read_text("utf-8").splitlines()
    assert (lines[0], lines[1], lines[3]) == ("---", "name: offers-mock", "---")
    assert len(lines[2]) < 1_024
    wheel = tomllib.loads((agent_texts.ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"][
        "wheel"
    ]
    assert wheel["packages"] == ["mockserver"], "whole rooms, with what is no code"


def test_the_server_answers_llms_txt_with_its_own_address(url: str) -> None:
    address = urlsplit(url).netloc
    connection = http.client.HTTPConnection(address, timeout=60)
    connection.request("GET", "/llms.txt")
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert f"{url}/openapi.json" in text
    assert "127.0.0.1:8080" not in text
    assert "`reproduce_outcome`" in text
