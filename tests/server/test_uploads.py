"""Uploads on the real server, where they are looked into beside its other requests."""

from __future__ import annotations

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from mockserver.client.process import running
from tests.callers import HEADERS
from tests.pictures import halves, multipart, opened


def test_an_upload_is_answered_served_and_journalled_and_a_rule_may_act_on_it() -> None:
    body, content_type = multipart(halves((600, 800)))
    headers = HEADERS | {"content-type": content_type}
    with running() as url:
        path = f"{url}/v3/infinity-mall/files/offers/1000115/offer_default"
        with urlopen(Request(path, body, headers, method="PUT")) as answer:
            assert int(answer.headers["x-mock-request-id"]) > 0
            uploaded = json.load(answer)["original"]["url"]
        with urlopen(uploaded) as answer:
            assert opened(answer.read()).size == (600, 800)
        with pytest.raises(HTTPError, match="503"):
            urlopen(Request(path, body, headers | {"x-mock-scenario": "maintenance"}, method="PUT"))
        with urlopen(f"{url}/__mock/requests?operation=update_file") as answer:
            last, first = json.load(answer)["requests"]
        whole = [json.load(urlopen(f"{url}/__mock/requests/{entry['id']}")) for entry in (first, last)]
    assert (first["status"], first["committed"], last["status"], last["rule"]) == (
        200,
        True,
        503,
        "maintenance/maintenance",
    )
    assert [entry["delivery"]["receipt"]["attempt"] for entry in whole] == [None, 1]
    assert all(entry["delivery"]["receipt"]["connection"] for entry in whole)
