"""The scenarios that a server knows, by id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mockserver.scenarios.model import Rule, Scenario
from mockserver.scenarios.parse import Operations, parse_rule, parse_scenario
from mockserver.scenarios.reading import Problem, ScenarioError, nearest

SUFFIXES = (".yaml", ".yml", ".json")


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
        """Add or replace a scenario given as a value or as YAML or JSON text. Raise ScenarioError."""
        scenario = parse_scenario(value, scenario_id, self.operations, scenario_id, fixed=True)
        self._scenarios[scenario.id] = scenario
        return scenario

    def remove(self, scenario_id: str) -> bool:
        """Forget a scenario; answer whether it was there."""
        return self._scenarios.pop(scenario_id, None) is not None

    def rule(self, value: Any, name: str) -> Rule:
        """Read an ad-hoc rule, called ``name`` unless it names itself. Raise ScenarioError."""
        return parse_rule(value, name, self.operations, "rule")

    def update(self, other: Library) -> None:
        """Add all scenarios of another library; one that has the id of one that is here takes its place."""
        self._scenarios |= other._scenarios

    def keep_unchanged(self, other: Library) -> None:
        """Take another library's scenarios where they were read from the same, so that an active one goes on."""
        for scenario in other:
            found = self._scenarios.get(scenario.id)
            if found is not None and found.value == scenario.value:
                self._scenarios[scenario.id] = scenario

    def replace(self, other: Library) -> None:
        """Take over all scenarios of another library, as after a reload."""
        self._scenarios = dict(other._scenarios)

    def copy(self) -> Library:
        """Return a library that may be changed on its own."""
        return Library(self._scenarios.values(), self.operations)


def load(directory: Path, operations: Operations = None) -> Library:
    """Read all scenario files of a directory and below. Raise ScenarioError with the problems of all files."""
    library, problems = load_what_works(directory, operations)
    if problems:
        raise ScenarioError(problems)
    return library


def load_what_works(directory: Path, operations: Operations = None) -> tuple[Library, list[Problem]]:
    """Read all scenario files; answer those that are right, and the problems of the others."""
    scenarios: dict[str, Scenario] = {}
    sources: dict[str, str] = {}
    problems: list[Problem] = []
    if not directory.is_dir():
        problems.append(Problem(str(directory), None, "", "no such directory", "a directory of scenario files"))
    for path in files(directory):
        source = str(path)
        try:
            scenario = parse_scenario(path.read_text("utf-8"), path.stem, operations, source)
        except ScenarioError as error:
            problems += error.problems
        except (OSError, UnicodeDecodeError) as error:
            problems.append(Problem(source, None, "", str(error), "a readable file in UTF-8"))
        else:
            if scenario.id in scenarios:
                problems.append(_twice(scenario.id, source, sources[scenario.id]))
            scenarios.setdefault(scenario.id, scenario)
            sources.setdefault(scenario.id, source)
    return Library(scenarios.values(), operations), problems


def files(directory: Path) -> list[Path]:
    """Return the scenario files of a directory and below, by name; hidden ones are left out."""
    found = (path for path in directory.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    return sorted(path for path in found if not any(step.startswith(".") for step in path.relative_to(directory).parts))


def _twice(scenario_id: str, source: str, first: str) -> Problem:
    return Problem(source, None, "id", scenario_id, f"an id that no other file has ({first} has it)")
