from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from msgspec.structs import replace
from PIL import Image

from mockserver.api.multipart import read_form
from mockserver.documents.problems import DocumentError
from mockserver.domain.model import Client, Club, Collection, Event, Member, Offer, Picture
from mockserver.domain.signatures import member_suffix
from mockserver.exchange import Request, Response
from mockserver.fixtures.document import document, from_document
from mockserver.hosts.blocking import deliver_blocking
from mockserver.mock import Mock, build
from mockserver.pictures import uploads
from mockserver.records.tables import Records
from mockserver.settings import Settings
from mockserver.worlds.world import World
from mockserver.worlds.worlds import Worlds
from tests.callers import CLIENT, HEADERS, Caller, body_of
from tests.pictures import BLUE, RED, halves, multipart, near, opened, saved, turned
from tests.records import put

NOW = 1_552_500_000_000  # 2019-03-13T18:00:00.000Z
MALL, OTHER = "infinity-mall", "other-mall"
ORIGINAL, THUMBNAIL, BASE = (
    f"/files/offer-1000115-offer_default-{size}.jpg" for size in ("original", "thumbnail", "base")
)
COVER = "/files/collection-1000016-collection_cover_default-base.jpg"


def records(_: int = 0) -> Records:
    made = Records()
    made.put(
        *(Club(slug=slug) for slug in (MALL, OTHER)),
        Client(token=CLIENT, clubs=(MALL, OTHER), permits=frozenset({"Files:Api:*"})),
        Client(token="reader", clubs=(MALL,), permits=frozenset({"Files:Api:GetSchema"})),
        *(Member(id=number, club=MALL) for number in (42, 43)),
        Member(id=50, club=OTHER),
        Offer(id=1000115, club=MALL, name="Two for one", status="published", files=(Picture(kind="offer_default"),)),
        Offer(id=1000116, club=MALL, archived_at=1, files=(Picture(kind="offer_default", extension="png"),)),
        Offer(id=1000117, club=MALL),
        Offer(id=7, club=OTHER, files=(Picture(kind="offer_default"),)),
        Collection(
            id=1000016,
            club=MALL,
            title="Collection #1",
            files=(Picture(kind="collection_cover_default", width=900, height=300),),
        ),
    )
    return made


UNENDING = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc'
CROP_FORMAT = "x_top_left,y_top_left,x_bottom_right,y_bottom_right in pixels of the upload, a part that is not empty"
UPLOAD = halves((600, 800))


@pytest.fixture
def mock() -> Mock:
    made = Mock(Settings(), Worlds(records, Settings()))
    made.worlds.get("default").clock.set(NOW, frozen=True)
    return made


@pytest.fixture
def app(mock: Mock) -> Caller:
    return Caller(mock)


@pytest.fixture
def world(mock: Mock) -> World:
    return mock.worlds.get("default")


def done(answer: Response) -> Response:
    """The answer as a server delivers it, its work done."""
    return answer.work() if answer.work else answer


def fetch(mock: Mock, path: str, query: str = "", method: str = "GET", **headers: str) -> Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return done(mock.handle(Request(method, path, query, sent, host="mock.test")))


def suffix(world: World, member_id: int = 42, club: str = MALL) -> str:
    return member_suffix(world.secret, world.name, club, member_id).removeprefix("?")


def send(app: Caller, method: str, path: str, file: bytes | None, **fields: str) -> Response:
    body, content_type = multipart(file, **fields)
    return app.call(method, path, body=body, content_type=content_type)


def path_of(file: dict[str, Any]) -> str:
    return file["url"].removeprefix("http://mock.test")


# -- serving


