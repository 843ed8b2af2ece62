"""What each operation answers: the models inside their envelopes, by the name in the operations table."""

from __future__ import annotations

from typing import NamedTuple

from mockserver.schemas import club_models, models
from mockserver.schemas.arrays import ArrayOf, ArrayOfObjects, ObjectOf
from mockserver.schemas.fields import Boolean, FreeObject, Integer
from mockserver.schemas.models import Model, there


class OfferAnswer(Model):
    """One offer."""

    offer = there(ObjectOf, models.Offer)


class OffersAnswer(Model):
    """A page of offers; ``pagination_info`` is left out where a revision has none without the flag."""

    offers = there(ArrayOfObjects, models.Offer)
    pagination_info = ObjectOf(models.PaginationInfo)


class UsageAnswer(Model):
    """The usage after a use."""

    usage = there(ObjectOf, models.Usage)


class AdminOfferAnswer(Model):
    """One offer, for staff."""

    offer = there(ObjectOf, models.AdminOffer)


class AdminOffersAnswer(Model):
    """A page of offers, for staff."""

    offers = there(ArrayOfObjects, models.AdminOffer)
    pagination_info = there(ObjectOf, models.PaginationInfo)


class BatchAnswer(Model):
    """What became of a batch: errors are keyed by the item's index, then by attribute."""

    success = there(Boolean)
    errors = there(FreeObject)
    ids = there(ArrayOf, Integer())


class IdsAnswer(Model):
    """The ids of new offers."""

    ids = there(ArrayOf, Integer())


class Form(NamedTuple):
    """The form of an answer: an object of a model, or a bare array of them."""

    model: type[Model]
    is_array: bool = False


ANSWERS: dict[str, Form] = {
    "Empty": Form(models.Empty),
    "Offer": Form(OfferAnswer),
    "Offers": Form(OffersAnswer),
    "Meta": Form(models.Meta),
    "UsageAnswer": Form(UsageAnswer),
    "AdminOfferAnswer": Form(AdminOfferAnswer),
    "AdminOffersAnswer": Form(AdminOffersAnswer),
    "BatchAnswer": Form(BatchAnswer),
    "IdsAnswer": Form(IdsAnswer),
    "TokenAnswer": Form(club_models.TokenAnswer),
    "TokenInfo": Form(club_models.TokenInfo),
    "Member": Form(club_models.Member),
    "Stores": Form(club_models.Store, is_array=True),
    "Translations": Form(club_models.Translations),
    "FileSchema": Form(club_models.FileSchema),
    "FileVersions": Form(club_models.FileVersions),
}
"""By ``Operation.answer``. Under a revision a model with a ``shape`` has that shape's keys only."""
