"""Records of fixture files: what reads, and every problem of what does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.model import Offer, Period, Picture
from mockserver.schemas.fixture_shape import problems
from mockserver.schemas.fixture_shapes import SHAPES
from mockserver.schemas.fixtures import schemas
from mockserver.schemas.kinds import UnfitError
from mockserver.schemas.moments import Relative

OFFER = SHAPES["offers"]
KNOWN = ", ".join(OFFER.attributes)


def test_an_offer_with_nothing_but_an_id_has_the_usual_picture_and_begins_now():
    now = Relative(0)
    usual = Picture(kind="offer_default", extension="jpg", width=600, height=800)
    assert OFFER.read({"id": 1, "club": "m"}) == Offer(id=1, club="m", files=(usual,), created_at=now, updated_at=now)


def test_no_files_means_none_when_it_is_said():
    assert OFFER.read({"id": 1, "club": "m", "files": []}).files == ()


def test_a_collection_without_files_has_the_usual_cover():
    cover = Picture(kind="collection_cover_default", extension="jpg", width=600, height=300)
    assert SHAPES["collections"].read({"id": 1, "club": "m"}).files == (cover,)


def test_a_picture_takes_the_size_of_its_kind_unless_it_has_its_own():
    raw = [
        {"kind": "collection_cover_default"},
        {"kind": "offer_default", "width": 10, "height": 20, "extension": "png"},
    ]
    assert OFFER.read({"id": 1, "club": "m", "files": raw}).files == (
        Picture(kind="collection_cover_default", width=600, height=300),
        Picture(kind="offer_default", extension="png", width=10, height=20),
    )


def test_every_attribute_of_an_offer_reads():
    raw = {
        "id": 1, "club": "m", "name": "n", "description": "d", "internal_name": "i", "internal_description": "j",
        "type": "WELCOME", "scope": "reward", "external_url": "u", "read_more": {"a": 1}, "activation_texts": {"b": None},
        "status": "published", "usable_since": "1970-01-01T00:00:00.001Z", "usable_until": "1970-01-01T00:00:00.002Z",
        "visible_since": "now-3ms", "visible_until": "now+4ms", "usage_authorization_token_required": True,
        "collection_ids": [5], "tags": ["t"], "stores": ["s"], "audience_id": 6, "campaign_id": 7,
        "files": [{"kind": "offer_image", "content_base64": "AQI=", "version": 8}], "extras": {"e": [1]},
        "display_schemas": {"x": {}}, "maximum_uses_per_user": 9, "period": {"timespan": "WEEK", "max_uses": 10},
        "stock": 11, "created_at": "1970-01-01T00:00:00.012Z", "updated_at": "1970-01-01T00:00:00.013Z",
        "archived_at": "1970-01-01T00:00:00.014Z",
    }  # fmt: skip
    assert OFFER.read(raw) == Offer(
        id=1, club="m", name="n", description="d", internal_name="i", internal_description="j", type="WELCOME",
        scope="reward", external_url="u", read_more={"a": 1}, activation_texts={"b": None}, status="published",
        usable_since=1, usable_until=2, visible_since=Relative(-3), visible_until=Relative(4),
        usage_authorization_token_required=True, collection_ids=(5,), tags=("t",), stores=("s",), audience_id=6,
        campaign_id=7, files=(Picture(kind="offer_image", content=b"\x01\x02", version=8),), extras={"e": [1]},
        display_schemas={"x": {}}, maximum_uses_per_user=9, period=Period(timespan="WEEK", max_uses=10), stock=11,
        created_at=12, updated_at=13, archived_at=14,
    )  # fmt: skip
    assert raw.keys() == OFFER.attributes.keys()


A_DATE = "a date: ISO 8601 (2019-03-13T17:32:00.000Z) or relative (now, now-2d, now+1h30m; units ms s m h d w)"
WRONG = [
    ({"id": "1"}, ("id",), "a whole number, 1 or more"),
    ({"id": True}, ("id",), "a whole number, 1 or more"),
    ({"id": 0}, ("id",), "a whole number, 1 or more"),
    ({"id": 1.0}, ("id",), "a whole number, 1 or more"),
    ({"id": 2**63}, ("id",), "a whole number, 1 or more"),
    ({"name": 3}, ("name",), "a text (put it in quotes)"),
    ({"club": " "}, ("club",), "a text that is not empty"),
    ({"status": "publishd"}, ("status",), "one of draft, published"),
    ({"status": None}, ("status",), "a value other than null"),
    ({"type": "regular"}, ("type",), "one of REGULAR, EXCLUSIVE, BIRTHDAY, WELCOME"),
    ({"scope": []}, ("scope",), "one of standard, informational, parking, carbon_offset, reward"),
    ({"stock": -1}, ("stock",), "a whole number, 0 or more"),
    ({"maximum_uses_per_user": -1}, ("maximum_uses_per_user",), "a whole number, 0 or more"),
    ({"usage_authorization_token_required": 1}, ("usage_authorization_token_required",), "true or false"),
    ({"usable_since": "tomorrow"}, ("usable_since",), A_DATE),
    ({"usable_since": 5}, ("usable_since",), A_DATE),
    ({"usable_since": "now", "usable_until": "now-1ms"}, ("usable_until",), "a date that is not before usable_since"),
    (
        {"visible_since": "2019-01-01T00:00:00.001Z", "visible_until": "2019-01-01"},
        ("visible_until",),
        "a date that is not before visible_since",
    ),
    ({"tags": "food"}, ("tags",), "a list"),
    ({"tags": ["a", 2]}, ("tags", 1), "a text (put it in quotes)"),
    ({"collection_ids": [1, 2, 1]}, ("collection_ids", 2), "an element that is not in the list already"),
    ({"extras": []}, ("extras",), "a mapping"),
    ({"extras": {1: 2}}, ("extras",), "a mapping of texts to JSON values (quote the keys)"),
    ({"period": {"timespan": "DECADE", "max_uses": 1}}, ("period", "timespan"), "one of MINUTE, HOUR, DAY, WEEK, MONTH, YEAR"),
    ({"period": {"timespan": "DAY"}}, ("period", "max_uses"), "a value: it is required"),
    ({"period": {"timespan": "DAY", "max_uses": -1}}, ("period", "max_uses"), "a whole number, 0 or more"),
    ({"files": [{"kind": "offer_image"}, {}]}, ("files", 1, "kind"), "a value: it is required"),
    ({"files": [{"kind": "offer_image", "content_base64": "?"}]}, ("files", 0, "content_base64"), "base64"),
    ({"files": [{"kind": "offer_image", "width": 0}]}, ("files", 0, "width"), "a whole number, 1 or more"),
    (
        {"files": [{"kind": "k"}]},
        ("files", 0, "kind"),
        "one of offer_default, offer_image, collection_cover_default",
    ),
    ({"stok": 1}, ("stok",), "a known attribute, perhaps 'stock'"),
    ({"shops": []}, ("shops",), "a known attribute, perhaps 'stores'"),
    ({"qqqq": 1}, ("qqqq",), f"one of {KNOWN}"),
    ({5: 1}, (5,), f"one of {KNOWN}"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "path", "expected"), WRONG, ids=[str(wrong) for wrong, _, _ in WRONG])
def test_a_wrong_attribute_is_refused_with_its_path_and_what_was_expected(wrong, path, expected):
    raw = {"id": 1, "club": "m"} | wrong
    with pytest.raises(UnfitError):
        OFFER.read(raw)
    assert problems(OFFER, raw) == [(path, expected)]


@pytest.mark.parametrize(
    "window",
    [
        {"usable_since": "now", "usable_until": "now"},
        {"usable_since": "2019-01-01", "usable_until": "2019-01-01T00:00:00.000Z"},
        {"usable_since": "2019-01-01", "usable_until": None},
        {"usable_since": "now-1d", "usable_until": "2137-01-01"},  # comparable only when the world is made
    ],
)
def test_a_window_may_be_empty_or_open(window):
    assert OFFER.read({"id": 1, "club": "m"} | window).usable_since is not None


def test_all_problems_of_a_record_are_found_at_once():
    raw = {"name": 1, "stok": 2, "tags": [3, "t", 4], "period": {"x": 1}}
    assert sorted(problems(OFFER, raw), key=str) == [
        (("id",), "a value: it is required"),
        (("name",), "a text (put it in quotes)"),
        (("period", "max_uses"), "a value: it is required"),
        (("period", "timespan"), "a value: it is required"),
        (("period", "x"), "one of timespan, max_uses"),
        (("stok",), "a known attribute, perhaps 'stock'"),
        (("tags", 0), "a text (put it in quotes)"),
        (("tags", 2), "a text (put it in quotes)"),
    ]


@pytest.mark.parametrize("raw", [None, [], "offer", 5])
def test_a_record_is_a_mapping(raw):
    with pytest.raises(UnfitError):
        OFFER.read(raw)
    assert problems(OFFER, raw) == [((), "a mapping")]


@pytest.mark.parametrize("zone", ["Europe/Olso", "", "/etc/passwd", "../x", "Europe", 5, None, "x" * 300, "a\0b"])
def test_a_timezone_has_a_name_that_is_known(zone):
    expected = "a value other than null" if zone is None else "the name of a timezone, such as Europe/Oslo"
    assert problems(SHAPES["clubs"], {"slug": "m", "timezone": zone}) == [(("timezone",), expected)]


@pytest.mark.parametrize("slug", ["", "a/b", "a b", "-a", 5])
def test_a_slug_can_stand_in_a_path(slug):
    expected = "a text of A-Z a-z 0-9 . _ ~ -, such as infinity-mall"
    assert problems(SHAPES["clubs"], {"slug": slug}) == [(("slug",), expected)]


def test_a_use_happens_once_or_several_times():
    one = {"offer_id": 1, "member_id": 2, "at": "now-1d"}
    assert SHAPES["uses"].read(one).at == (Relative(-86_400_000),)
    assert SHAPES["uses"].read(one | {"at": ["1970-01-01", "now"]}).at == (0, Relative(0))
    assert [path for path, _ in problems(SHAPES["uses"], one | {"at": ["now", "later"]})] == [("at", 1)]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(SHAPES)), st.data())
def test_the_fast_path_and_the_schema_agree_on_any_value(key, data):
    shape = SHAPES[key]
    names = st.sampled_from(sorted(shape.attributes)) | st.text(max_size=5)
    raw = data.draw(st.dictionaries(names, JUNK, max_size=6) | JUNK)
    try:
        shape.read(raw)
    except UnfitError:
        assert problems(shape, raw)
    else:
        assert problems(shape, raw) == []


def test_there_is_a_schema_for_every_top_level_key():
    assert {key: set(schema().fields) for key, schema in schemas().items()} == {
        key: set(shape.attributes) for key, shape in SHAPES.items()
    }
