"""Documents from files: finding them in a directory, and reading them."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable
from pathlib import Path

from mockserver.documents.json_text import read_json
from mockserver.documents.problems import DocumentError, Problem
from mockserver.documents.reading import Document
from mockserver.documents.yaml_text import read_yaml

SUFFIXES = (".yaml", ".yml", ".json")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# characters that YAML does not allow (https://yaml.org/spec/1.2.2/#51-character-set)
_NO_CHARACTER = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_KINDS = (
    (stat.S_ISDIR, "a directory"), (stat.S_ISFIFO, "a FIFO"), (stat.S_ISCHR, "a device"), (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)  # fmt: skip


def named_like_documents(paths: Iterable[Path]) -> list[Path]:
    """Return the paths with a document's file extension, sorted, without hidden files."""
    return sorted(path for path in paths if path.suffix.lower() in SUFFIXES and path.name[0] != ".")


def read_file(path: Path, most: int | None = None, values: int | None = None) -> Document:
    """Read a file of at most ``most`` bytes and, in YAML, ``values`` values. Raise DocumentError."""
    return read_bytes(content(path, most), str(path), json=path.suffix.lower() == ".json", values=values)


def read_bytes(
    data: bytes, file: str | None = None, *, json: bool, within: int = 0, values: int | None = None
) -> Document:
    """Read a text in UTF-8, which is nested in ``within`` lists and mappings of a whole. Raise DocumentError.

    ``values`` bounds the number of values in YAML; JSON is read so fast that it needs no bound.
    """
    data = data.removeprefix(_BYTE_ORDER_MARK)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DocumentError(
            [Problem(file=file, line=line, found="bytes that are not UTF-8", expected="UTF-8")]
        ) from None
    return read_json(data, file, within) if json else read_text(text, file, within, values)


def read_text(text: str, file: str | None = None, within: int = 0, values: int | None = None) -> Document:
    """Read a text as YAML, which includes JSON. Raise DocumentError."""
    odd = _NO_CHARACTER.search(text)
    if odd:
        found = f"the character U+{ord(odd[0]):04X}"
        line = text.count("\n", 0, odd.start()) + 1
        raise DocumentError([Problem(file=file, line=line, found=found, expected="characters that can be printed")])
    return read_yaml(text, file, within, values)


def content(path: Path, most: int | None = None) -> bytes:
    """Return the bytes of a regular file. Raise DocumentError if it is another type of file, too large, or unreadable."""
    try:
        _check_regular(path)
        with path.open("rb") as file:
            data = file.read() if most is None else file.read(most + 1)
    except OSError as error:
        raise DocumentError([_unreadable(path, error)]) from None
    if most is not None and len(data) > most:
        expected = f"at most {most:,} bytes"
        raise DocumentError([Problem(file=str(path), found="more", expected=expected)])
    return data


def _check_regular(path: Path) -> None:
    """Raise DocumentError unless a path is a regular file: reading others may never end."""
    mode = os.stat(path).st_mode
    if not stat.S_ISREG(mode):
        found = next((kind for is_kind, kind in _KINDS if is_kind(mode)), "no regular file")
        raise DocumentError([Problem(file=str(path), found=found, expected="a regular file")])


def _unreadable(path: Path, error: OSError) -> Problem:
    found = (error.strerror or "an error").lower()
    return Problem(file=str(path), found=found, expected="a readable file")
