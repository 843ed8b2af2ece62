"""Runs schemathesis against mocks of its own: ``python -m tests.contract.fuzzing --examples 1000 --log DIR``.

Every operation of every document, all checks on; exit code 1 when one fails. A document is run in parts, each against
a fresh mock: its operations in groups (phases examples, coverage, fuzzing), and once as a whole (phase stateful). A line
is printed as each part ends. With ``--log`` a part's output and counts are kept, and the same command run again does
only what is missing or failed. What departs from schemathesis's defaults, and why, stands in ``schemathesis.toml`` and
``schemathesis_hooks.py`` beside this file.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import orjson

from mockserver.contract.text import described, names
from tests.contract.schemathesis_run import SEED, Counts, fuzz, server

GROUP = 8
SUITES = 100  # stateful suites at most
METHODS = ("get", "put", "post", "delete", "patch")


@dataclass(frozen=True)
class Part:
    """What one schemathesis does: phases of some operations of a document; of all when none is named."""

    document: str
    phases: str
    operations: tuple[str, ...] = ()

    @property
    def stateful(self) -> bool:
        return self.phases == "stateful"

    @property
    def name(self) -> str:
        return "-".join((self.document, *(self.operations[:1] or ["stateful"])))

    @property
    def options(self) -> tuple[str, ...]:
        chosen = ("--include-operation-id-regex", f"^({'|'.join(self.operations)})$") if self.operations else ()
        return ("--phases", self.phases, *chosen)


@dataclass(frozen=True)
class Outcome:
    """How a part ended: what schemathesis said, and the requests it sent by operation and phase."""

    examples: int
    seed: int
    code: int
    seconds: float
    counts: Counts
    said: str

    @property
    def requests(self) -> int:
        return sum(each for phases in self.counts.values() for each in phases.values())


def parts(document: str, chosen: list[str] | None = None) -> Iterator[Part]:
    """The parts of a document: the whole for the stateful phase, then its operations, or the chosen ones, in groups."""
    paths = described(document)["paths"].values()
    found = [path[method]["operationId"] for path in paths for method in METHODS if method in path]
    if chosen is None:
        yield Part(document, "stateful")
    else:
        found = [name for name in found if name in chosen]
    for start in range(0, len(found), GROUP):
        yield Part(document, "examples,coverage,fuzzing", tuple(found[start : start + GROUP]))


def outcome_of(part: Part, examples: int, log: Path | None) -> Outcome:
    """Run a part, unless the log has a good outcome of it with as many examples."""
    kept = log / f"{part.name}.json" if log else None
    if kept and kept.exists():
        outcome = Outcome(**orjson.loads(kept.read_bytes()))
        if (outcome.code, outcome.examples, outcome.seed) == (0, examples, SEED):
            return outcome
    start = time.monotonic()
    with server("union" if part.document == "control" else part.document) as url:
        code, counts, said = (stateful if part.stateful else once)(part, url, examples)
    outcome = Outcome(examples, SEED, code, round(time.monotonic() - start, 1), counts, said)
    if kept:
        kept.write_bytes(orjson.dumps(outcome, option=orjson.OPT_INDENT_2))
    return outcome


def once(part: Part, url: str, examples: int, seed: int = SEED) -> tuple[int, Counts, str]:
    """Run schemathesis for a part; answers its exit code, the requests, and what it said."""
    done, counts = fuzz(part.document, url, examples, *part.options, seed=seed)
    return done.returncode, counts, done.stdout + done.stderr


def stateful(part: Part, url: str, examples: int) -> tuple[int, Counts, str]:
    """Run suites of scenarios, each with a seed of its own, until there were enough.

    A suite ends early where hypothesis notices that a request is not answered as it was in an earlier scenario.
    """
    code, sent, said = once(part, url, examples)
    for seed in range(SEED + 1, SEED + SUITES):
        missing = examples - scenarios_of(said)
        if code or missing <= 0:
            break
        code, counts, more = once(part, url, missing, seed)
        said = f"{said}\n{more}"
        for name, phases in counts.items():
            known = sent.setdefault(name, {})
            known |= {phase: known.get(phase, 0) + count for phase, count in phases.items()}
    return code, sent, said


def scenarios_of(said: str) -> int:
    """The number of stateful scenarios in what schemathesis said."""
    return sum(int(count.replace(",", "")) for count in re.findall(r"Scenarios: +([\d,]+)", said))


def line(part: Part, outcome: Outcome) -> str:
    """A part's outcome: requests sent, by phase, and the time."""
    phases: dict[str, int] = {}
    for counted in outcome.counts.values():
        for phase, count in counted.items():
            phases[phase] = phases.get(phase, 0) + count
    by_phase = ", ".join(f"{phase} {count:,}" for phase, count in phases.items())
    verdict = "passed" if outcome.code == 0 else "FAILED"
    scenarios = f", {scenarios_of(outcome.said):,} scenarios" if part.stateful else ""
    return f"{verdict} {part.name}: {outcome.requests:,} requests ({by_phase}){scenarios} in {outcome.seconds:.0f} s"


def summary(document: str, outcomes: list[Outcome]) -> str:
    """A document's outcomes: requests, and the fewest and most fuzzing examples of an operation."""
    fuzzed = [phases.get("fuzzing", 0) for each in outcomes for phases in each.counts.values() if "fuzzing" in phases]
    requests, failed = sum(each.requests for each in outcomes), sum(each.code != 0 for each in outcomes)
    few = f"{min(fuzzed, default=0):,} to {max(fuzzed, default=0):,} examples each in fuzzing"
    took = sum(each.seconds for each in outcomes)
    return f"== {document}: {requests:,} requests, {len(fuzzed)} operations, {few}, {took:.0f} s, {failed} parts failed"


def main() -> int:
    """Run what the command line asks for, some parts at a time."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=100, help="examples of an operation, and stateful scenarios")
    parser.add_argument("--document", action="append", choices=names(), help="one of the documents; default all")
    parser.add_argument("--operation", action="append", help="only this operationId; default all, and their scenarios")
    parser.add_argument("--jobs", type=int, default=2, help="parts at a time")
    parser.add_argument(
        "--log", type=Path, help="directory that keeps what parts said; those that passed are not run again"
    )
    asked = parser.parse_args()
    if asked.log:
        asked.log.mkdir(parents=True, exist_ok=True)
    outcomes: dict[str, list[Outcome]] = {name: [] for name in asked.document or names()}
    with ThreadPoolExecutor(asked.jobs) as pool:
        todo = [part for name in outcomes for part in parts(name, asked.operation)]
        running = {pool.submit(outcome_of, part, asked.examples, asked.log): part for part in todo}
        for done in as_completed(running):
            part, outcome = running[done], done.result()
            outcomes[part.document].append(outcome)
            print(line(part, outcome) + (f"\n{outcome.said}" if outcome.code else ""), flush=True)
    for name, each in outcomes.items():
        print(summary(name, each))
    return max(outcome.code for each in outcomes.values() for outcome in each)


if __name__ == "__main__":
    raise SystemExit(main())
