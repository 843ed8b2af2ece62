"""What we want to reach, and whether we do: a row for each aim, printed when all has been measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Aim:
    """One aim in words, what was found in words, and whether it is reached."""

    what: str
    wanted: str
    found: str
    reached: bool


def at_least(what: str, wanted: float, of: str, found: float) -> Aim:
    """Return a proportion to ``of`` that is to be reached."""
    return Aim(what, f"{wanted:g} of {of}", f"{found:.2f}", found >= wanted)


def at_most(what: str, wanted: float, unit: str, found: float) -> Aim:
    """Return a measure that is not to be passed."""
    return Aim(what, f"{wanted:g} {unit}", f"{found:.3g} {unit}", found <= wanted)


def print_aims(aims: Iterable[Aim]) -> None:
    """Print all aims, one a line."""
    print(f"\n{'':<34} {'wanted':<34} {'found':<14}")
    for aim in aims:
        print(f"{aim.what:<34} {aim.wanted:<34} {aim.found:<14} {'' if aim.reached else 'not reached'}")
