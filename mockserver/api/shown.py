"""Records as responses show them: with links to their pictures, and with the viewer's own data."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from msgspec import Struct

from mockserver.domain.files import KINDS, Owner, PictureKind, file_models, image_models
from mockserver.domain.model import Collection, Offer, Picture
from mockserver.domain.usage import Usage
from mockserver.revisions import REVISIONS


class PictureLinks(NamedTuple):
    """The beginning of links to pictures (the world's base URL) and their end (the member's signature, blank for a guest).

    ``kinds`` are the kinds of files in the revision.
    """

    base: str
    suffix: str = ""
    kinds: frozenset[str] = frozenset(KINDS)

    def files(self, owner: Owner, record_id: int, pictures: Iterable[Picture]) -> list[dict[str, Any]]:
        """Return the files of a record's pictures."""
        pictures = [picture for picture in pictures if picture.kind in self.kinds]
        return [file.shape(self.base, self.suffix) for file in file_models(owner, record_id, pictures)]


def kinds_in(revision: str) -> list[PictureKind]:
    """Return the kinds of files in a revision."""
    own = {revision, *REVISIONS[revision].bases}
    return [kind for kind in KINDS.values() if not kind.lacking & own]


@cache
def kind_names(revision: str) -> frozenset[str]:
    """Return the names of the kinds of files in a revision."""
    return frozenset(kind.name for kind in kinds_in(revision))


class ShownOffer(Struct, frozen=True):
    """An offer as a viewer sees it, or staff; every attribute of the record is one of it, too."""

    offer: Offer
    liked: bool
    usage: Usage
    links: PictureLinks
    uses_count: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.offer, name)

    @property
    def files(self) -> list[dict[str, Any]]:
        """The files of its pictures."""
        return self.links.files("offer", self.offer.id, self.offer.files)

    @property
    def images(self) -> list[dict[str, Any]]:
        """The addresses of its original images."""
        base, suffix, _ = self.links
        return [{"url": image.url(base, suffix)} for image in image_models(self.offer.id, self.offer.files)]

    @property
    def display(self) -> dict[str, Any]:
        """Additional display data."""
        return {"read_more": self.read_more, "activation_texts": self.activation_texts}


class ShownCollection(Struct, frozen=True):
    """A collection with links to its pictures."""

    collection: Collection
    links: PictureLinks

    def __getattr__(self, name: str) -> Any:
        return getattr(self.collection, name)

    @property
    def files(self) -> list[dict[str, Any]]:
        """The files of its pictures."""
        return self.links.files("collection", self.collection.id, self.collection.files)