@pytest.mark.parametrize(
    ("path", "size", "format", "media_type"),
    [
        (ORIGINAL, (600, 800), "JPEG", "image/jpeg"),
        (THUMBNAIL, (225, 300), "JPEG", "image/jpeg"),
        (BASE, (600, 800), "JPEG", "image/jpeg"),
        (COVER, (600, 300), "JPEG", "image/jpeg"),
        (COVER.replace("base", "thumbnail"), (300, 150), "JPEG", "image/jpeg"),
        ("/files/offer-1000116-offer_default-original.png", (600, 800), "PNG", "image/png"),
        ("/files/3/offer-1000115-offer_default-thumbnail.jpg", (225, 300), "JPEG", "image/jpeg"),
    ],
)
def test_a_picture_is_of_the_size_and_format_that_its_name_says(mock, path, size, format, media_type):  # noqa: A002
    answer = fetch(mock, path)
    picture = opened(answer.body)
    assert (answer.status, picture.size, picture.format) == (200, size, format)
    assert dict(answer.headers)["content-type"] == media_type


def test_pictures_come_with_the_headers_of_an_image_cdn(mock, world):
    put(world, replace(world.records.offers[1000115], updated_at=NOW + 999))
    headers = dict(fetch(mock, ORIGINAL).headers)
    assert headers["cache-control"] == "public, max-age=3600"
    assert headers["last-modified"] == "Wed, 13 Mar 2019 18:00:00 GMT"
    assert headers["etag"].strip('"').isalnum()


def test_what_was_added_to_the_answer_before_its_work_is_kept(mock):
    answer = mock.handle(Request("GET", ORIGINAL, "", {}))
    answer.delay_ms = 5
    assert dict(done(answer).headers)["x-mock-world"] == "default"
    assert done(answer).delay_ms == 5
    assert done(answer).work is None


def test_a_picture_that_has_not_changed_is_not_sent_again(mock):
    etag = dict(fetch(mock, ORIGINAL).headers)["etag"]
    for sent in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        answer = fetch(mock, ORIGINAL, if_none_match=sent)
        assert (answer.status, answer.body, dict(answer.headers)["etag"]) == (304, b"", etag)
    assert fetch(mock, ORIGINAL, if_none_match='"other"').status == 200


@pytest.mark.parametrize(
    ("since", "status"),
    [
        ("Wed, 13 Mar 2019 17:59:59 GMT", 200),
        ("Wed, 13 Mar 2019 18:00:00 GMT", 304),
        ("Wed, 13 Mar 2019 18:00:00 -0000", 304),
        ("Wednesday, 13-Mar-19 18:00:00 GMT", 304),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 304),
        ("2019-03-13T18:00:00Z", 200),
        ("Wed, 99 Mar 2019 18:00:00 GMT", 200),
        ("", 200),
    ],
)
def test_a_client_without_etags_asks_by_date(mock, world, since, status):
    put(world, replace(world.records.offers[1000115], updated_at=NOW + 999))
    answer = fetch(mock, ORIGINAL, if_modified_since=since)
    assert (answer.status, answer.body == b"") == (status, status == 304)
    assert dict(answer.headers)["last-modified"] == "Wed, 13 Mar 2019 18:00:00 GMT"


def test_an_etag_says_more_than_a_date(mock):
    late, etag = "Fri, 31 Dec 9999 23:59:59 GMT", dict(fetch(mock, ORIGINAL).headers)["etag"]
    assert fetch(mock, ORIGINAL, if_none_match='"other"', if_modified_since=late).status == 200
    assert fetch(mock, ORIGINAL, if_none_match=etag, if_modified_since="Thu, 01 Jan 1970 00:00:00 GMT").status == 304
    assert fetch(mock, COVER, if_modified_since=late).status == 200  # a collection has no date of change


def test_a_new_name_is_drawn_at_once(mock, world):
    before = fetch(mock, BASE)
    put(world, replace(world.records.offers[1000115], name="Half price"))
    after = fetch(mock, BASE, if_none_match=dict(before.headers)["etag"])
    assert after.status == 200
    assert after.body != before.body
    assert dict(after.headers)["etag"] != dict(before.headers)["etag"]


