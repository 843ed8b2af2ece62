"""The library of scenarios by id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from operator import is_
from pathlib import Path
from typing import Any

from mockserver.documents.files import named_like_documents, read_file
from mockserver.documents.problems import DocumentError, Problem
from mockserver.limits import SCENARIO_TEXT, SCENARIO_VALUES
from mockserver.records.tables import Undo
from mockserver.scenarios.model import Rule, Scenario
from mockserver.scenarios.parse import Operations, parse_rule, parse_scenario
from mockserver.spelling import nearest


class UnknownScenarioError(LookupError):
    """No scenario has this id; ``nearest`` is the most similar one that exists, or None."""

    def __init__(self, scenario_id: str, nearest_id: str | None) -> None:
        self.id = scenario_id
        self.nearest = nearest_id
        hint = f"; did you mean {nearest_id}?" if nearest_id else ""
        super().__init__(f"no scenario is called {scenario_id}{hint}")


class Library:
    """Scenarios by id, in the order of their files' names. ``operations`` are the names that a rule may use."""

    def __init__(self, scenarios: Iterable[Scenario] = (), operations: Operations = None) -> None:
        self.operations = operations
        self._scenarios = {scenario.id: scenario for scenario in scenarios}

    def __iter__(self) -> Iterator[Scenario]:
        return iter(tuple(self._scenarios.values()))

    def __len__(self) -> int:
        return len(self._scenarios)

    def __contains__(self, scenario_id: object) -> bool:
        return scenario_id in self._scenarios

    def get(self, scenario_id: str) -> Scenario:
        """Return a scenario. Raise UnknownScenarioError, which names the nearest."""
        found = self._scenarios.get(scenario_id)
        if found is None:
            raise UnknownScenarioError(scenario_id, nearest(scenario_id, self._scenarios))
        return found

    def named(self, ids: str) -> tuple[Scenario, ...]:
        """Return the scenarios that ``X-Mock-Scenario`` names: ``id[,id]``. Raise UnknownScenarioError."""
        return tuple(self.get(each.strip()) for each in ids.split(",") if each.strip())

    def put(self, scenario_id: str, value: Any) -> Scenario:
        """Add or replace a scenario given as a document, a value or YAML text. Raise DocumentError."""
        scenario = self.parse(scenario_id, value)
        self._scenarios = self._scenarios | {scenario_id: scenario}
        return scenario

    def parse(self, scenario_id: str, value: Any) -> Scenario:
        """Read a scenario that must have this id, without adding it. Raise DocumentError."""
        return parse_scenario(value, scenario_id, self.operations, scenario_id, fixed=True)

    def read(self, scenario_id: str, document: Mapping[str, Any]) -> Scenario:
        """Return the scenario of a valid document: the existing object, if it was read from the same document."""
        found = self._scenarios.get(scenario_id)
        if found is not None and found.value == document:
            return found
        return parse_scenario(document, scenario_id, None, scenario_id)

    def take(self, scenario_id: str, document: Mapping[str, Any]) -> Undo:
        """Add or replace the scenario of a valid document."""
        return self._set(self._scenarios | {scenario_id: parse_scenario(document, scenario_id, None, scenario_id)})

    def forget(self, scenario_id: str) -> Undo:
        """Remove a scenario, if it exists."""
        return self._set({key: scenario for key, scenario in self._scenarios.items() if key != scenario_id})

    def _set(self, scenarios: dict[str, Scenario]) -> Undo:
        before, self._scenarios = self._scenarios, scenarios
        return partial(setattr, self, "_scenarios", before)

    def rule(self, value: Any, name: str) -> Rule:
        """Read an ad-hoc rule; ``name`` is its name unless the document has one. Raise DocumentError."""
        return parse_rule(value, name, self.operations, "rule")

    def update(self, other: Library) -> None:
        """Add all scenarios of another library, replacing those with the same id."""
        self._scenarios = self._scenarios | other._scenarios

    def keep_unchanged(self, other: Library) -> None:
        """Use another library's objects for equal scenarios, so that an active one continues."""
        for scenario in other:
            found = self._scenarios.get(scenario.id)
            if found is not None and found.value == scenario.value:
                self._scenarios[scenario.id] = scenario

    def replace(self, other: Library) -> None:
        """Replace all scenarios by those of another library, after a reload."""
        self._scenarios = dict(other._scenarios)

    def has_same(self, other: Library) -> bool:
        """Return whether another library has the same scenarios, read from the same texts, in the same order."""
        return len(self) == len(other) and all(map(is_, self._scenarios.values(), other._scenarios.values()))

    def copy(self) -> Library:
        """Return an independent copy."""
        return Library(self._scenarios.values(), self.operations)


def load(directory: Path, operations: Operations = None) -> Library:
    """Read all scenario files of a directory and below. Raise DocumentError with the problems of all files."""
    library, problems = load_what_works(directory, operations)
    if problems:
        raise DocumentError(problems)
    return library


def load_what_works(directory: Path, operations: Operations = None) -> tuple[Library, list[Problem]]:
    """Read all scenario files of a directory and below; return the valid ones, and the problems of the others."""
    scenarios: dict[str, Scenario] = {}
    sources: dict[str, str] = {}
    problems: list[Problem] = []
    if not directory.is_dir():
        expected = "a directory of scenario files"
        problems.append(Problem(file=str(directory), found="no such directory", expected=expected))
    for path in files(directory):
        try:
            scenario = parse_scenario(read_file(path, SCENARIO_TEXT, SCENARIO_VALUES), path.stem, operations)
        except DocumentError as error:
            problems += error.problems
        else:
            if scenario.id in scenarios:
                problems.append(_twice(scenario.id, str(path), sources[scenario.id]))
            scenarios.setdefault(scenario.id, scenario)
            sources.setdefault(scenario.id, str(path))
    return Library(scenarios.values(), operations), problems


def files(directory: Path) -> list[Path]:
    """Return the scenario files of a directory and below, by name, without hidden ones."""
    found = named_like_documents(directory.rglob("*"))
    return [path for path in found if not any(step.startswith(".") for step in path.relative_to(directory).parts)]


def _twice(scenario_id: str, file: str, first: str) -> Problem:
    return Problem(file=file, key="id", found=scenario_id, expected=f"an id that no other file has ({first} has it)")
