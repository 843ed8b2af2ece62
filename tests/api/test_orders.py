"""What a list may be ordered by hangs on who asks: a 422 names what this very list takes."""

from __future__ import annotations

import pytest

from tests.callers import Caller, body_of

ANYBODYS = ["name", "usable_since", "usable_until", "created_at", "usable"]
PERSONAL = [*ANYBODYS, "uses_left", "liked"]
IN_ONE = ["collection_position"]


@pytest.mark.parametrize(
    ("revision", "path", "query", "allowed"),
    [
        ("2019-08", "members/me/offers", "", ANYBODYS),
        ("2019-08", "members/me/offers", "&preview=true&collection_ids=1000016", ANYBODYS),
        ("2019-08", "members/me/offers", "&collection_ids=1000016", ANYBODYS),
        ("2025-03", "members/42/offers", "", PERSONAL),
        ("2025-03", "members/guest/offers", "", ANYBODYS[:-1]),
        ("2025-03", "members/guest/offers", "&collection_ids=1000016", [*ANYBODYS[:-1], *IN_ONE]),
        ("union", "members/me/offers", "", PERSONAL),
        ("union", "members/42/offers", "", PERSONAL),
        ("union", "members/guest/offers", "", ANYBODYS[:-1]),
        ("union", "members/me/offers", "&preview=true", ANYBODYS),
        ("union", "members/me/offers", "&collection_ids=1000016", [*PERSONAL, *IN_ONE]),
        ("union", "members/guest/offers", "&collection_ids[]=1000016", [*ANYBODYS[:-1], *IN_ONE]),
    ],
)
def test_a_wrong_order_is_told_what_the_list_takes(
    app: Caller, revision: str, path: str, query: str, allowed: list[str]
) -> None:
    answer = app.get(path, f"order_by=stock{query}", x_mock_revision=revision)
    assert answer.status == 422
    assert body_of(answer)["details"]["order_by"][0]["options"] == {"in": allowed}
    for name in {*PERSONAL, *IN_ONE}:
        answer = app.get(path, f"order_by={name}{query}", x_mock_revision=revision)
        assert answer.status == (200 if name in allowed else 422)
