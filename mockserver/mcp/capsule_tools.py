"""The tools about capsules, which are files: only a server over stdio has them, on the agent's own machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from mockserver.capsules.format import unpack
from mockserver.capsules.model import BadCapsuleError, Capsule
from mockserver.mcp.answers import told
from mockserver.mcp.tooling import AgentContext, AgentTool, World, tool, world_of

Replay = Callable[[Capsule], Iterator[Any]]
"""Carries out the requests of a capsule; each result says whether its answer is the ``same``."""


def capsule_tools(replay: Replay, result: Callable[[Any, int], dict[str, Any]]) -> tuple[AgentTool, ...]:
    """Return the tools. ``replay`` carries a capsule out, and ``result`` tells of a request that differs."""

    @tool(title="Save a bug as a capsule")
    def save_capsule(
        ctx: AgentContext,
        file: Annotated[str, Field(description="Where to write it, such as bug.capsule.zip")],
        last: Annotated[int | None, Field(ge=1, description="So many requests; by default all that are kept")] = None,
        world: World = None,
    ) -> str:
        """Save a world's last requests with all that is needed to carry them out again, as one file."""
        client = world_of(ctx, world)
        path = _path(file)
        try:
            client.save_capsule(path, last)
            found = unpack(path.read_bytes())
        except OSError as problem:
            raise ValueError(f"cannot write {path}: {problem.strerror}") from None
        answer = {"file": str(path), "world": found.base.name, "requests": len(found.requests)}
        return told(answer, f"replay_capsule(file={str(path)!r})")

    @tool(title="Replay a capsule", reads=True)
    def replay_capsule(ctx: AgentContext, file: Annotated[str, Field(description="A capsule's file")]) -> str:  # noqa: ARG001
        """Carry a capsule's requests out again, without a server, and say which answer differs and what decided."""
        path = _path(file)
        try:
            found = unpack(path.read_bytes())
            for each in replay(found):
                if not each.same:
                    return told({"same": False, **result(each, len(found.requests))}, "coverage_gaps()")
        except OSError as problem:
            raise ValueError(f"cannot read {path}: {problem.strerror}") from None
        except BadCapsuleError as problem:
            raise ValueError(f"{path} cannot be replayed: {problem}") from None
        return told({"same": True, "requests": len(found.requests)}, "coverage_gaps()")

    return save_capsule, replay_capsule


def _path(file: str) -> Path:
    return Path(file).expanduser().absolute()
