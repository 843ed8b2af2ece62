"""Long JSON read piece by piece is what orjson reads in one go, and is refused where orjson refuses it."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.documents import json_pieces, json_places, json_text
from mockserver.documents.files import read_bytes
from mockserver.documents.json_pieces import JsonPieces, JsonSyntaxError
from mockserver.documents.problems import DocumentError
from mockserver.limits import NESTING
from mockserver.values.nesting import TooDeepError

TEXT = st.text(st.characters(codec="utf-8"), max_size=12)
SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | TEXT
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=8) | st.dictionaries(TEXT, inner, max_size=8), max_leaves=40
)
PIECES = st.integers(1, 60)


def read(text: str, piece: int) -> tuple[Any, bool]:
    before, json_pieces.PIECE = json_pieces.PIECE, piece
    try:
        pieces = JsonPieces(text, 1_000)
        return pieces.value(), pieces.odd
    finally:
        json_pieces.PIECE = before


@given(VALUES, PIECES, st.sampled_from([None, 1, 4]), st.booleans())
def test_pieces_make_the_same_value(value: Any, piece: int, indent: int | None, spaced: bool) -> None:
    text = json.dumps(value, indent=indent, separators=(" , ", " : ") if spaced else None)
    assert read(text, piece) == (orjson.loads(text), False)


@given(VALUES, PIECES, st.data())
def test_what_is_no_json_in_one_go_is_none_in_pieces(value: Any, piece: int, data: Any) -> None:
    text = json.dumps(value)
    place = data.draw(st.integers(0, len(text)))
    after = data.draw(st.integers(place, min(len(text), place + 3)))
    put = data.draw(st.sampled_from(["", ",", "]", "}", "{", "[", ":", '"', "1", "-", "e", "NaN", "\n"]))
    broken = text[:place] + put + text[after:]
    try:
        expected = orjson.loads(broken)
    except orjson.JSONDecodeError:
        with pytest.raises(JsonSyntaxError):
            read(broken, piece)
    else:
        assert read(broken, piece)[0] == expected


@pytest.mark.parametrize("piece", [1, 5, 1_000])
@pytest.mark.parametrize(
    "text", ['{"a": 1, "b": [1, 2, 3], "a": 2}', '[{"a": 1, "a": 2}]', "[1, 18446744073709551616]", f'{{"a": {2**70}}}']
)
def test_repeated_keys_and_long_integers_are_odd(text: str, piece: int) -> None:
    assert read(text, piece)[1]


@pytest.mark.parametrize("piece", [1, 10, 1_000])
def test_nesting_is_counted(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_pieces, "PIECE", piece)
    text = "[" * 20 + "1" + "]" * 20
    assert JsonPieces(text, 1_000).value() == json.loads(text)
    if piece < 20:
        with pytest.raises(TooDeepError):
            JsonPieces(text, 9).value()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('{"offers": [%s], "a": 1, "a": 2}', "a: found the key a second time"),
        ('{"offers": [%s], "a": 18446744073709551616}', "a whole number of at most 64 bits"),
        ('{"offers": [%s, {"b": 1, "b": 2}]}', "offers[50].b: found the key a second time"),
        ('{"offers": [%s], "a": ' + "[" * NESTING + "]" * NESTING + "}", f"at most {NESTING} lists"),
        ('{"offers": [%s], "a": ' + "[" * 5_000 + "]" * 5_000 + "}", f"at most {NESTING} lists"),
        ('{"offers": [%s]\n, "a": }', "2: found no JSON"),
        ('{"offers": [%s]}}', "found no JSON"),
    ],
)
@pytest.mark.parametrize("piece", [1, 64, 10_000_000])
def test_problems_are_those_of_short_documents(
    body: str, words: str, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (json_pieces, json_places, json_text):
        monkeypatch.setattr(module, "PIECE", piece)
    text = body % ", ".join(['{"id": 1, "name": "x"}'] * 50)
    with pytest.raises(DocumentError) as raised:
        read_bytes(text.encode(), "body", json=True).finish()
    assert words in str(raised.value)


@pytest.mark.parametrize("piece", [1, 64, 10_000_000])
def test_lines_are_found_behind_long_values(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (json_pieces, json_places, json_text):
        monkeypatch.setattr(module, "PIECE", piece)
    value = {"offers": [{"id": number, "extras": [[number] * 5]} for number in range(30)], "members": [{"id": 1}, 2]}
    document = read_bytes(json.dumps(value, indent=1).encode(), "body", json=True)
    lines = json.dumps(value, indent=1).splitlines()
    assert lines[document.places.line(("members", 1)) - 1].strip() == "2"
    assert '"id": 29' in lines[document.places.line(("offers", 29, "id")) - 1]
