"""The documents' JSON examples, as they stand there; ``(...)`` in them is left out."""

from __future__ import annotations

import json
from typing import Any

_READ_MORE = '{"button_title": "Button title", "url": null, "title": "Title", "text": "Text"}'
_FILE = """{"url": "https://offers-api.s3.eu-central-1.amazonaws.com/offer-1000115-offer_default-original.jpg",
 "width": 600, "height": 800, "kind": "offer_default", "size_type": "base"}"""
_USAGE = '{"usable": true, "max_uses": 10, "uses_left": 3, "active_until": "2019-03-13T18:41:00.000Z"}'
_COVER = """{"url": "https://offers-api.s3.eu-central-1.amazonaws.com/collection-1000016-collection_cover_default-%s.jpg",
 "width": %d, "height": %d, "kind": "collection_cover_default", "size_type": "%s"}"""


def _example(text: str) -> Any:
    return json.loads(text)


OFFER_2019 = _example(f"""{{
  "id": 1000115, "name": "Buy two shoes, get one jacket", "description": null,
  "external_url": "https://example.com/foo", "read_more": {_READ_MORE},
  "usable_since": "2019-03-13T17:32:00.000Z", "usable_until": null, "collection_ids": [1000016, 1000017],
  "tags": ["2 + 1"], "shops": ["M&H"], "files": [{_FILE}], "liked": false, "usage": {_USAGE}, "extras": {{}}
}}""")
ADMIN_OFFER_2019 = _example(f"""{{
  "id": 1000115, "name": "Buy two shoes, get one jacket", "description": null,
  "external_url": "https://example.com/foo", "read_more": {_READ_MORE},
  "usable_since": "2019-03-13T17:32:00.000Z", "usable_until": null, "collection_ids": [1000016, 1000017],
  "tags": ["2 + 1"], "stores": ["M&H"], "files": [{_FILE}], "liked": false, "usage": {_USAGE}, "extras": {{}}
}}""")
META_2019 = _example(f"""{{
  "tags": ["-50%", "great deal", "2 + 1"], "shops": ["M&H", "Doo Doo"],
  "collections": [{{
    "id": 1000016, "title": "Collection #1", "short_title": null, "description": null,
    "offers_order": [1000115, 1000112, 1000114],
    "files": [{_COVER % ("original", 600, 300, "original")}, {_COVER % ("thumbnail", 300, 150, "thumbnail")},
              {_COVER % ("base", 600, 300, "base")}]
  }}],
  "activated_seconds_time": 35, "usage_authorization_tokens": ["secret", "another-secret", "06edd7397efa83b1e4d07a195324b8a5a"]
}}""")
USE_2019 = _example(
    '{"usage": {"usable": true, "max_uses": 100, "uses_left": 68, "active_until": "2019-05-08T14:47:22.323Z"}}'
)
OFFER_2025 = _example(f"""{{
  "id": 1000115, "name": "Buy two shoes, get one jacket", "description": null, "type": "REGULAR",
  "external_url": "https://example.com/foo", "usable_since": "2019-03-13T17:32:00.000Z", "usable_until": null,
  "usage_authorization_token_required": false, "collection_ids": [1000016, 1000017], "stores": ["M&H"],
  "images": [{{"url": "https://offers-api.s3.eu-central-1.amazonaws.com/offer-1000115-offer_default-original.jpg"}}],
  "display": {{"read_more": {_READ_MORE}, "activation_texts": {{"modal": "Modal", "button": "Button", "description": null}}}},
  "liked": false,
  "usage": {{"usable": true, "max_uses": 10, "uses_left": 3, "active_until": "2019-03-13T18:41:00.000Z", "period": null}},
  "extras": {{"category": 42}}
}}""")
CREATED_2019 = _example(
    '{"success": true, "errors": {"1": {"collection_ids": ["list must contain unique values"]}}, "ids": [1000284]}'
)
EMPTY = _example("{}")
