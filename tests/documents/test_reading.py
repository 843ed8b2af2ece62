"""What texts say, in YAML and in JSON alike, and every kind of problem with its line and path."""

import json
import math

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from mockserver.documents import yaml_text
from mockserver.documents.core_schema import GREATEST, LEAST
from mockserver.documents.files import read_bytes, read_text
from mockserver.documents.problems import DocumentError
from mockserver.limits import ALIASED, NESTING, PROBLEMS
from mockserver.values.nesting import too_deep


@pytest.fixture(params=["CSafeLoader", "SafeLoader"], autouse=True)
def parser(request, monkeypatch):
    """Each parser of PyYAML: libyaml's, and the one that is there without it."""
    monkeypatch.setattr(yaml_text, "_LOADER", getattr(yaml, request.param))
    return request.param


def problems_of(read, *given, **rest):
    """All problems as (line, key, found, expected)."""
    try:
        document = read(*given, **rest)
        document.finish()
    except DocumentError as error:
        return [(problem.line, problem.key, problem.found, problem.expected) for problem in error.problems]
    return []


def in_yaml(text):
    return problems_of(read_text, text)


def in_json(text):
    return problems_of(read_bytes, text.encode(), json=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("on", "on"), ("yes", "yes"), ("y", "y"), ("1:30", "1:30"), ("12:30:45", "12:30:45"),
        ("2019-03-13", "2019-03-13"), ("2019-03-13T18:00:00Z", "2019-03-13T18:00:00Z"), ("1_000", "1_000"),
        ("0b11", "0b11"), ("=", "="), ("+", "+"), (".", "."), ("1e", "1e"), ("0x", "0x"), ("0o8", "0o8"),
        ("012", 12), ("0o14", 12), ("0xC", 12), ("+12", 12), ("-0", 0), ("12", 12),
        ("1.10", 1.1), ("1.", 1.0), (".5", 0.5), ("-1e3", -1000.0), ("1E-2", 0.01),
        ("true", True), ("False", False), ("TRUE", True), ("tRUE", "tRUE"),
        ("null", None), ("~", None), ("", None), ("Null", None), ("nuLL", "nuLL"),
        ("'12'", "12"), ('"no"', "no"), ('""', ""), ("'~'", "~"), ("|-\n  12", "12"),
        ("!!str 12", "12"), ("!!int 12", 12), ("!!float 12", 12.0), ("!!bool true", True), ("!!null ~", None),
        ("! 'a'", "a"), ("!!map {b: 1}", {"b": 1}), ("!!seq [1]", [1]),
    ],
)  # fmt: skip
def test_scalars_are_what_the_core_schema_says(text, value):
    document = read_text(f"a: {text}\n")
    document.finish()
    assert document.value == {"a": value}
    assert type(document.value["a"]) is type(value)


@pytest.mark.parametrize(
    ("scalar", "expected"),
    [
        (str(2**64), "a whole number of at most 64 bits (put it in quotes if it is a text)"),
        (str(-(2**63) - 1), "a whole number of at most 64 bits (put it in quotes if it is a text)"),
        ("0x1" + "0" * 16, "a whole number of at most 64 bits (put it in quotes if it is a text)"),
        ("9" * 5_000, "a whole number of at most 64 bits (put it in quotes if it is a text)"),
        (".inf", "a number that JSON can hold (put it in quotes if it is a text)"),
        ("-.INF", "a number that JSON can hold (put it in quotes if it is a text)"),
        (".NaN", "a number that JSON can hold (put it in quotes if it is a text)"),
        ("1e999", "a number that JSON can hold (put it in quotes if it is a text)"),
        ("!!int x", "what !!int says"),
        ("!!int 1.5", "what !!int says"),
        ("!!bool no", "what !!bool says"),
        ("!!float x", "what !!float says"),
        ("!!null 1", "what !!null says"),
        ("!!binary aGVsbG8=", "no tag, or one of !!str, !!int, !!float, !!bool, !!null"),
        ("!!timestamp 2019-03-13", "no tag, or one of !!str, !!int, !!float, !!bool, !!null"),
        ("!mine x", "no tag, or one of !!str, !!int, !!float, !!bool, !!null"),
        ("!!python/name:os.system x", "no tag, or one of !!str, !!int, !!float, !!bool, !!null"),
    ],
)
def test_what_json_cannot_hold_is_a_problem_with_its_line(scalar, expected):
    assert in_yaml(f"a:\n  - {scalar}\n  - 1\n") == [(2, "a[0]", scalar[:80], expected)]


