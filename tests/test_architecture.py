"""The direction of imports: what a room of the house may know of the others."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import mockserver

ROOT = Path(mockserver.__file__).parent
# What each room, and each module beside the rooms, may import of the package. Imports point up this table and never down:
# a row names rows above it alone.
VALUES = {"limits", "values", "spelling"}
RULES = VALUES | {"attributes", "domain", "errors", "revisions"}
EXCHANGE = {"clock", "exchange", "headers", "limits", "mockserver", "printable", "settings"}
DATA = RULES | {"clock", "documents", "records", "fixtures", "pictures"}
MOCK = DATA | EXCHANGE | {"journal", "reports", "scenarios", "worlds"}
ALLOWED: dict[str, set[str]] = {
    "mockserver": set(),
    "clock": set(),
    "exchange": set(),
    "limits": set(),
    "printable": set(),
    "revisions": set(),
    "spelling": set(),
    "errors": {"revisions"},
    "headers": {"exchange"},
    "proxies": {"exchange"},
    "values": {"limits"},
    "attributes": {"limits", "revisions", "values"},
    "documents": VALUES,
    "settings": VALUES | {"revisions"},
    "domain": {"attributes", "errors", "values"},
    "journal": RULES | {"clock", "exchange", "headers", "mockserver"},
    "pictures": {"domain", "limits", "values"},
    "records": {"clock", "domain", "values"},
    "fixtures": RULES | {"documents", "pictures", "records"},
    "reports": {"journal", "printable", "values"},
    "client": {"clock", "exchange", "reports"},
    "pytest_plugin": {"client", "printable"},
    "scenarios": DATA | {"exchange", "headers"},
    "worlds": RULES | {"clock", "documents", "journal", "records", "scenarios", "settings"},
    "api": MOCK,
    "capsules": MOCK | {"api"},
    "mcp": {"capsules", "client", "clock", "exchange", "limits", "mockserver", "spelling"},
    "fast": MOCK | {"api"},
    "hosts": EXCHANGE | {"api", "journal", "proxies", "values", "worlds"},
    "sources": DATA | {"api", "scenarios", "settings", "worlds"},
    "console": {"api", "hosts"},
    "control": MOCK | {"api", "capsules", "client", "mcp", "proxies", "sources"},
    "mock": {"api", "control", "exchange", "fast", "settings", "sources", "worlds"},
    "stores": MOCK | {"api", "control", "hosts", "mock", "sources"},
    "connect": {"api", "clock", "hosts", "mock", "values", "worlds"},
    "contract": RULES | {"api", "control", "hosts", "mock", "worlds"},
    "app": {"api", "connect", "console", "contract", "control", "exchange", "hosts", "mock", "settings"},
    "cli": MOCK
    | {"api", "app", "capsules", "client", "connect", "contract", "hosts", "mcp", "mock", "sources", "stores"},
    "__main__": {"cli"},
}
FLASK_ROOMS = {"app", "hosts", "control", "connect", "console", "contract"}
FOREIGN_TO_THE_DOMAIN = {"flask", "werkzeug", "marshmallow", "orjson", "yaml", "pathlib", "time", "os", "socket"}


def modules() -> list[Path]:
    return sorted(ROOT.rglob("*.py"))


def room_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[0] if parts != ("__init__",) else "mockserver"


def imports_of(path: Path) -> set[str]:
    """All modules of the package and others that a file imports, wherever it does; those for type checking count, too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{name.name}" for name in node.names}
    return found


def rooms_imported(path: Path) -> set[str]:
    return {name.split(".")[1] for name in imports_of(path) if name.startswith("mockserver.")}


def names(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_every_room_and_module_has_a_row() -> None:
    assert {room_of(path) for path in modules()} == set(ALLOWED)


def test_imports_point_up_the_table() -> None:
    above: set[str] = set()
    for room, allowed in ALLOWED.items():
        assert allowed <= above, room
        above.add(room)


@pytest.mark.parametrize("path", modules(), ids=names)
def test_a_room_imports_only_what_it_may_know(path: Path) -> None:
    assert rooms_imported(path) & ALLOWED.keys() <= ALLOWED[room_of(path)] | {room_of(path)}


@pytest.mark.parametrize("room", [path.parent for path in sorted(ROOT.glob("*/__init__.py"))], ids=names)
def test_a_room_says_what_is_in_it_and_what_it_may_import(room: Path) -> None:
    text = (room / "README.md").read_text()
    assert len(text.splitlines()) < 30
    assert "ay import" in text or "ay be imported" in text


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


def test_no_file_imports_itself_by_way_of_others() -> None:
    """Imports for type checking alone count, too: a circle is one for whoever reads."""
    files = {
        ".".join(path.relative_to(ROOT.parent).with_suffix("").parts).removesuffix(".__init__"): path
        for path in modules()
    }
    ahead = {name: (imports_of(path) & files.keys()) - {name} for name, path in files.items()}
    for (
        name,
        path,
    ) in files.items():  # ``from package import module`` imports the module, and no more than its package's name
        ahead[name] -= {
            other for other in ahead[name] if any(each.startswith(f"{other}.") for each in imports_of(path))
        }
    while leaves := {name for name, imported in ahead.items() if not imported & ahead.keys()}:
        ahead = {name: imported for name, imported in ahead.items() if name not in leaves}
    assert not ahead