@pytest.mark.parametrize(
    "path",
    [
        "/files/", "/files/nothing.jpg", "/files/offer-1000115-offer_default-original.png",
        "/files/offer-1000115-collection_cover_default-base.jpg", "/files/offer-1-offer_default-base.jpg",
        "/files/offer-1000117-offer_default-base.jpg", "/files/x/offer-1000115-offer_default-base.jpg",
        "/files/1/2/offer-1000115-offer_default-base.jpg", "/files/../offer-1000115-offer_default-base.jpg",
    ],
)  # fmt: skip
def test_an_unknown_file_is_404(mock, path):
    answer = fetch(mock, path)
    assert (answer.status, body_of(answer)) == (404, {"error": f"File#{path[7:]} not found"})


def test_pictures_that_cannot_be_drawn_are_404(mock, world):
    offer = world.records.offers[1000115]
    for picture in (
        Picture(kind="offer_default", width=100_000, height=100_000),
        Picture(kind="offer_default", extension="webp"),
    ):
        put(world, replace(offer, files=(picture,)))
        assert fetch(mock, ORIGINAL.replace("jpg", picture.extension)).status == 404


def test_a_picture_can_only_be_read(mock):
    answer = fetch(mock, ORIGINAL, method="POST")
    assert (answer.status, dict(answer.headers)["allow"]) == (405, "GET, HEAD")


# -- seen


def test_each_fetch_in_a_member_context_records_one_seen(mock, world):
    query = suffix(world)
    etag = dict(fetch(mock, ORIGINAL, query).headers)["etag"]
    seen = Event(
        kind="seen", club=MALL, offer_id=1000115, member_id=42, created_at=NOW, recorded_at=NOW, source="image"
    )
    assert list(world.records.events) == [seen]
    assert fetch(mock, THUMBNAIL, query, if_none_match=etag).status == 200
    assert fetch(mock, ORIGINAL, f"x=1&{query}", if_none_match=etag).status == 304
    assert list(world.records.events) == [seen] * 3
    entry = world.journal.newest_first()[0]
    assert (entry.club, entry.member_id, entry.offer_id, entry.committed) == (MALL, 42, 1000115, True)


def test_seen_is_recorded_at_the_time_of_the_request(mock, world):
    fetch(mock, ORIGINAL, suffix(world), x_mock_now="2020-01-01T00:00:00Z")
    assert [event.created_at for event in world.records.events] == [1_577_836_800_000]


def test_an_archived_offer_keeps_its_picture_and_is_seen(mock, world):
    assert fetch(mock, "/files/offer-1000116-offer_default-base.png", suffix(world)).status == 200
    assert [event.offer_id for event in world.records.events] == [1000116]


def test_looking_at_the_head_or_at_a_collection_or_without_a_member_is_not_seen(mock, world):
    assert fetch(mock, ORIGINAL, suffix(world), method="HEAD").status == 200
    assert fetch(mock, COVER, suffix(world)).status == 200
    assert fetch(mock, ORIGINAL).status == 200
    assert fetch(mock, "/files/offer-1-offer_default-base.jpg", suffix(world)).status == 404
    assert list(world.records.events) == []


@pytest.mark.parametrize(
    "forge", ["other secret", "other world", "other club", "other member", "no such member", "text"]
)
def test_a_forged_or_swapped_signature_shows_the_picture_but_is_not_seen(mock, world, forge):
    genuine = suffix(world)
    query = {
        "other secret": member_suffix(b"guess", world.name, MALL, 42)[1:],
        "other world": member_suffix(world.secret, "qa", MALL, 42)[1:],
        "other club": suffix(world, 50, OTHER),
        "other member": genuine.replace("m=42.", "m=43."),
        "no such member": suffix(world, 44),
        "text": "m=%00" + "x" * 1000,
    }[forge]
    answer = fetch(mock, ORIGINAL, query)
    assert (answer.status, opened(answer.body).size) == (200, (600, 800))
    assert list(world.records.events) == []
    (note,) = world.journal.newest_first()[0].notes
    assert (note.about, note.name) == ("parameter", "m")


