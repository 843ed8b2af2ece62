"""The models that the API answers, named and ordered as the documents have them.

They hold every key of every revision; ``shape`` names the entry of ``Revision.shapes`` that says which of them a revision
answers. They describe and check answers; writing answers is ``wire.py``'s.
"""

from __future__ import annotations

from typing import Any, ClassVar

from marshmallow import Schema

from mockserver.domain.model import OFFER_TYPES, TIMESPANS
from mockserver.schemas.arrays import ArrayOf, ArrayOfObjects, ObjectOf
from mockserver.schemas.fields import Boolean, Enum, FreeObject, Instant, Integer, String, Told


class Model(Schema):
    """An answered object; every key is there unless its field says otherwise."""

    shape: ClassVar[str | None] = None


def there(kind: type[Told], *positional: Any, **rest: Any) -> Any:
    """Declare a key that is always there and never null."""
    return kind(*positional, required=True, **rest)


def nullable(kind: type[Told], *positional: Any, **rest: Any) -> Any:
    """Declare a key that is always there and may be null."""
    return kind(*positional, required=True, allow_none=True, **rest)


class Empty(Model):
    """An empty object."""


class ReadMore(Model):
    """Additional offer display data."""

    button_title = nullable(String)
    url = nullable(String)
    title = nullable(String)
    text = nullable(String)


class ActivationTexts(Model):
    """What an app shows while the offer is activated."""

    modal = nullable(String)
    button = nullable(String)
    description = nullable(String)


class Display(Model):
    """Display information."""

    read_more = nullable(ObjectOf, ReadMore)
    activation_texts = nullable(ObjectOf, ActivationTexts)


class File(Model):
    """A file of an offer or a collection, in one size; width and height in pixels."""

    url = there(String)
    width = there(Integer, min=1)
    height = there(Integer, min=1)
    kind = there(String)
    size_type = there(Enum, ("base", "thumbnail", "original"))


class Image(Model):
    """An image of an offer."""

    url = there(String)


class PeriodUsage(Model):
    """The limit of uses by one member within a calendar period."""

    timespan = there(Enum, TIMESPANS)
    max_uses = there(Integer)
    uses_left = nullable(Integer)


class Usage(Model):
    """How often the member may still use the offer."""

    shape = "Usage"
    usable = there(Boolean)
    max_uses = nullable(Integer)
    uses_left = nullable(Integer)
    active_until = nullable(Instant)
    period = nullable(ObjectOf, PeriodUsage)


class Offer(Model):
    """An offer as a member sees it."""

    shape = "Offer"
    id = there(Integer)
    name = nullable(String)
    description = nullable(String)
    type = there(Enum, OFFER_TYPES)
    external_url = nullable(String)
    read_more = there(ObjectOf, ReadMore)
    usable_since = nullable(Instant)
    usable_until = nullable(Instant)
    usage_authorization_token_required = there(Boolean)
    collection_ids = there(ArrayOf, Integer())
    tags = there(ArrayOf, String())
    shops = there(ArrayOf, String())
    stores = there(ArrayOf, String())
    files = there(ArrayOfObjects, File)
    images = there(ArrayOfObjects, Image)
    display = there(ObjectOf, Display)
    liked = there(Boolean)
    usage = there(ObjectOf, Usage)
    extras = there(FreeObject)


class AdminOffer(Model):
    """An offer as staff see it."""

    shape = "AdminOffer"
    id = there(Integer)
    name = nullable(String)
    description = nullable(String)
    internal_name = nullable(String)
    internal_description = nullable(String)
    external_url = nullable(String)
    read_more = there(ObjectOf, ReadMore)
    status = there(Enum, ("draft", "published"))
    usable_since = nullable(Instant)
    usable_until = nullable(Instant)
    visible_since = nullable(Instant)
    visible_until = nullable(Instant)
    collection_ids = there(ArrayOf, Integer())
    tags = there(ArrayOf, String())
    stores = there(ArrayOf, String())
    audience_id = nullable(Integer)
    campaign_id = nullable(Integer)
    files = there(ArrayOfObjects, File)
    liked = there(Boolean)
    usage = there(ObjectOf, Usage)
    extras = there(FreeObject)
    display_schemas = there(FreeObject)
    maximum_uses_per_user = nullable(Integer)
    stock = nullable(Integer)
    created_at = there(Instant)
    updated_at = there(Instant)
    archived_at = nullable(Instant)
    uses_count = there(Integer, min=0)


class Collection(Model):
    """A named, ordered group of offers."""

    shape = "Collection"
    id = there(Integer)
    title = nullable(String)
    short_title = nullable(String)
    description = nullable(String)
    short_description = nullable(String)
    offers_order = there(ArrayOf, Integer())
    files = there(ArrayOfObjects, File)


class Meta(Model):
    """What the offers are associated with, and the club's configuration; times in seconds."""

    shape = "Meta"
    tags = there(ArrayOf, String())
    shops = there(ArrayOf, String())
    stores = there(ArrayOf, String())
    collections = there(ArrayOfObjects, Collection)
    activated_seconds_time = there(Integer, min=0)
    usage_authorization_tokens = there(ArrayOf, String())


class PaginationInfo(Model):
    """Where a page stands in its list; without the flag only the keys that need no counting."""

    total_count = Integer(min=0)
    per_page = there(Integer, min=1, max=100)
    total_pages = Integer(min=0)
    current_page = there(Integer, min=1)
    next_page = Integer(allow_none=True)
    prev_page = nullable(Integer)
    is_first_page = there(Boolean)
    is_last_page = Boolean()
    is_out_of_range = Boolean()
