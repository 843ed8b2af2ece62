"""Decodes answers, one JSON line each, by a client that openapi-python-client generated into ``offers_client``.

What it decodes it writes again; that has to be what was answered, dates by their instants.
"""

import json
import pkgutil
import sys
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import offers_client.api  # type: ignore[import-not-found]
from offers_client import Client


def calls() -> dict[str, Any]:
    """The modules of the client by operationId."""
    found = pkgutil.walk_packages(offers_client.api.__path__, "offers_client.api.")
    return {each.name.rpartition(".")[2]: import_module(each.name) for each in found if not each.ispkg}


def written(value: Any) -> Any:
    return [each.to_dict() for each in value] if isinstance(value, list) else value.to_dict()


def same(told: Any, found: Any) -> bool:
    if isinstance(told, dict) and isinstance(found, dict):
        return told.keys() == found.keys() and all(same(told[key], found[key]) for key in told)
    if isinstance(told, list) and isinstance(found, list):
        return len(told) == len(found) and all(map(same, told, found))
    if isinstance(told, str) and isinstance(found, str) and told != found:
        return datetime.fromisoformat(told) == datetime.fromisoformat(found)
    return type(told) is type(found) and bool(told == found)


client, modules, decoded = Client(base_url="http://mock"), calls(), 0
for line in Path(sys.argv[1]).read_text("utf-8").splitlines():
    told = json.loads(line)
    response = httpx.Response(told["status"], content=told["body"].encode())
    parsed = modules[told["operation_id"]]._parse_response(client=client, response=response)
    if told["body"]:
        assert parsed is not None, line
        assert same(json.loads(told["body"]), written(parsed)), (line, parsed)
        decoded += 1
print(f"decoded {decoded}")
