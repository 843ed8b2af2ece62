"""The member in an image's address: short and unforgeable, because image loaders send no headers.

``?m=42.kJ3fQx9Tb0w``: the member's id and 64 bits of an HMAC with the world's secret. It is the same for every picture
of a member in a world, so that an offer's JSON can be cached with a gap for it.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from functools import lru_cache

_SUFFIX = re.compile(r"(\d{1,18})\.([A-Za-z0-9_-]{11})")
_BYTES = 8


def member_suffix(secret: bytes, world: str, club: str, member_id: int) -> str:
    """Return the suffix of the address of every picture in this member's responses: ``?m=ID.SIGNATURE``."""
    return f"?m={member_id}.{_signature(secret, world, club, member_id)}"


def read_suffix(secret: bytes, world: str, club: str, value: str) -> int | None:
    """Return the member's id from a value of ``m``, or None if it was not signed with this secret for this club."""
    found = _SUFFIX.fullmatch(value)
    if found is None:
        return None
    member_id = int(found[1])
    genuine = f"{member_id}.{_signature(secret, world, club, member_id)}"
    return member_id if hmac.compare_digest(genuine, value) else None


@lru_cache(maxsize=16_384)
def _signature(secret: bytes, world: str, club: str, member_id: int) -> str:
    digest = hmac.digest(secret, f"{world}\0{club}\0{member_id}".encode(), "sha256")
    return urlsafe_b64encode(digest[:_BYTES]).rstrip(b"=").decode()