def test_worlds_see_for_themselves(mock, world):
    qa = mock.worlds.get("qa")
    assert fetch(mock, f"/w/qa{ORIGINAL}", suffix(qa)).status == 200
    assert fetch(mock, f"/w/qa{ORIGINAL}", suffix(world)).status == 200
    assert fetch(mock, ORIGINAL, suffix(qa)).status == 200
    assert (len(qa.records.events), len(world.records.events)) == (1, 0)


def test_fetches_at_the_same_time_all_count(mock, world):
    query = suffix(world)
    threads = [threading.Thread(target=fetch, args=(mock, THUMBNAIL, query)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(world.records.events) == 20


# -- schema


def sizes(base: tuple[int, int], thumbnail: tuple[int, int]) -> list[dict[str, Any]]:
    bounds = [("base", *base, *base), ("thumbnail", *thumbnail, *thumbnail), ("original", *base, None, None)]
    keys = ("identifier", "min_width", "min_height", "max_width", "max_height")
    return [dict(zip(keys, each, strict=True)) for each in bounds]


def test_the_schema_is_that_of_the_reference(app):
    image = {"type": "IMAGE", "ratio": "3:4", "sizes": sizes((600, 800), (225, 300))}
    cover = {"type": "IMAGE", "ratio": "2:1", "sizes": sizes((600, 300), (300, 150))}
    assert body_of(app.get("files/schema")) == {
        "files_kinds": [
            {"identifier": "collection_cover_default", **cover},
            {"identifier": "offer_default", **image},
            {"identifier": "offer_image", **image},
        ]
    }


def test_2019_knows_no_offer_image(app, mock):
    old = Caller(mock, headers={**HEADERS, "x-mock-revision": "2019-08"})
    names = [kind["identifier"] for kind in body_of(old.get("files/schema"))["files_kinds"]]
    assert names == ["collection_cover_default", "offer_default"]
    for answer in (
        send(old, "POST", "files/offers/1000115/offer_image", UPLOAD),
        old.delete("files/offers/1000115/offer_image"),
    ):
        assert body_of(answer)["details"]["kind"][0]["options"] == {"in": ["offer_default"]}


# -- uploads


def test_an_upload_is_served_back_as_it_came_and_cropped_and_resized(app, mock, world):
    content = halves((1600, 1600))
    answer = send(app, "PUT", "files/offers/1000115/offer_default", content, crop_to="800,0,1600,1600")
    version = world.records.offers[1000115].files[0].version
    name = f"http://mock.test/files/{version}/offer-1000115-offer_default"
    assert answer.status == 200
    assert json.dumps(body_of(answer)) == json.dumps(
        {
            "original": {
                "size_type": "original",
                "url": f"{name}-original.png",
                "file_type": "IMAGE",
                "width": 1600,
                "height": 1600,
                "kind": "offer_default",
            },
            "projected_versions": [
                {
                    "size_type": size,
                    "url": f"{name}-{size}.png",
                    "min_width": width,
                    "min_height": height,
                    "max_width": width,
                    "max_height": height,
                }
                for size, width, height in (("base", 600, 800), ("thumbnail", 225, 300))
            ],
        }
    )
    original, *projected = [body_of(answer)["original"], *body_of(answer)["projected_versions"]]
    assert fetch(mock, path_of(original)).body == content
    for file in projected:
        picture = opened(fetch(mock, path_of(file)).body)
        assert picture.size == (file["min_width"], file["min_height"])
        assert {picture.getpixel(at) for at in ((0, 0), (file["min_width"] - 1, file["min_height"] - 1))} == {BLUE}
    assert fetch(mock, ORIGINAL).status == 404  # a JPEG it was
    offer = world.records.offers[1000115]
    assert (offer.updated_at, offer.files[0].content) == (NOW, content)


def test_a_phones_photo_is_turned_upright(app, mock):
    photo = turned(opened(halves((1200, 800))), 6)
    answer = body_of(send(app, "POST", "files/offers/1000117/offer_default", photo))
    assert (answer["original"]["width"], answer["original"]["height"]) == (800, 1200)
    picture = opened(fetch(mock, path_of(answer["original"])).body)
    assert picture.size == (800, 1200)
    assert near(picture.getpixel((100, 30)), RED)


def test_each_upload_has_new_addresses_even_after_a_delete(app):
    path = "files/offers/1000117/offer_default"
    urls = []
    for method in ("POST", "PUT", "POST", "DELETE", "POST"):
        answer = send(app, method, path, UPLOAD) if method != "DELETE" else app.delete(path)
        assert answer.status == 200
        if method != "DELETE":
            urls.append(body_of(answer)["original"]["url"])
    assert len(set(urls)) == 4


def test_an_upload_replaces_the_file_of_its_kind_and_leaves_others_where_they_are(app, world):
    for kind in ("offer_default", "offer_image", "offer_default"):
        assert send(app, "POST", f"files/offers/1000115/{kind}", UPLOAD).status == 200
    assert [picture.kind for picture in world.records.offers[1000115].files] == ["offer_default", "offer_image"]


def test_a_collections_cover_is_uploaded_too(app, mock):
    answer = body_of(send(app, "PUT", "files/collections/1000016/collection_cover_default", halves((800, 400), "JPEG")))
    base, thumbnail = answer["projected_versions"]
    assert (thumbnail["max_width"], thumbnail["max_height"]) == (300, 150)
    assert opened(fetch(mock, path_of(base)).body).size == (600, 300)


def test_a_deleted_file_is_gone(app, mock, world):
    answer = app.delete("files/offers/1000115/offer_default")
    assert (answer.status, body_of(answer)) == (200, {})
    assert world.records.offers[1000115].files == ()
    assert fetch(mock, ORIGINAL).status == 404
    for again in (
        app.delete("files/offers/1000115/offer_default"),
        send(app, "PUT", "files/offers/1000115/offer_default", UPLOAD),
    ):
        assert (again.status, body_of(again)) == (404, {"error": "File#offer-1000115-offer_default not found"})


def leaf(value: Any, error: str, message: str, **options: Any) -> dict[str, Any]:
    return {"value": value, "error": error, "options": options, "message": message}


@pytest.mark.parametrize(
    ("crop_to", "kept"),
    [
        ("0,0,3,4", (0, 0, 3, 4)), (" 1 , 2 , 600 , 800 ", (1, 2, 600, 800)), ("-5,-5,700,900", (0, 0, 600, 800)), ("", None),
        ("256,256,856,1056", (256, 256, 600, 800)),
    ],
)  # fmt: skip
def test_a_crop_is_two_corners_clamped_to_the_picture(app, world, crop_to, kept):
    assert send(app, "PUT", "files/offers/1000115/offer_default", UPLOAD, crop_to=crop_to).status == 200
    assert world.records.offers[1000115].files[0].crop_to == kept


@pytest.mark.parametrize(
    "crop_to",
    [
        "1,2,3", "a,b,c,d", "[0,0,3,4]", '{"x": 1}', "null", "9" * 20 + ",0,1,1",
        "100,100,100,200", "500,500,100,100", "0,0,0,4", "600,0,700,800", "-9,0,-3,4",
    ],
)  # fmt: skip
def test_a_crop_that_is_empty_or_no_crop_is_refused(app, world, crop_to):
    before = world.rev
    for path in ("offer_default", "offer_default/reprocess"):
        answer = send(app, "PUT", f"files/offers/1000115/{path}", UPLOAD, crop_to=crop_to)
        assert (answer.status, body_of(answer)["details"]) == (422, {"crop_to": [bad_crop(crop_to)]})
    assert world.rev == before


@pytest.mark.parametrize(
    ("size", "sides"), [((599, 800), [(599, 600)]), ((600, 799), [(799, 800)]), ((30, 40), [(30, 600), (40, 800)])]
)
def test_an_upload_is_at_least_of_the_base_size(app, size, sides):
    answer = send(app, "POST", "files/offers/1000117/offer_default", halves(size), crop_to="0,0,10,10")
    leaves = [
        leaf(side, "greater_or_equal_to", f"must be greater than or equal to {least}", number=least)
        for side, least in sides
    ]
    assert (answer.status, body_of(answer)["details"]) == (422, {"file": leaves})


def test_a_gif_is_taken(app, mock):
    answer = body_of(send(app, "POST", "files/offers/1000117/offer_default", halves((600, 800), "GIF")))
    for file, size in ((answer["original"], (600, 800)), (answer["projected_versions"][1], (225, 300))):
        picture = opened(fetch(mock, path_of(file)).body)
        assert (picture.format, picture.size) == ("GIF", size)


# -- reprocessing


def test_an_original_is_cropped_anew(app, mock, world):
    path = "files/offers/1000115/offer_default"
    first = body_of(send(app, "PUT", path, halves((1600, 1600)), crop_to="0,0,800,1600"))
    again = body_of(send(app, "PUT", f"{path}/reprocess", None, crop_to="800,0,1600,1600"))
    (left, _), (right, _) = first["projected_versions"], again["projected_versions"]
    assert [opened(fetch(mock, path_of(right)).body).getpixel((300, 400))] == [BLUE]
    assert path_of(left) != path_of(right)
    assert fetch(mock, path_of(again["original"])).body == halves((1600, 1600))
    body_of(send(app, "PUT", f"{path}/reprocess", None, x="without a crop"))
    assert world.records.offers[1000115].files[0].crop_to is None


def test_a_drawn_picture_is_reprocessed_too_and_a_file_that_is_not_there_is_not(app, mock):
    assert send(app, "PUT", "files/offers/1000115/offer_default/reprocess", None, crop_to="0,0,9,9").status == 200
    answer = send(app, "PUT", "files/offers/1000117/offer_default/reprocess", None)
    assert (answer.status, body_of(answer)) == (404, {"error": "File#offer-1000117-offer_default not found"})
    reader = Caller(mock, headers={**HEADERS, "x-client-authorization": "reader"})
    answer = send(reader, "PUT", "files/offers/1000115/offer_default/reprocess", None)
    assert (answer.status, body_of(answer)) == (403, {"error": "The client lacks the permit Files:Api:Reprocess"})


def bad_crop(text: str) -> dict[str, Any]:
    return leaf(text, "invalid", f"must be {CROP_FORMAT}", format=CROP_FORMAT)


def test_a_wrong_upload_is_refused_with_all_its_problems(app, world):
    before = world.rev
    path = "files/offers/1000115/offer_default"
    not_an_image = leaf(None, "invalid", "must be a JPEG, PNG or GIF image", format="a JPEG, PNG or GIF image")
    absent = leaf(None, "presence", "must be present")
    for file, fields, details in (
        (b"GIF88a", {}, {"file": [not_an_image]}),
        (b"", {}, {"file": [absent]}),
        (None, {}, {"file": [absent]}),
        (None, {"crop_to": "0,0,0,1"}, {"file": [absent], "crop_to": [bad_crop("0,0,0,1")]}),
    ):
        answer = send(app, "POST", path, file, **fields)
        assert (answer.status, body_of(answer)["details"]) == (422, details)
    assert world.rev == before


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"no parts at all", "multipart/form-data; boundary=x"),
        (UNENDING, "multipart/form-data; boundary=x"),
        (b"--x\r\n\r\n", "multipart/form-data; boundary=x"),
        (b"--x--", "multipart/form-data"),
        (b"{}", "application/json"),
        (b"\xff\xfe", "multipart/form-data; boundary=" + "x" * 500),
    ],
)  # fmt: skip
def test_a_body_that_brings_no_file_is_422(app, body, content_type):
    answer = app.call("POST", "files/offers/1000115/offer_default", body=body, content_type=content_type)
    assert answer.status == 422
    assert list(body_of(answer)["details"]) == ["file"]


