from __future__ import annotations

from unicodedata import combining, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mockserver.domain.model import Offer
from mockserver.domain.search import contains_words, fold, words_of


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


@given(text=texts)
def test_a_text_folds_word_by_word(text: str) -> None:
    def plain(text: str) -> str:
        return "".join(each for each in normalize("NFKD", text) if not combining(each))

    assert fold(text).split() == plain(plain(text).casefold()).split()


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("jacket", True),
        ("JACK", True),
        ("creme kjøp", True),
        ("crème KJØP 2+1", True),
        ("kjop", False),
        ("blue jacket", True),
        ("bluejacket", False),
        ("shoes", False),
        ("staff", False),
    ],
)
def test_every_word_has_to_occur_somewhere_in_the_texts(search: str, found: bool) -> None:
    offer = Offer(
        id=1, club="c", name="Blue", description="Jacket, Crème", tags=("2+1",), stores=("Kjøp",), internal_name="Staff"
    )
    assert contains_words(offer, words_of(search)) is found
    assert contains_words(offer, words_of(search), internal=True) is (found or search == "staff")


def test_what_was_folded_of_a_record_is_not_taken_for_that_of_its_successor() -> None:
    offer = Offer(id=1, club="c", name="Blue")
    assert contains_words(offer, ("blue",))
    assert not contains_words(replace(offer, name="Red"), ("blue",))
