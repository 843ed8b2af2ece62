"""Search: finds offers in whose texts every word of the query occurs, ignoring case and accents.

Sources: the contract, "Shapes" (``search``) and section 3 (``internal_name`` and ``internal_description``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from unicodedata import combining, normalize

from mockserver.domain.model import Offer


def fold(text: str) -> str:
    """Return a text without accents and case: "Café" and "CAFE" fold to the same."""
    if text.isascii():
        return text.lower()
    return " ".join([word.lower() if word.isascii() else _folded_word(word) for word in text.split(" ")])


@lru_cache(maxsize=16_384)  # a catalogue's words repeat, and one takes 5 us
def _folded_word(word: str) -> str:
    return _without_accents(_without_accents(word).casefold())


def _without_accents(text: str) -> str:
    return "".join(character for character in normalize("NFKD", text) if not combining(character))


def words_of(search: str | None) -> tuple[str, ...]:
    """Return the folded words of a query, each once, the longest (most selective) first."""
    return tuple(sorted(dict.fromkeys(fold(search).split()), key=lambda word: (-len(word), word))) if search else ()


def contains_words(offer: Offer, words: Iterable[str], *, internal: bool = False) -> bool:
    """Return whether all folded words occur in an offer's texts; ``internal`` includes the internal texts.

    A word has no whitespace, so it never matches across two texts.
    """
    text = _folded(offer, "public", public_text)
    if internal:
        text = f"{text}\n{_folded(offer, 'internal', internal_text)}"
    return all(word in text for word in words)


def _folded(offer: Offer, name: str, text_of: Callable[[Offer], str]) -> str:
    """Return a folded text of an offer, cached with the record under a name."""
    found: str | None = offer.shapes.get(name)
    if found is None:
        found = offer.shapes[name] = fold(text_of(offer))
    return found


def public_text(offer: Offer) -> str:
    """Return the texts that members search, one per line: name, description, tags and stores."""
    return "\n".join((offer.name or "", offer.description or "", *offer.tags, *offer.stores))


def internal_text(offer: Offer) -> str:
    """Return the texts that only staff search: ``internal_name`` and ``internal_description``."""
    return f"{offer.internal_name or ''}\n{offer.internal_description or ''}"
