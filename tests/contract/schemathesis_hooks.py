"""What schemathesis has to know of this platform that its configuration cannot say."""

from __future__ import annotations

import atexit
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis.checks import CHECKS
from schemathesis.core import transport
from schemathesis.generation import metrics
from schemathesis.specs.openapi import checks

# A missing header is 470 (400 under 2019-08), an impossible one 471, and an unknown OAuth token 460: all say "not you".
checks.AUTH_REJECTION_STATUSES = frozenset({*transport.AUTH_REJECTION_STATUSES, 400, 460, 470, 471})
# It would climb towards accepted requests, which takes minutes where an operation has few different ones.
metrics.maximize = lambda *_, **__: None
_missing_required_header = checks.missing_required_header


@CHECKS.register  # in place of the library's own
def missing_required_header(ctx: Any, response: Any, case: Any) -> bool | None:
    """The check of that name, which demands 401 without Authorization; the platform's status for it is 460."""
    if response.status_code == 460 and "authorization" not in {name.lower() for name in response.request.headers}:
        return None
    return _missing_required_header(ctx, response, case)


@schemathesis.hook
def filter_case(context: Any, case: Any) -> bool:
    """Leave out what is meant to be refused and is fine: an empty array in a form is not sent, a blank parameter is absent."""
    if case.meta is not None and case.meta.generation.mode.is_negative and "" in (case.query or {}).values():
        return False
    form = case.media_type == "multipart/form-data" and isinstance(case.body, dict)
    return not (form and [] in case.body.values())


@schemathesis.hook
def map_case(context: Any, case: Any) -> Any:
    """A schema cannot say what an order takes: collection_position one collection; liked and uses_left a member.

    What is meant to be refused is sent as it is.
    """
    if case.meta is not None and case.meta.generation.mode.is_negative:
        return case
    order = str((case.query or {}).get("order_by", ""))
    if "collection_position" in order:
        case.query["collection_ids[]"] = [1000016]
    if "liked" in order or "uses_left" in order:
        case.query.pop("preview", None)
    return case


_sent: dict[str, Counter[str]] = {}


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    """Count the request under its operation and phase."""
    name = case.operation.definition.raw.get("operationId")
    _sent.setdefault(name, Counter())[case.meta.phase.name if case.meta else "checks"] += 1


@atexit.register
def tell_counts() -> None:
    if place := os.environ.get("FUZZING_COUNTS"):
        Path(place).write_text(json.dumps(_sent), encoding="utf-8")


@schemathesis.check
def a_bad_item_is_told(ctx: Any, response: Any, case: Any) -> None:
    """A 200 to a batch with a bad item names the item in its errors."""
    name = case.operation.definition.raw.get("operationId")
    batch = name in ("create_offers", "update_offers")
    if not batch or response.status_code != 200 or case.meta is None or not case.meta.generation.mode.is_negative:
        return
    if case.meta.is_negative_at(schemathesis.core.parameters.ParameterLocation.BODY):
        assert response.json()["errors"], "a bad item went through"