@pytest.mark.parametrize("content", [b"\r\n" * 200_000, b"\n--x" * 100_000, bytes(range(256)) * 4_000])
def test_a_file_may_hold_any_bytes_and_be_as_large_as_the_body(content):
    body, content_type = multipart(content, crop_to="1" * 65_536)
    form = read_form(Request("POST", "/", "", {"content-type": content_type}, body))
    assert form.files == {"file": content}
    assert form.fields == {"crop_to": "1" * 65_536}


def test_a_photo_of_megabytes_is_kept_and_served_as_it_is(app, mock):
    photo = saved(Image.effect_noise((1200, 900), 90), "JPEG", quality=95)
    assert len(photo) > 500_000
    answer = send(app, "PUT", "files/offers/1000115/offer_default", photo)
    assert answer.status == 200
    assert fetch(mock, path_of(body_of(answer)["original"])).body == photo


def test_a_form_with_absurdly_many_or_large_fields_is_413(app):
    assert send(app, "POST", "files/offers/1000115/offer_default", None, crop_to="1" * 100_000).status == 413
    many = {f"field{number}": "" for number in range(100)}
    assert send(app, "POST", "files/offers/1000115/offer_default", None, **many).status == 413


def test_a_kind_belongs_to_its_records(app):
    kinds = ["offer_default", "offer_image"]
    wrong = leaf("collection_cover_default", "inclusion", "must be one of: offer_default, offer_image", **{"in": kinds})
    for answer in (
        send(app, "POST", "files/offers/1000115/collection_cover_default", UPLOAD),
        app.delete("files/offers/1000115/collection_cover_default"),
    ):
        assert (answer.status, body_of(answer)["details"]) == (422, {"kind": [wrong]})


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("files/offers/1/offer_default", "Offer#1 not found"),
        ("files/offers/7/offer_default", "Offer#7 not found"),
        ("files/offers/x/offer_default", "Offer#x not found"),
        ("files/offers/²/offer_default", "Offer#² not found"),
        (f"files/offers/{'9' * 5000}/offer_default", f"Offer#{'9' * 5000} not found"),
        ("files/collections/1/collection_cover_default", "Collection#1 not found"),
        (
            "files/stores/1/offer_default",
            "/v3/infinity-mall/files/stores/1/offer_default is not an operation of this API",
        ),
    ],
)
def test_an_unknown_record_is_404(app, path, error):
    for answer in (send(app, "POST", path, UPLOAD), app.delete(path)):
        assert (answer.status, body_of(answer)) == (404, {"error": error})


