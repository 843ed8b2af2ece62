"""The examples do what they say, as far as this machine has their tools; what they send is held to the mock everywhere."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

import pytest
import yaml

from mockserver.api.table import OPERATIONS
from mockserver.client.process import running
from mockserver.control.table import ROUTES
from mockserver.fixtures.shipped import shipped

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
FILES = sorted(
    path
    for path in EXAMPLES.rglob("*")
    if path.suffix in (".py", ".kt", ".swift", ".ts", ".yml", ".yaml") and "node_modules" not in path.parts
)
SENDERS = [path for path in FILES if path.suffix in (".kt", ".swift", ".ts", ".py")]
PLAYWRIGHT = EXAMPLES / "playwright"


def name(path: Path) -> str:
    return str(path.relative_to(ROOT)).removeprefix("examples/")


def run(command: list[str], cwd: Path, **environ: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, env=os.environ | environ, capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_table_of_examples_names_them_all() -> None:
    listed = set(re.findall(r"\]\(([^)]+)\)", (EXAMPLES / "README.md").read_text()))
    assert {each.split("/")[0] for each in listed if not each.startswith("../")} == {
        path.name for path in EXAMPLES.iterdir() if path.is_dir()
    }


@pytest.mark.parametrize("directory", sorted(path for path in EXAMPLES.iterdir() if path.is_dir()), ids=name)
def test_each_example_says_which_line_to_change(directory: Path) -> None:
    assert any("CHANGE: " in path.read_text() for path in FILES if directory in path.parents)


@pytest.mark.parametrize("path", SENDERS, ids=name)
def test_what_an_example_sends_is_served(path: Path) -> None:
    text = path.read_text()
    calls = {route.path for route in ROUTES}
    for called in re.findall(r"__mock/([a-z/]+?)(?:[\"/\\$`?]|$)", text, re.MULTILINE):
        assert called in calls or any(each.startswith(f"{called}/") for each in calls), called
    for scenario in re.findall(r"\"([a-z]+(?:-[a-z]+)+)\"", "\n".join(re.findall(r".*[sS]cenario.*", text))):
        assert (shipped("scenarios") / f"{scenario}.yaml").is_file(), scenario
    for operation in re.findall(r"\"((?:use|get|list|like|grant)_[a-z_]+)\"", text):
        assert operation in OPERATIONS, operation


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix in (".kt", ".swift")], ids=name)
def test_a_parser_of_the_language_reads_it(path: Path) -> None:
    language = {".kt": "tree_sitter_kotlin", ".swift": "tree_sitter_swift"}[path.suffix]
    reason = "the parsers (tree-sitter-kotlin, tree-sitter-swift) are not installed"
    parser = pytest.importorskip("tree_sitter", reason=reason)
    grammar = parser.Language(pytest.importorskip(language, reason=reason).language())
    tree = parser.Parser(grammar).parse(path.read_bytes())
    assert not tree.root_node.has_error, [str(node) for node in tree.root_node.children if node.has_error]


def test_the_control_calls_of_the_kotlin_example_work_in_their_order() -> None:
    text = (EXAMPLES / "junit" / "CouponTest.kt").read_text()
    found = re.findall(r'control\("([A-Z]+)", "([^"]+)"(?:, """(.*?)""")?\)', text)
    calls = {(method, url, body) for method, url, body in found}
    assert len(calls) == 6
    made = sorted(calls, key=lambda call: (call[0] == "DELETE", not call[1].endswith("/worlds"), text.index(call[1])))
    opener = build_opener(ProxyHandler({}))
    with running() as server:
        for method, url, body in made:
            if url.endswith("/verify"):
                continue  # asserts what the app did, and there is no app
            for variable, value in (("$baseUrl", f"{server}/w/test-1"), ("$server", server), ("$world", "test-1")):
                url, body = url.replace(variable, value), body.replace(variable, value)
            headers = {"Content-Type": "application/json"}
            with opener.open(Request(url, body.encode(), headers, method=method), timeout=60) as answer:
                assert answer.status < 300, url


def test_the_pytest_example_passes(tmp_path: Path) -> None:
    shutil.copy(EXAMPLES / "pytest" / "test_coupons.py", tmp_path)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", "test_coupons.py"]
    plugin = [] if _has_plugin() else ["-p", "mockserver.pytest_plugin"]
    assert "2 passed" in run([*command, *plugin], tmp_path, PYTHONPATH=str(ROOT), MOCKSERVER_URL="")


def _has_plugin() -> bool:
    from importlib.metadata import entry_points

    return any(each.name == "mockserver" for each in entry_points(group="pytest11"))


@pytest.fixture(scope="module")
def node_modules() -> Path:
    found = Path(os.environ.get("TEST_NODE_MODULES", PLAYWRIGHT / "node_modules"))
    if shutil.which("npx") is None or not (found / "@playwright" / "test").is_dir():
        missing = "Node and the packages (npm install in examples/playwright)"
        if os.environ.get("CI") == "true":
            pytest.fail(f"{missing} are missing, and CI has to have them")
        pytest.skip(f"{missing} are not here")
    return found


@pytest.fixture
def playwright(node_modules: Path, tmp_path: Path) -> Path:
    """A copy of the example beside installed packages."""
    copied = tmp_path / "playwright"
    shutil.copytree(PLAYWRIGHT, copied, ignore=shutil.ignore_patterns("node_modules", "test-results"))
    (copied / "node_modules").symlink_to(node_modules, target_is_directory=True)
    return copied


def test_the_playwright_example_has_no_type_errors(playwright: Path) -> None:
    run(["npx", "tsc", "--noEmit"], playwright)


def test_the_playwright_example_passes(playwright: Path) -> None:
    with running() as server:
        told = json.loads(run(["npx", "playwright", "test", "--reporter=json"], playwright, MOCKSERVER_URL=server))
    assert (told["stats"]["expected"], told["stats"]["unexpected"], told["stats"]["skipped"]) == (2, 0, 0)


YAML_FILES = [*(path for path in FILES if path.suffix in (".yml", ".yaml")), ROOT / "action.yml"]


@pytest.mark.parametrize("path", YAML_FILES, ids=name)
def test_yaml_is_what_its_tool_reads(path: Path) -> None:
    assert all(isinstance(each, dict) for each in yaml.safe_load_all(path.read_text()))
    if path.name == "kubernetes.yaml":
        return  # its schemas are those of a cluster
    pytest.importorskip("check_jsonschema", reason="check-jsonschema is not installed")
    schema = {".gitlab-ci.yml": "vendor.gitlab-ci", "action.yml": "vendor.github-actions"}.get(path.name) or (
        "vendor.github-workflows" if path.suffix == ".yml" else "vendor.compose-spec"
    )
    run([sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(path)], ROOT)


def test_the_compose_example_checks_health_as_the_image_does() -> None:
    services = yaml.safe_load((EXAMPLES / "compose" / "compose.yaml").read_text())["services"]
    own = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["mockserver"]
    assert services["mockserver"]["healthcheck"] == own["healthcheck"]
    assert services["tests"]["depends_on"] == {"mockserver": {"condition": "service_healthy"}}
