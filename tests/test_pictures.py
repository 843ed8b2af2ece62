import subprocess
import sys
import zlib

import pytest
from PIL import Image

from mockserver.domain.files import FileName
from mockserver.domain.model import Picture
from mockserver.pictures import lettering, poster, uploads
from mockserver.pictures.encoding import encoded
from mockserver.pictures.gallery import Gallery
from mockserver.pictures.making import PictureSpec
from tests.pictures import BLUE, RED, halves, near, opened, saved, turned


def making(size_type: str = "base", title: str = "Two for one", **attributes) -> PictureSpec:
    picture = Picture(**{"kind": "offer_default", **attributes})
    return PictureSpec(FileName("offer", 7, "offer_default", size_type, picture.extension), picture, title)


@pytest.mark.parametrize("size", [(1, 1), (30, 24), (225, 300), (600, 800), (2000, 40)])
def test_a_poster_has_exactly_the_size_asked_for(size):
    assert poster.draw("Two for one on all coffee", "offer 7", 7, size).size == size


def test_a_poster_shows_its_title_and_has_a_colour_of_its_own():
    one = poster.draw("Two for one", "offer 7", 7, (300, 400))
    assert one.tobytes() == poster.draw("Two for one", "offer 7", 7, (300, 400)).tobytes()
    assert one.tobytes() != poster.draw("Half price", "offer 7", 7, (300, 400)).tobytes()
    corners = {poster.draw("Two for one", "", number, (300, 400)).getpixel((0, 0)) for number in range(1000, 1010)}
    assert len(corners) == 10
    white = sum(1 for pixel in one.get_flattened_data() if pixel == (255, 255, 255))
    assert white > 1_000


@pytest.mark.parametrize("title", ["", "   ", "\U0001f389" * 50, "a" * 5_000, "\ud800", "a\x00b\n\r\t", "שלום 日本語"])
def test_any_title_can_be_drawn(title):
    assert poster.draw(title, "offer 7", 7, (60, 80)).size == (60, 80)


def test_letters_that_the_font_lacks_have_stand_ins(monkeypatch):
    monkeypatch.setattr(lettering, "_FONTS", ())
    caches = (lettering.font_of, lettering._drawable, lettering._has_glyph)
    for cache in caches:
        cache.cache_clear()
    try:
        assert lettering.legible("Ærlig  kaffe på Ødegård – 20 €\U0001f389") == "Aerlig kaffe paa Oedegaard - 20 EUR"
        assert lettering.legible("\U0001f389") == ""
    finally:
        for cache in caches:
            cache.cache_clear()


def test_a_text_is_wrapped_within_its_width():
    font = lettering.font_of(20)
    lines = lettering.wrapped("two for one on everything incomprehensibilities", font, 120)
    assert all(font.getlength(line) <= 120 for line in lines)
    assert len(lines) > 3
    assert "".join("".join(lines).split()) == "twoforoneoneverythingincomprehensibilities"


def test_what_does_not_fit_ends_in_an_ellipsis():
    lines, size = lettering.fitted("word " * 200, 100, 60, 30, 10)
    assert size == 10
    assert lines[-1].endswith("...")
    assert len(lines) * lettering.line_height(size) <= 60


def test_files_are_of_the_format_of_their_extension():
    drawn = poster.draw("a", "b", 1, (30, 40))
    assert [opened(encoded(drawn, extension)).format for extension in ("jpg", "jpeg", "png")] == ["JPEG", "JPEG", "PNG"]


def test_a_jpeg_of_a_transparent_picture_has_a_white_ground():
    clear = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    assert near(opened(encoded(clear, "jpg")).getpixel((4, 4)), (255, 255, 255))
    assert opened(encoded(clear, "png")).getpixel((4, 4))[3] == 0


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_uploads_of_every_mode_are_projected(mode):
    content = saved(Image.new(mode, (40, 40)), "JPEG" if mode == "CMYK" else "PNG")
    found = uploads.inspect(content)
    assert (found.width, found.height) == (40, 40)
    assert opened(uploads.projected(content, found.extension, None, (30, 40))).size == (30, 40)