@pytest.mark.parametrize(("method", "permit"), [("POST", "Create"), ("PUT", "Update"), ("DELETE", "Delete")])
def test_each_operation_needs_its_permit(mock, method, permit):
    reader = Caller(mock, headers={**HEADERS, "x-client-authorization": "reader"})
    assert reader.get("files/schema").status == 200
    answer = send(reader, method, "files/offers/1000115/offer_default", UPLOAD)
    assert (answer.status, body_of(answer)) == (403, {"error": f"The client lacks the permit Files:Api:{permit}"})


def test_others_are_answered_while_an_upload_is_looked_into(app, monkeypatch):
    answered = []

    def inspect(content):
        other = threading.Thread(target=lambda: answered.append(app.get("files/schema").status))
        other.start()
        other.join(60)
        return found(content)

    found = uploads.inspect
    monkeypatch.setattr(uploads, "inspect", inspect)
    assert send(app, "PUT", "files/offers/1000115/offer_default", UPLOAD).status == 200
    assert answered == [200]


def test_the_journal_keeps_of_an_upload_what_was_sent_and_no_more(app, world):
    answer = send(app, "PUT", "files/offers/1000115/offer_default", UPLOAD)
    (entry,) = world.journal.newest_first()
    assert (entry.operation, entry.committed, entry.response.body) == ("update_file", True, answer.body)
    assert entry.request.upload is None


