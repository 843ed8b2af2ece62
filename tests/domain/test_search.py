from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.model import Offer
from mockserver.domain.search import fold, public_text, words_of
from mockserver.domain.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("written", "searched"),
    [
        ("Café", "CAFE"),
        ("Straße", "STRASSE"),
        ("ﬁt", "FIT"),
        ("Åse", "ase"),
        ("İstanbul", "istanbul"),
        ("Crème", "crème"),
    ],
)
def test_case_and_accents_do_not_matter(written: str, searched: str) -> None:
    assert fold(written) == fold(searched)


def test_a_letter_of_its_own_is_no_accent() -> None:
    assert fold("ø") != fold("o")


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_the_words_of_a_search_are_folded_and_the_longest_first() -> None:
    assert words_of("  Two SHOES two\u00a0Crème ") == ("creme", "shoes", "two")
    assert words_of(None) == words_of(" ") == ()


texts = st.text(alphabet="abAÅå ßﬁ\u0301\u00a8\u00a0\n\U0001f45f", max_size=6)


@given(names=st.lists(st.none() | texts, max_size=5), later=st.none() | texts, searches=st.lists(texts, min_size=1))
def test_a_word_is_found_exactly_where_it_occurs(
    names: list[str | None], later: str | None, searches: list[str]
) -> None:
    offers: list[Offer | None] = [Offer(id=n, club="c", name=name) for n, name in enumerate(names)]
    vocabulary = Vocabulary(public_text, offers)
    for changed in (False, True):
        if changed and offers:
            new = Offer(id=0, club="c", name=later, tags=("b",))
            vocabulary.replace(0, offers[0], new)
            offers[0] = new
        for word in {word for search in searches for word in words_of(search)}:
            expected = sum(1 << n for n, offer in enumerate(offers) if offer and word in fold(public_text(offer)))
            assert vocabulary.containing(word, len(offers)) == expected
