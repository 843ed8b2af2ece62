"""What a list may be ordered by hangs on who asks: a 422 names what this very list takes."""

from __future__ import annotations

import pytest

from tests.callers import Caller, body_of

ANYBODYS = ["name", "usable_since", "usable_until", "created_at", "usable"]
PERSONAL = [*ANYBODYS, "uses_left", "liked"]


@pytest.mark.parametrize(
    ("path", "query", "allowed"),
    [
        ("members/me/offers", "", PERSONAL),
        ("members/42/offers", "", PERSONAL),
        ("members/guest/offers", "", ANYBODYS),
        ("members/me/offers", "&preview=true", ANYBODYS),
        ("members/me/offers", "&collection_ids=1000016", [*PERSONAL, "collection_position"]),
        ("members/guest/offers", "&collection_ids[]=1000016", [*ANYBODYS, "collection_position"]),
    ],
)
def test_a_wrong_order_is_told_what_the_list_takes(app: Caller, path: str, query: str, allowed: list[str]) -> None:
    answer = app.get(path, f"order_by=stock{query}")
    assert answer.status == 422
    assert body_of(answer)["details"]["order_by"][0]["options"] == {"in": allowed}
    for name in allowed:
        assert app.get(path, f"order_by={name}{query}").status == 200
