"""docs/how-it-works.md says what the code says."""

from __future__ import annotations

import re

import mockserver.api.layers as layers
from mockserver.api.handle import LAYERS
from mockserver.worlds.meaning import MEANING
from tests.docs.test_pages import ROOT
from tests.regenerate import row_of_effect

PAGE = (ROOT / "docs" / "how-it-works.md").read_text("utf-8")


def test_the_table_of_effects_is_that_of_meanings() -> None:
    rows = re.findall(r"^\| `[A-Z].*", PAGE, re.MULTILINE)
    assert rows == list(map(row_of_effect, MEANING)), "run: python -m tests.regenerate"


def test_the_layers_are_named_in_their_order() -> None:
    assert all(getattr(layers, layer.__name__) is layer for layer in LAYERS)
    assert f"from the outside in: {', '.join(layer.__name__ for layer in LAYERS)} (" in PAGE


def test_files_that_are_named_are_there() -> None:
    named = set(re.findall(r"`((?:\w+/)*\w+(?:\.py|/))`", PAGE))
    assert len(named) > 25
    assert [name for name in named if not (ROOT / "mockserver" / name).exists()] == []


def test_the_words_stand_in_alphabetical_order() -> None:
    words = re.findall(r"^\| ([a-z]+) \|", PAGE, re.MULTILINE)
    assert words == sorted(words)
    assert len(words) > 30
