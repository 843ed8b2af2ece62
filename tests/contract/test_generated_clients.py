"""Clients that other people's generators make out of the contract: they list, like and use an offer of a running mock."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from mockserver.contract.text import names
from mockserver.revisions import REVISIONS, UNION
from tests.callers import CLIENT, MEMBER_TOKEN
from tests.contract import tools
from tests.contract.random_answers import random_answers
from tests.contract.schemathesis_run import server
from tests.contract.test_documents import COPIES

CLIENTS = Path(__file__).parent / "clients"
NOT_OURS = re.compile(
    r"OpenAPI 3\.1 support is still in beta"  # stands over every document of 3.1
    r"|Failed to get the schema name: null"  # each additionalProperties that is no $ref, false included, has it said
    r"|Ignoring complex example on request body"  # Java's comments have no room for it
    r"|model name matches existing language type"  # it renames Object and Record
    r"|\w+ \(reserved word\) cannot be used as (model|parameter) name"  # the documented parameter is called type
)


@pytest.fixture
def url() -> Iterator[str]:
    with server("union") as address:
        yield address


def test_a_python_client_lists_likes_and_uses_an_offer(tmp_path: Path, url: str) -> None:
    generator = tools.program("openapi-python-client")
    command = [generator, "generate", "--path", str(COPIES / "union.json"), "--meta", "none"]
    said = tools.run([*command, "--output-path", str(tmp_path / "offers_client")], tmp_path)
    assert "arning" not in said, said
    app = [sys.executable, str(CLIENTS / "python_client.py"), url, CLIENT, MEMBER_TOKEN]
    assert tools.run(app, tmp_path, PYTHONPATH=str(tmp_path)) == "listed, liked, used\n"


@pytest.mark.parametrize("revision", [name for name in REVISIONS if name != UNION])
def test_a_python_client_of_a_date_decodes_whatever_that_date_answers(tmp_path: Path, revision: str) -> None:
    generator = tools.program("openapi-python-client")
    command = [generator, "generate", "--path", str(COPIES / f"{revision}.json"), "--meta", "none"]
    tools.run([*command, "--output-path", str(tmp_path / "offers_client")], tmp_path)
    answers = random_answers(revision, 200, seed=12)
    (tmp_path / "answers").write_text("\n".join(json.dumps(asdict(answer)) for answer in answers), "utf-8")
    script = [sys.executable, str(CLIENTS / "decoding.py"), str(tmp_path / "answers")]
    said = tools.run(script, tmp_path, PYTHONPATH=str(tmp_path))
    assert said == f"decoded {sum(bool(answer.body) for answer in answers)}\n"


def test_a_typescript_client_is_type_safe_and_lists_likes_and_uses_an_offer(tmp_path: Path, url: str) -> None:
    modules, node = tools.node_modules(), tools.program("node")
    (tmp_path / "node_modules").symlink_to(modules)
    (tmp_path / "package.json").write_text(json.dumps({"type": "module"}))
    shutil.copy(CLIENTS / "typescript_client.ts", tmp_path / "app.ts")
    make = [node, "node_modules/openapi-typescript/bin/cli.js", str(COPIES / "union.json"), "-o", "contract.d.ts"]
    assert "arning" not in tools.run(make, tmp_path)
    checker = [node, "node_modules/typescript/bin/tsc", "--strict", "--module", "nodenext", "--target", "es2022"]
    tools.run([*checker, "--lib", "es2022,dom", "--types", "node", "app.ts"], tmp_path)
    said = tools.run([node, "app.js", url, CLIENT, MEMBER_TOKEN], tmp_path)
    assert said == "listed, liked, used false\n"


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("language", ["kotlin", "swift6"])
def test_a_client_for_phones_is_generated_without_a_warning(tmp_path: Path, language: str, name: str) -> None:
    document = str(COPIES / f"{name}.json")
    command = [*tools.openapi_generator(), "generate", "-g", language, "-i", document, "-o", "made"]
    said = tools.run(command, tmp_path).splitlines()
    warnings = [line for line in said if re.search(r"\b(WARN|ERROR)\b", line)]
    assert [line for line in warnings if not NOT_OURS.search(line)] == []
    ending, api = {"kotlin": ("kt", "Api"), "swift6": ("swift", "API")}[language]
    made = {path.stem for path in (tmp_path / "made").rglob(f"*.{ending}")}
    models = {"World", "WorldChange", "ControlError"} if name == "control" else {"Offer", "UseOfferRefusal", "ApiError"}
    assert models | {("World" if name == "control" else "Offers") + api} <= made


@pytest.mark.parametrize("name", ["union", "control"])
@pytest.mark.parametrize(
    ("language", "made"),
    [
        ("go", "model_offer.go"),
        ("typescript-axios", "api.ts"),
        ("java", "src/main/java/org/openapitools/client/model/Offer.java"),
    ],
)
def test_a_client_is_generated_and_compiles_where_its_compiler_is_there(
    tmp_path: Path, language: str, made: str, name: str
) -> None:
    document = str(COPIES / f"{name}.json")
    command = [*tools.openapi_generator(), "generate", "-g", language, "-i", document, "-o", "made"]
    said = tools.run([*command, *OPTIONS.get(language, ())], tmp_path).splitlines()
    assert [line for line in said if re.search(r"\b(WARN|ERROR)\b", line) and not NOT_OURS.search(line)] == []
    client = tmp_path / "made"
    wanted = made if name == "union" else made.replace("offer", "world").replace("Offer", "World")
    assert (client / wanted).is_file()
    COMPILED[language](client)


def _go(client: Path) -> None:
    """Compile; without a compiler at least look for what Go forbids: two constants of a name."""
    constants = re.findall(r"^\t(\w+) +\w+ = \"", "".join(each.read_text() for each in client.glob("model_*.go")), re.M)
    assert sorted(set(constants)) == sorted(constants)
    if shutil.which("go"):
        tools.run(["go", "mod", "tidy"], client)
        tools.run(["go", "build", "./..."], client)


def _typescript(client: Path) -> None:
    modules = tools.node_modules()
    if (modules / "axios").is_dir():
        (client / "node_modules").symlink_to(modules)
        checker = [tools.program("node"), "node_modules/typescript/bin/tsc", "--noEmit", "--strict", "--skipLibCheck"]
        tools.run([*checker, "--lib", "es2022,dom", "--types", "node", "index.ts"], client)


def _java(client: Path) -> None:
    """Compile with what the generator itself brings along; ``clients/java`` stands for what it does not."""
    compiler = shutil.which("javac")
    if compiler:
        sources = sorted(map(str, (client / "src/main/java").rglob("*.java")))
        jar = tools.openapi_generator()[-1]
        command = [compiler, "-proc:none", "-nowarn", "-encoding", "utf-8", "-d", "out", "-cp", jar]
        tools.run([*command, "-sourcepath", str(CLIENTS / "java"), *sources], client)
        assert next((client / "out").rglob("ApiClient.class"), None)


COMPILED = {"go": _go, "typescript-axios": _typescript, "java": _java}
OPTIONS = {"java": ["--library", "native", "--additional-properties", "openApiNullable=false"]}