def test_an_upload_is_cropped_before_it_is_resized():
    content = halves((400, 400))
    left = opened(uploads.projected(content, "png", (0, 0, 200, 400), (60, 80)))
    right = opened(uploads.projected(content, "png", (200, 0, 400, 400), (60, 80)))
    assert {left.getpixel(at) for at in ((0, 0), (59, 79))} == {RED}
    assert {right.getpixel(at) for at in ((0, 0), (59, 79))} == {BLUE}


def test_without_a_crop_the_middle_is_kept():
    picture = opened(uploads.projected(halves((800, 400)), "png", None, (300, 400)))
    assert picture.getpixel((5, 200)) == RED
    assert picture.getpixel((295, 200)) == BLUE


def test_an_upload_stands_upright_as_its_exif_says():
    content = turned(opened(halves((200, 100))), 6)  # to be turned by 90 degrees clockwise: red comes on top
    found = uploads.inspect(content)
    assert (found.extension, found.width, found.height) == ("jpg", 100, 200)
    for file in (uploads.original(content, "jpg"), uploads.projected(content, "jpg", None, (100, 200))):
        upright = opened(file)
        assert upright.size == (100, 200)
        assert upright.getexif().get(0x0112, 1) == 1
        assert near(upright.getpixel((50, 20)), RED)
        assert near(upright.getpixel((50, 180)), BLUE)


def test_an_original_that_stands_upright_is_served_as_it_came():
    content = halves((50, 60), "JPEG")
    assert uploads.original(content, "jpg") == content


def bomb() -> bytes:
    """A PNG that says it has 16 gigapixels."""
    content = bytearray(halves((10, 10)))
    content[16:24] = (131_072).to_bytes(4, "big") * 2
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nothing",
        halves((50, 60), "BMP"),
        halves((50, 60), "GIF")[:-40],
        halves((50, 60), "JPEG")[:-200],
        halves((50, 60))[:-40],
        bomb(),
    ]
    + [halves((50, 60))[:-missing] for missing in (1, 8, 12, 13)],  # after the last row: an end that is no end, or none
    ids=[
        "empty",
        "text",
        "bmp",
        "truncated gif",
        "truncated jpeg",
        "truncated png",
        "bomb",
        *(f"png without {n}" for n in (1, 8, 12, 13)),
    ],
)
def test_what_is_no_whole_picture_is_refused(content):
    with pytest.raises(uploads.PictureError):
        uploads.inspect(content)


def test_too_many_pixels_are_refused_with_their_number(monkeypatch):
    monkeypatch.setattr(uploads, "MAX_PIXELS", 99)
    with pytest.raises(uploads.PictureError) as refused:
        uploads.inspect(halves((10, 10)))
    assert refused.value.pixels == 100


@pytest.mark.parametrize("size_type", ["original", "thumbnail", "base"])
def test_content_that_is_no_picture_is_drawn_over(size_type):
    drawn = making(size_type)
    assert making(size_type, content=b"nothing").make() == drawn.make()


def test_a_key_changes_with_everything_that_changes_the_file():
    content = halves((400, 400))
    different = [
        making(),
        making("thumbnail"),
        making(title="Half price"),
        making(extension="png"),
        making("original", width=10, height=20),
        making(content=content, width=400, height=400),
        making(content=content, width=400, height=400, crop_to=(0, 0, 3, 4)),
        making(content=halves((401, 400)), width=401, height=400),
    ]
    assert len({each.key for each in different}) == len(different)
    assert making().key == making().key


def test_a_gallery_holds_no_more_than_its_bytes_and_drops_what_was_asked_for_longest_ago():
    gallery = Gallery(10)
    gallery.keep("a", b"1234")
    gallery.keep("b", b"1234")
    assert gallery.get("a") == b"1234"
    gallery.keep("c", b"1234")
    assert [gallery.get(key) for key in "abc"] == [b"1234", None, b"1234"]
    gallery.keep("a", b"12")
    gallery.keep("d", b"1234")
    assert [gallery.get(key) for key in "acd"] == [b"12", b"1234", b"1234"]
    assert gallery.keep("huge", b"x" * 11) == b"x" * 11
    assert gallery.get("huge") is None


def test_a_server_starts_without_pillow():
    code = "import sys, mockserver.mock; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
