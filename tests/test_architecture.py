"""The direction of imports: what a room of the house may know of the others."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import mockserver

ROOT = Path(mockserver.__file__).parent
# What each room may import of the package; a room that is not named here may import what all may.
ANYWHERE = {
    "spelling",
    "errors",
    "values",
    "attributes",
    "exchange",
    "headers",
    "printable",
    "clock",
    "settings",
    "limits",
    "mockserver",
}
KERNEL = ANYWHERE | {"domain", "worlds", "revisions", "journal"}
RULES = KERNEL | {"documents", "scenarios", "fixtures"}
ALLOWED: dict[str, set[str]] = {
    "errors": {"revisions"},
    "values": {"domain", "limits"},
    "attributes": {"limits", "revisions", "values"},
    "limits": set(),
    "documents": {"values", "limits", "spelling"},
    "clock": set(),
    "settings": {"spelling", "clock", "domain", "errors", "revisions"},
    "exchange": set(),
    "headers": {"exchange"},
    "domain": {"domain", "errors", "attributes", "values"},
    "worlds": RULES | {"fixtures", "runtime", "sources"},
    "revisions": set(),
    "journal": KERNEL,
    "scenarios": RULES,
    "fixtures": {"spelling", "documents", "fixtures", "pictures", "attributes", "values", "domain", "worlds", "errors"},
}
FLASK_ROOMS = {"app", "hosts", "control", "connect", "console", "contract"}
FOREIGN_TO_THE_DOMAIN = {"flask", "werkzeug", "marshmallow", "orjson", "yaml", "pathlib", "time", "os", "socket"}


def modules() -> list[Path]:
    return sorted(ROOT.rglob("*.py"))


def room_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[0] if parts != ("__init__",) else "mockserver"


def imports_of(path: Path) -> set[str]:
    """All modules that a file imports when it runs; those for type checking alone do not count."""
    found: set[str] = set()
    tree = ast.parse(path.read_text())
    typing_only = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and "TYPE_CHECKING" in ast.dump(branch.test)
        for node in ast.walk(branch)
    }
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{name.name}" for name in node.names}
    return found


def rooms_imported(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imports_of(path) if name.startswith("mockserver.")}


def names(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [path for path in modules() if room_of(path) in ALLOWED], ids=names)
def test_a_room_imports_only_what_it_may_know(path: Path) -> None:
    known = {entry.stem for entry in ROOT.iterdir()}
    assert rooms_imported(path) & known <= ALLOWED[room_of(path)] | {room_of(path)}


@pytest.mark.parametrize("path", modules(), ids=names)
def test_flask_is_imported_where_http_is_hosted_alone(path: Path) -> None:
    if any(name.split(".")[0] == "flask" for name in imports_of(path)):
        assert room_of(path) in FLASK_ROOMS


@pytest.mark.parametrize("path", [path for path in modules() if room_of(path) == "domain"], ids=names)
def test_the_domain_knows_no_framework_no_file_and_no_clock(path: Path) -> None:
    assert not {name.split(".")[0] for name in imports_of(path)} & FOREIGN_TO_THE_DOMAIN


def test_nothing_outside_fast_imports_it_at_load() -> None:
    for path in modules():
        if room_of(path) != "fast":
            top = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ImportFrom | ast.Import)]
            assert "mockserver.fast" not in " ".join(map(ast.unparse, top)), names(path)


def test_every_file_stays_small_enough_to_read_in_one_go() -> None:
    too_long = {names(path): len(path.read_text().splitlines()) for path in modules()}
    assert {name: lines for name, lines in too_long.items() if lines > 300} == {}


@pytest.mark.parametrize("room", ["domain", "fast"])
def test_no_file_of_a_room_imports_itself_by_way_of_others(room: str) -> None:
    """Imports for type checking alone count, too: a circle is one for whoever reads."""
    files = {f"mockserver.{room}.{path.stem}": path for path in sorted((ROOT / room).glob("*.py"))}
    ahead = {name: all_imports_of(path) & files.keys() for name, path in files.items()}
    while leaves := {name for name, imported in ahead.items() if not imported & ahead.keys()}:
        ahead = {name: imported for name, imported in ahead.items() if name not in leaves}
    assert not ahead


def all_imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{name.name}" for name in node.names}
        elif isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
    return found
