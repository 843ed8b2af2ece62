"""A codec that caches the parsed form of repeated queries and empty bodies, and writes responses by ``json.py``."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from mockserver.api import codec
from mockserver.fast.json import Writer
from mockserver.worlds.world import World

if TYPE_CHECKING:
    from mockserver.api.schemas.reading import QueryRead

_LONGEST = 512  # the longest query string that is cached, in characters
_query = lru_cache(maxsize=4_096)(codec.read_query)
_empty = cache(codec.read_payload)


def attach(world: World) -> None:
    """Make this the codec of a world."""
    world.codec = Codec()


class Codec(Writer):
    """The codec of one world; see ``api/codec.py``."""

    def read_query(self, name: str, query: str, accepted: frozenset[str] | None, revision: str) -> QueryRead:
        """Return the parameters of a raw query string and the notes on it. Raise ``invalid_parameters``."""
        read = _query if len(query) <= _LONGEST else codec.read_query
        found = read(name, query, accepted, revision)
        return found._replace(values=found.values.copy())

    def read_payload(self, name: str, body: Any, revision: str) -> dict[str, Any]:
        """Return the attributes of a decoded JSON body (None: it was empty). Raise ``invalid_parameters``."""
        if body is None or body == {}:
            return _empty(name, None, revision).copy()
        return codec.read_payload(name, body, revision)
