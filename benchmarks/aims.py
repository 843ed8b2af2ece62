"""The aims of the benchmarks and whether they are reached: a row for each, printed after all measurements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Aim:
    """One aim and its measurement in words, and whether it is reached."""

    what: str
    wanted: str
    found: str
    reached: bool


def at_least(what: str, wanted: float, of: str, found: float) -> Aim:
    """Return the aim of a minimal ratio to ``of``."""
    return Aim(what, f"{wanted:g} of {of}", f"{found:.2f}", found >= wanted)


def at_most(what: str, wanted: float, unit: str, found: float) -> Aim:
    """Return the aim of a maximal value."""
    return Aim(what, f"{wanted:g} {unit}", f"{found:.3g} {unit}", found <= wanted)


def print_aims(aims: Iterable[Aim]) -> None:
    """Print all aims, one a line."""
    print(f"\n{'':<34} {'wanted':<34} {'found':<14}")
    for aim in aims:
        print(f"{aim.what:<34} {aim.wanted:<34} {aim.found:<14} {'' if aim.reached else 'not reached'}")