def test_a_rule_acts_on_an_upload_as_on_any_call():
    mock = build(Settings())
    body, content_type = multipart(UPLOAD)
    headers = {**HEADERS, "content-type": content_type, "x-mock-scenario": "maintenance"}
    answer = mock.handle(Request("PUT", f"/v3/{MALL}/files/offers/1000115/offer_default", "", headers, body))
    given, _ = deliver_blocking(answer, {})
    (entry,) = mock.worlds.get("default").journal.newest_first()
    assert (given.status, entry.rule, entry.committed) == (503, "maintenance/maintenance", False)
    assert (entry.response.receipt.attempt, entry.response.receipt.ended) == (1, "response")


def test_uploads_go_to_the_world_of_their_path(app, mock, world):
    body, content_type = multipart(UPLOAD)
    answer = app.call(
        "PUT", f"/w/qa/v3/{MALL}/files/offers/1000115/offer_default", body=body, content_type=content_type
    )
    url = json.loads(answer.body)["original"]["url"]
    assert url.startswith("http://mock.test/w/qa/files/")
    assert opened(fetch(mock, url.removeprefix("http://mock.test")).body).size == (600, 800)
    assert world.records.offers[1000115].files == (Picture(kind="offer_default"),)


def test_an_upload_survives_in_a_fixture_document(app, world):
    assert send(app, "PUT", "files/offers/1000115/offer_default", UPLOAD, crop_to="0,0,3,4").status == 200
    copy = from_document(json.loads(json.dumps(document(world.records)))).records_at(NOW)
    assert copy.offers[1000115].files == world.records.offers[1000115].files


