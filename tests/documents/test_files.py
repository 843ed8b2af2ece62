"""Which files are read as documents, and what is said of the others."""

import os
import socket

import pytest

from mockserver.documents.files import read_bytes, read_file
from mockserver.documents.problems import DocumentError


def told(path, **rest):
    with pytest.raises(DocumentError) as caught:
        read_file(path, **rest)
    [problem] = caught.value.problems
    assert problem.file == str(path)
    return problem.line, problem.found, problem.expected


def test_a_byte_order_mark_is_no_part_of_a_text(tmp_path):
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfa: 1")
    (tmp_path / "a.json").write_bytes(b'\xef\xbb\xbf{"a": 1}')
    assert read_file(tmp_path / "a.yaml").value == read_file(tmp_path / "a.json").value == {"a": 1}


@pytest.mark.parametrize("name", ["a.yaml", "a.json"])
@pytest.mark.parametrize(
    ("data", "line", "found"),
    [
        (b'{"a":\n "\xff"}', 2, "bytes that are not UTF-8"),
        (b'{"a":\n "\xc3', 2, "bytes that are not UTF-8"),
        ('{"a": 1}'.encode("utf-16"), 1, "bytes that are not UTF-8"),
    ],
)
def test_bytes_that_are_no_text_have_their_line(tmp_path, name, data, line, found):
    (tmp_path / name).write_bytes(data)
    assert told(tmp_path / name) == (line, found, "UTF-8")


@pytest.mark.parametrize("character", ["\0", "\x1b", "\x7f", "\ufffe"])
def test_a_character_that_yaml_does_not_allow_has_its_line(tmp_path, character):
    (tmp_path / "a.yaml").write_text(f"a:\n  b: x{character}y\n", "utf-8")
    found = f"the character U+{ord(character):04X}"
    assert told(tmp_path / "a.yaml") == (2, found, "characters that can be printed")


def test_a_nul_in_json_has_its_line(tmp_path):
    (tmp_path / "a.json").write_bytes(b'{"a":\n "\0"}')
    line, found, expected = told(tmp_path / "a.json")
    assert (line, expected) == (2, "JSON")
    assert found.startswith("no JSON (")


def test_a_file_that_is_too_long_is_not_read(tmp_path):
    (tmp_path / "a.yaml").write_text("a: " + "x" * 100)
    assert told(tmp_path / "a.yaml", most=50) == (None, "more", "at most 50 bytes")
    assert read_file(tmp_path / "a.yaml", most=103).value == {"a": "x" * 100}


def test_what_is_no_regular_file_is_not_opened(tmp_path):
    (tmp_path / "directory.yaml").mkdir()
    (tmp_path / "dangling.yaml").symlink_to(tmp_path / "nothing")
    assert told(tmp_path / "directory.yaml") == (None, "a directory", "a regular file")
    assert told(tmp_path / "dangling.yaml") == (None, "no such file or directory", "a readable file")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such files on Windows")
def test_a_fifo_a_device_and_a_socket_are_not_waited_for(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "fifo.yaml")
    (tmp_path / "zero.json").symlink_to("/dev/zero")
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.yaml")
        assert told(tmp_path / "fifo.yaml") == (None, "a FIFO", "a regular file")
        assert told(tmp_path / "zero.json") == (None, "a device", "a regular file")
        assert told(tmp_path / "socket.yaml") == (None, "a socket", "a regular file")


def test_a_body_has_a_name_instead_of_a_path():
    with pytest.raises(DocumentError, match=r"^body:1: found no JSON"):
        read_bytes(b"{", "body", json=True)
