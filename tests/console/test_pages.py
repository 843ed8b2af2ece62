"""The console's files, without a browser."""

from __future__ import annotations

import re

import pytest

from mockserver.app import create_app
from mockserver.console.pages import KINDS, contents
from mockserver.settings import Settings


@pytest.fixture(scope="module")
def client():
    return create_app(Settings()).test_client()


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/", "/__mock/ui"),
        ("/__mock/ui/", "/__mock/ui"),
        ("/w/anna/", "/w/anna/__mock/ui"),
        ("/w/anna/__mock/ui/", "/w/anna/__mock/ui"),
    ],
)
def test_shorter_addresses_lead_to_the_console(client, path, place):
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, place)


@pytest.mark.parametrize("place", ["/__mock/ui", "/w/anna/__mock/ui"])
def test_the_page_and_its_files_are_served_in_every_world(client, place):
    page = client.get(place)
    assert (page.status_code, page.content_type) == (200, "text/html; charset=utf-8")
    for name in re.findall(r'(?:src|href)="ui/([^"]+)"', page.text):
        assert client.get(f"{place}/{name}").status_code == 200


def test_a_policy_lets_in_nothing_but_this_servers_own_files(client):
    policy = client.get("/__mock/ui").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_files_are_asked_about_again_by_their_tag(client):
    first = client.get("/__mock/ui/app.js")
    assert (first.headers["Cache-Control"], first.content_type) == ("no-cache", "text/javascript; charset=utf-8")
    again = client.get("/__mock/ui/app.js", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("name", ["nothing.js", "../pages.py", "..%2fpages.py", "__init__.py", "static/app.js"])
def test_nothing_else_is_served(client, name):
    assert client.get(f"/__mock/ui/{name}").status_code == 404


def test_the_whole_console_stays_under_160_kb():
    assert sum(map(len, contents().values())) <= 160 * 1024


def test_every_file_is_small_known_and_used():
    texts = {name: content.decode() for name, content in contents().items()}
    used = "\n".join(texts.values())
    for name, text in texts.items():
        assert any(name.endswith(kind) for kind in KINDS)
        assert len(text.splitlines()) <= 200, f"{name} is too long to read in one go"
        assert name == "index.html" or f"ui/{name}" in used or f"./{name}" in used, f"{name} is not used"


def test_markup_is_never_made_from_text():
    for name, content in contents().items():
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", content.decode()), name


def test_it_needs_no_other_host():
    for name, content in contents().items():
        hosts = set(re.findall(r"https?://([^/\s\"'`)]+)", content.decode()))
        assert hosts <= {"www.w3.org"}, name