@pytest.mark.parametrize(
    ("attributes", "key"),
    [
        ({"kind": "collection_cover"}, "kind"),
        ({"extension": "webp"}, "extension"),
        ({"width": 100_000, "height": 100_000}, "width"),
        ({"crop_to": [0, 0, 3]}, "crop_to"),
        ({"crop_to": [0, 0, 0, 1]}, "crop_to"),
        ({"crop_to": [1, 0, 601, 1]}, "crop_to"),
    ],
)
def test_a_fixture_with_an_impossible_picture_is_refused(world, attributes, key):
    whole = document(world.records)
    (offer,) = [offer for offer in whole["offers"] if offer["id"] == 1000115]
    offer["files"] = [{"kind": "offer_default", **attributes}]
    with pytest.raises(DocumentError) as refused:
        from_document(whole)
    assert [problem.key for problem in refused.value.problems] == [f"offers[1].files[0].{key}"]


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data; boundary={}", "Multipart/Form-Data; Boundary={}", 'MULTIPART/FORM-DATA;BOUNDARY="{}"',
        "multipart/form-data; boundary=other; boundary={}", "multipart/form-data; charset=utf-8; boundary={}",
    ],
)  # fmt: skip
def test_a_multipart_body_may_come_with_any_spelling_of_its_header(app: Caller, content_type: str) -> None:
    body, sent = multipart(halves((600, 800)))
    boundary = sent.partition("boundary=")[2]
    path = "files/offers/1000115/offer_default"
    answer = app.call("PUT", path, body=body, content_type=content_type.format(boundary))
    answer = answer.work() if answer.work else answer
    assert (answer.status, answer.body[:12]) == (200, b'{"original":')