@pytest.mark.parametrize("tag", ["!!set", "!!omap", "!mine", "!!seq"])
def test_a_tag_of_a_collection_is_a_problem(tag):
    assert in_yaml(f"a: {tag} {{b: 1}}") == [(1, "a", tag, "no tag")]


def test_the_integers_of_64_bits_are_read():
    values = [LEAST, GREATEST, 2**63, 0]
    assert read_text(f"{values}").value == read_bytes(f"{values}".encode(), json=True).value == values


def test_an_integer_beyond_64_bits_in_json_has_its_line():
    text = f'{{"a": [1,\n  {2**64}, "{2**64}", {2**64}.0, 1e30]}}'
    expected = "a whole number of at most 64 bits (put it in quotes if it is a text)"
    assert in_json(text) == [(2, "a[1]", str(2**64), expected)]


@pytest.mark.parametrize("read", [in_yaml, in_json])
def test_each_key_that_stands_twice_has_its_line_and_path(read):
    text = '{"a": {"b": 1,\n "c": [{"d": "}", "e": 2, "d": 3}]},\n "b": 1, "a": {}}'
    twice = ("the key a second time", "each key once")
    assert read(text) == [(2, "a.c[0].d", *twice), (3, "a", *twice)]


def test_a_key_is_the_same_however_json_spells_it():
    assert [key for _, key, *_ in in_json(r'{"a": 1, "\u0061": 2}')] == ["a"]


def test_keys_are_texts_as_they_are_spelt():
    assert read_text("{1: a, 012: b, true: c, ~: d, no: e, 'x': f}").value == {
        "1": "a", "012": "b", "true": "c", "~": "d", "no": "e", "x": "f",
    }  # fmt: skip


def test_anchors_aliases_and_merges_work():
    text = "a: &a {x: 1, y: [2]}\nb: *a\nc: {<<: *a, x: 3}\nd: {<<: [*a, {z: 4, x: 5}], w: 6}\n'<<': &k key\n*k : 7\n"
    document = read_text(text)
    document.finish()
    assert document.value == {
        "a": {"x": 1, "y": [2]},
        "b": {"x": 1, "y": [2]},
        "c": {"x": 3, "y": [2]},
        "d": {"w": 6, "x": 1, "y": [2], "z": 4},
        "<<": "key",
        "key": 7,
    }
    assert document.places.line(("c", "y")) == 1  # where it is written


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: *c", (2, "b", "*c", "an anchor that stands before it")),
        ("a: &a\n  b: *a", (2, "a.b", "*a", "an anchor that does not hold the alias")),
        ("a: &a\n  - *a", (2, "a[0]", "*a", "an anchor that does not hold the alias")),
        ("&a [1, {b: *a}]", (1, "[1].b", "*a", "an anchor that does not hold the alias")),
        ("a: {<<: 1}", (1, "a.<<", "something else after <<", "a mapping to merge, or a list of mappings")),
        ("a: {<<: [{b: 1}, 2]}", (1, "a.<<", "something else after <<", "a mapping to merge, or a list of mappings")),
        ("a: &a [1]\n*a : 2", (2, "", "*a", "a text as a key")),
        ("a: 1\n? [b]\n: 2", (2, "", "a list or mapping as a key", "a text as a key")),
        ("a: 1\n---\nb: 2", (2, "", "a second one after ---", "one document")),
    ],
)
def test_what_yaml_allows_and_documents_do_not(text, problem):
    assert in_yaml(text) == [problem]


