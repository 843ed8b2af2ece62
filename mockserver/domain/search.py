"""What ``search`` finds: offers in whose texts every word of the query occurs, case and accents aside.

Sources: the contract, "Shapes" (``search``) and section 3 (``internal_name`` and ``internal_description``).
"""

from __future__ import annotations

from unicodedata import combining, normalize

from mockserver.domain.model import Offer


def fold(text: str) -> str:
    """Return a text without accents and case: "Café" and "CAFE" fold to the same."""
    if text.isascii():
        return text.lower()
    return _plain(_plain(text).casefold())


def _plain(text: str) -> str:
    return "".join(character for character in normalize("NFKD", text) if not combining(character))


def words_of(search: str | None) -> tuple[str, ...]:
    """Return the folded words of a query, each once, the longest (most telling) first."""
    return tuple(sorted(dict.fromkeys(fold(search).split()), key=lambda word: (-len(word), word))) if search else ()


def public_text(offer: Offer) -> str:
    """Return the text that members search: name, description, tags and stores, apart by whitespace.

    A word has no whitespace, so it never matches across two of them.
    """
    return "\n".join((offer.name or "", offer.description or "", *offer.tags, *offer.stores))


def internal_text(offer: Offer) -> str:
    """Return the text that only the admin list searches."""
    return f"{offer.internal_name or ''}\n{offer.internal_description or ''}"
