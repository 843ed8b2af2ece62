"""A request without a query is not read by a schema: it must be answered as one that sends every default does."""

from __future__ import annotations

import pytest

from tests.callers import Caller, body_of

NOON = "2026-06-01T12:00:00Z"
PAGES = "per_page=100&page_no=1&include_total=false"
MEMBERS = f"{PAGES}&scope=standard&order_by=name&only_usable=false&include_pagination_info=false"
WITHOUT = "&".join(f"without_{name}=false" for name in ("collection", "tag", "audience_id", "campaign_id", "shop"))
DEFAULTS = {
    "members/me/offers": f"{MEMBERS}&preview=false",
    "members/guest/offers": f"{MEMBERS}&usable=false&liked=false",
    "members/me/offers/meta": "scope=standard&preview=false",
    "members/me/offers/1000115": "scope=standard&preview=false",
    "offers": f"{PAGES}&sort_by=name&sort_direction=asc&with_archived=false&only_archived=false&{WITHOUT}",
    "stores": "sort=name&order=asc",
    "translations": "",
}


@pytest.mark.parametrize("path", DEFAULTS)
def test_what_is_not_sent_has_its_documented_default(app: Caller, path: str) -> None:
    answers = [app.get(path, query, x_mock_now=NOON) for query in ("", DEFAULTS[path], "unheard_of=1")]
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert body_of(answers[0]) == body_of(answers[1]) == body_of(answers[2])
