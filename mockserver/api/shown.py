"""Records as answers show them: with links to their pictures, and what only their viewer has."""

from __future__ import annotations

from typing import Any, NamedTuple

from msgspec import Struct

from mockserver.domain.files import file_models, image_models
from mockserver.domain.model import Collection, Offer
from mockserver.domain.usage import Usage


class Links(NamedTuple):
    """How links to pictures begin (where the world is reached) and end (the member's signature, blank for a guest)."""

    base: str
    suffix: str = ""


class ShownOffer(Struct, frozen=True):
    """An offer as a viewer sees it, or staff; every attribute of the record is one of it, too."""

    offer: Offer
    liked: bool
    usage: Usage
    links: Links
    uses_count: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.offer, name)

    @property
    def files(self) -> list[dict[str, Any]]:
        """The files of its pictures."""
        return [file.shape(*self.links) for file in file_models("offer", self.offer.id, self.offer.files)]

    @property
    def images(self) -> list[dict[str, Any]]:
        """Its pictures as uploaded."""
        return [{"url": image.url(*self.links)} for image in image_models(self.offer.id, self.offer.files)]

    @property
    def display(self) -> dict[str, Any]:
        """What is displayed besides."""
        return {"read_more": self.read_more, "activation_texts": self.activation_texts}


class ShownCollection(Struct, frozen=True):
    """A collection with links to its pictures."""

    collection: Collection
    links: Links

    def __getattr__(self, name: str) -> Any:
        return getattr(self.collection, name)

    @property
    def files(self) -> list[dict[str, Any]]:
        """The files of its pictures."""
        return [
            file.shape(*self.links) for file in file_models("collection", self.collection.id, self.collection.files)
        ]
