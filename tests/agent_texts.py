"""What agents read about the mock, made of the page whose commands tests run: ``SKILL.md`` and ``/llms.txt``."""

from __future__ import annotations

import re
from pathlib import Path

from mockserver.cli import COMMANDS

ROOT = Path(__file__).parents[1]
SKILL = ROOT / "mockserver" / "mcp" / "SKILL.md"
LLMS = ROOT / "mockserver" / "contract" / "templates" / "llms.txt"
_HEADING = re.compile(r"^## ", re.MULTILINE)
_FOR_SKILL = ("Connect it", "The tools", "Worlds")
_DESCRIPTION = (
    "Drive the mock server of the loyalty platform's Offers API: make a documented error happen and learn why, arrange data and "
    "time, see what an app sent, write scenarios, find which outcomes tests missed. Use it when an app or a test that talks to "
    "the Offers API is written, run or debugged."
)


def sections(page: str) -> dict[str, str]:
    """The text of a page by its second headings; what stands before the first, by an empty one."""
    head, *parts = _HEADING.split((ROOT / "docs" / page).read_text("utf-8"))
    return {"": head} | {part.partition("\n")[0]: part.partition("\n")[2].strip() for part in parts}


def skill() -> str:
    """The guide for a coding agent, with the front matter by which it finds it."""
    parts = sections("agents.md")
    text = "\n\n".join(f"## {name}\n\n{parts[name]}" for name in _FOR_SKILL)
    head = f"---\nname: offers-mock\ndescription: {_DESCRIPTION}\n---\n\n# Drive the Offers API mock"
    return f"{head}\n\n{text}\n\n{_without_mcp()}"


def llms() -> str:
    """What ``/llms.txt`` answers: where everything of a server is, then the same guide."""
    parts = sections("agents.md")
    about = parts[""].split("\n\n")[1].partition(" It needs")[0]
    text = "\n\n".join(f"## {name}\n\n{parts[name]}" for name in _FOR_SKILL)
    return f"# Offers mock server\n\n> {' '.join(about.split())}\n\n{_LINKS}\n\n{text}\n\n{_without_mcp()}"


_LINKS = """## This server

- [The API's contract](http://127.0.0.1:8080/openapi.json): OpenAPI, by `?revision=2019-08|2025-03|union`; for people at `/docs/`
- [The control API's contract](http://127.0.0.1:8080/__mock/openapi.json): everything below `/__mock/`, OpenAPI
- [Outcomes](http://127.0.0.1:8080/__mock/outcomes): each documented refusal with the steps that lead to it, honestly and by force
- [Operations](http://127.0.0.1:8080/__mock/operations): each operation with its permits and refusals
- [MCP](http://127.0.0.1:8080/__mock/mcp): tools by task, over Streamable HTTP
- [Console](http://127.0.0.1:8080/__mock/ui): the same for people"""


def _without_mcp() -> str:
    """The commands, for an agent that has a shell and no MCP."""
    rows = "\n".join(f"- `mockserver {name}`: {text}" for name, (_, _, text) in COMMANDS.items())
    asked = sections("ci.md")["Assert what the app sent"].partition("\n\nA world that is not there")[0]
    return (
        "## Without MCP\n\nThe command line does the same; every command has `--help`, and those that read have `--json`.\n\n"
        f"{rows}\n\n{asked}\n"
    )


def write() -> None:
    """Write both."""
    SKILL.write_text(skill(), "utf-8")
    LLMS.write_text(llms(), "utf-8")
