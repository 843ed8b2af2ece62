"""The fixed lists of words in the API's documents."""

from __future__ import annotations

from typing import Literal

Status = Literal["draft", "published"]
OfferType = Literal["REGULAR", "EXCLUSIVE", "BIRTHDAY", "WELCOME"]
Scope = Literal["standard", "informational", "parking", "carbon_offset", "reward"]
Timespan = Literal["MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "YEAR"]
EventKind = Literal["clicked", "seen"]

STATUSES: tuple[Status, ...] = ("draft", "published")
OFFER_TYPES: tuple[OfferType, ...] = ("REGULAR", "EXCLUSIVE", "BIRTHDAY", "WELCOME")
GRANTED_TYPES: frozenset[str] = frozenset({"EXCLUSIVE", "BIRTHDAY", "WELCOME"})
SCOPES: tuple[Scope, ...] = ("standard", "informational", "parking", "carbon_offset", "reward")
DISPLAY_TYPES = ("reference", "inline", "empty")
MEMBER_STATUSES = ("enabled", "disabled", "verified", "hard_bounced")  # of a channel to a member, such as email
TIMESPANS: tuple[Timespan, ...] = ("MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "YEAR")
NAMES: dict[tuple[str, ...], str] = {
    OFFER_TYPES: "OfferType",
    TIMESPANS: "Timespan",
    STATUSES: "OfferStatus",
    SCOPES: "OfferScope",
}
"""The names of lists, as clients' code has them."""