def test_aliases_repeat_values_within_bounds():
    ten = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    fits = ten + "b: [" + ", ".join(["*a"] * (ALIASED // 11)) + "]\n"
    assert in_yaml(fits) == []
    bomb = ten + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    [(line, _, found, expected)] = in_yaml(bomb)
    assert (line, found, expected) == (5, "more", f"aliases that repeat at most {ALIASED:,} values")


@pytest.mark.parametrize("inner", ["[", '{"a":'])
def test_nesting_is_bounded_alike_in_part_and_whole(inner):
    def nested(levels):
        return inner * levels + "1" + {"[": "]"}.get(inner, "}") * levels

    for within in (0, 2):
        for read in (read_text, lambda text, **rest: read_bytes(text.encode(), json=True, **rest)):
            assert problems_of(read, nested(NESTING - within), within=within) == []
            [(line, *_, expected)] = problems_of(read, nested(NESTING - within + 1), within=within)
            assert (line, expected) == (1, f"at most {NESTING} lists and mappings inside one another")


def test_an_alias_counts_with_its_levels():
    deep = f"a: &a {'[' * 40}1{']' * 40}\n"
    assert in_yaml(deep + f"b: {'[' * 19}*a{']' * 19}\n") == []
    [(line, *_)] = in_yaml(deep + f"b: {'[' * 20}*a{']' * 20}\n")
    assert line == 2


@pytest.mark.parametrize("count", [PROBLEMS, PROBLEMS + 1])
def test_many_problems_end_the_reading(count):
    with pytest.raises(DocumentError) as caught:
        read_text("- !!int x\n" * count).finish()
    assert (len(caught.value.problems), caught.value.more) == (PROBLEMS, count > PROBLEMS)
    assert str(caught.value).endswith("and more: 100 problems are told at a time") == (count > PROBLEMS)


@pytest.mark.parametrize(
    ("text", "line", "found", "expected"),
    [
        ("a: 1\nb: c: d", 2, "': ' where no key can be", "quotes around"),
        ("a: 1\n  b: 2", 2, "': ' where no key can be", "in one column"),
        ("a:\n    b: 1\n  c: 2", 3, "a line that does not belong to the mapping around it", "in the column of the other keys"),
        ("a: 'b' c", 1, "a line that does not belong to the mapping around it", "quotes around a whole text"),
        ("- a\nb: 1", 2, "a line that does not belong to the list around it", "in the column of the other elements"),
        ("a:\n\t- b", 2, "a tab", "spaces to indent with"),
        ("a: 1\nb: @c", 2, "a text that begins with @", "quotes around it"),
        ("a: 1\nb: `c`", 2, "a text that begins with `", "quotes around it"),
        ("a: 1\nb: *", 2, "a text that begins with & or *", "quotes around it"),
        ("a: 1\nb: 'c\n\nd: 1\n", 2, "a text in quotes without an end", "the same quote"),
        ("a: 1\nb: [1,\n  2\nc: 1", 2, "a list that begins with [ and does not end", "]"),
        ("a: 1\nb: {c: 1\nd: 1", 2, "a mapping that begins with { and does not end", "}"),
        ("a: 1\nb: [1, 2\n", 2, "a list that begins with [ and does not end", "]"),
        ("a:\n  b: {\n", 2, "a mapping that begins with { and does not end", "}"),
        ("a: - b", 1, "'- ' in the line of its key", "a line of its own"),
        ('a: 1\nb: "\\d"', 2, "a backslash in double quotes that means nothing", "single quotes"),
        ("a: 1\nb: {,}", 2, "no value where one should be", "closing bracket"),
    ],
)  # fmt: skip
def test_errors_of_the_syntax_say_what_a_person_did(parser, text, line, found, expected):
    [(told_line, _, told_found, told_expected)] = in_yaml(text)
    if parser == "CSafeLoader":  # the other words some of them differently
        assert (told_line, told_found) == (line, found)
        assert expected in told_expected
    else:
        assert told_line is not None


@pytest.mark.parametrize(
    ("text", "spelling"),
    [("012", "012"), ("1.10", "1.10"), ("0xC", "0xC"), ("TRUE", "TRUE"), ("~", "~"), ("'1'", None), ("x", None)],
)
def test_what_is_no_text_is_known_by_its_spelling_too(text, spelling):
    assert read_text(f"a: [0, {text}]").places.spelling(("a", 1)) == spelling


@pytest.mark.parametrize(("text", "spelling"), [("1.10", "1.10"), ("1e2", "1e2"), ("12", "12"), ('"1"', None)])
def test_a_number_in_json_is_known_by_its_spelling_too(text, spelling):
    assert read_bytes(f'{{"a": [0, {text}]}}'.encode(), json=True).places.spelling(("a", 1)) == spelling


# -- anything at all

NUMBERS = st.integers(LEAST, GREATEST) | st.floats(allow_nan=False, allow_infinity=False)
WORDS = st.sampled_from(
    ["no", "on", "012", "1:30", "~", "null", "1.10", "<<", "*a", "&a", "!!int x", "0x1", "- x", "a: b"]
)
TEXTS = st.text(max_size=8) | WORDS
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
@example({"<<": {"a": 1}})
def test_the_same_data_reads_the_same_from_json_and_from_yaml(value):
    from_json = read_bytes(json.dumps(value).encode(), json=True)
    from_yaml = read_text(yaml.dump(value, Dumper=CoreDumper, allow_unicode=True, sort_keys=False))
    from_json.finish()
    from_yaml.finish()
    assert from_json.value == from_yaml.value == value
    assert json.dumps(from_json.value) == json.dumps(from_yaml.value)  # 1 is not 1.0, nor True


class CoreDumper(yaml.SafeDumper):
    """Writes texts in quotes and repeats instead of aliases."""

    def ignore_aliases(self, _data):
        return True


CoreDumper.add_representer(str, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"'))
CoreDumper.add_representer(
    float, lambda dumper, number: dumper.represent_scalar("tag:yaml.org,2002:float", json.dumps(number))
)


@given(
    st.text(alphabet="ab01.:,-?&*!|>%@`'\"#[]{}~<\\ \n\t\r\0é🎉\ufeff\x85\u2028", max_size=60) | st.text(max_size=60)
)
def test_any_text_is_read_or_told(text):
    for line, *_ in in_yaml(text) + in_json(text):
        assert line is None or 1 <= line <= len(text.splitlines()) + 1


@given(st.binary(max_size=60), st.booleans())
def test_any_bytes_are_read_or_told(data, kind):
    problems_of(read_bytes, data, json=kind)


@given(VALUES)
def test_depth_is_counted_in_levels(value):
    def levels(inner):
        if not isinstance(inner, dict | list):
            return 0
        return 1 + max(map(levels, inner.values() if isinstance(inner, dict) else inner), default=0)

    depth = levels(value)
    assert not too_deep(value, depth)
    assert depth == 0 or too_deep(value, depth - 1)


@given(VALUES, VALUES, st.text(alphabet='ab"\\{}:', max_size=3), st.sampled_from([None, 1]))
def test_a_key_is_found_again_after_any_value_on_its_line(before, between, key, indent):
    name, lines = json.dumps(key), json.dumps(between, indent=indent)
    text = f"[{json.dumps(before)}, {{{name}: {lines},\n {name} : {{{name}: 1}}}}]"
    assert [(line, found) for line, _, found, _ in in_json(text)] == [(lines.count("\n") + 2, "the key a second time")]


def test_numbers_are_finite():
    assert math.isfinite(read_text("1e308").value)
