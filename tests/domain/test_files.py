from mockserver.domain.files import FileName, file_models, image_models, read_name, thumbnail_size
from mockserver.domain.model import Picture
from mockserver.domain.signatures import member_suffix, read_suffix

SECRET = b"a secret of this world"


def test_a_collections_files_are_those_of_the_documents_example():
    cover = Picture(kind="collection_cover_default", width=600, height=300)
    base = "http://localhost:8080/files/collection-1000016-collection_cover_default"
    kind = "collection_cover_default"
    assert [model.shape("http://localhost:8080") for model in file_models("collection", 1000016, (cover,))] == [
        {"url": f"{base}-original.jpg", "width": 600, "height": 300, "kind": kind, "size_type": "original"},
        {"url": f"{base}-thumbnail.jpg", "width": 300, "height": 150, "kind": kind, "size_type": "thumbnail"},
        {"url": f"{base}-base.jpg", "width": 600, "height": 300, "kind": kind, "size_type": "base"},
    ]


def test_every_picture_of_an_offer_gives_three_files_and_those_of_its_kind_are_images():
    pictures = (Picture(kind="offer_default"), Picture(kind="offer_image", extension="png", width=1200, height=1200))
    assert [(model.path, model.width, model.height) for model in file_models("offer", 7, pictures)] == [
        ("/files/offer-7-offer_default-original.jpg", 600, 800),
        ("/files/offer-7-offer_default-thumbnail.jpg", 225, 300),
        ("/files/offer-7-offer_default-base.jpg", 600, 800),
        ("/files/offer-7-offer_image-original.png", 1200, 1200),
        ("/files/offer-7-offer_image-thumbnail.png", 225, 300),
        ("/files/offer-7-offer_image-base.png", 600, 800),
    ]
    assert [model.url("http://h/w/qa", "?m=1.x") for model in image_models(7, pictures)] == [
        "http://h/w/qa/files/offer-7-offer_image-original.png?m=1.x"
    ]
    assert [model.path for model in image_models(7, pictures[:1])] == ["/files/offer-7-offer_default-original.jpg"]
    assert image_models(7, ()) == ()


def test_an_upload_has_an_address_of_its_own():
    (original, *_) = file_models("offer", 7, (Picture(kind="offer_default", version=3),))
    assert original.path == "/files/3/offer-7-offer_default-original.jpg"


def test_a_thumbnail_is_one_of_the_base_whatever_was_cropped():
    picture = Picture(kind="offer_default", width=2000, height=2000, crop_to=(10, 10, 900, 450))
    assert [(model.width, model.height) for model in file_models("offer", 7, (picture,))] == [
        (2000, 2000),
        (225, 300),
        (600, 800),
    ]


def test_a_thumbnail_keeps_the_ratio_and_is_never_enlarged():
    assert thumbnail_size(600, 800) == (225, 300)
    assert thumbnail_size(300, 299) == (300, 299)
    assert thumbnail_size(301, 301) == (300, 300)
    assert thumbnail_size(20, 10) == (20, 10)
    assert thumbnail_size(9000, 1) == (300, 1)


def test_a_name_reads_back_as_it_was_written():
    name = FileName("offer", 1000115, "offer_default", "original", "jpg")
    assert str(name) == "offer-1000115-offer_default-original.jpg"
    assert read_name(str(name)) == name
    for wrong in ("", "offer-1-offer_default-huge.jpg", "offer-x-offer_default-base.jpg", f"{name}\n", f"../{name}"):
        assert read_name(wrong) is None


def test_a_suffix_is_read_back_only_where_it_was_signed():
    suffix = member_suffix(SECRET, "default", "infinity-mall", 42)
    value = suffix.removeprefix("?m=")
    assert read_suffix(SECRET, "default", "infinity-mall", value) == 42
    assert read_suffix(b"another", "default", "infinity-mall", value) is None
    assert read_suffix(SECRET, "qa", "infinity-mall", value) is None
    assert read_suffix(SECRET, "default", "other-mall", value) is None
    assert read_suffix(SECRET, "default", "infinity-mall", value.replace("42.", "43.")) is None
    for wrong in ("", "42", "42.", "042" + value[2:], value + "=", value[:-1]):
        assert read_suffix(SECRET, "default", "infinity-mall", wrong) is None
