"""Writes the tools' schemas, which are an interface: ``python -m tests.mcp.keep``."""

from __future__ import annotations

import json
from typing import Any

from tests.mcp.conftest import Agent, over_stdio
from tests.mcp.test_stdio import SCHEMAS


async def _listed(agent: Agent) -> list[Any]:
    return [
        each.model_dump(mode="json", by_alias=True, exclude_none=True)
        for each in (await agent.client.list_tools()).tools
    ]


if __name__ == "__main__":
    SCHEMAS.write_text(json.dumps(over_stdio(_listed, MOCKSERVER_URL=""), indent=1) + "\n", "utf-8")
