"""``calls``: the matching calls on which a rule acts, counted from 1."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from mockserver.documents.reading import Part

EXPECTED = "a number, a list of numbers, {from, to, every}"


class Calls(Struct, frozen=True):
    """Includes call ``n`` if it is within bounds, in the list (if there is one), and divisible by ``every``."""

    first: int = 1
    last: int | None = None
    listed: frozenset[int] | None = None
    every: int = 1

    def includes(self, n: int) -> bool:
        """Return whether the rule acts on the ``n``-th matching call."""
        if self.listed is not None:
            return n in self.listed
        return self.first <= n and (self.last is None or n <= self.last) and n % self.every == 0

    def __str__(self) -> str:
        if self.listed is not None:
            numbers = sorted(self.listed)
            return f"call {numbers[0]}" if len(numbers) == 1 else f"calls {', '.join(map(str, numbers))}"
        if self.every == 1 and self.first == self.last:
            return f"call {self.first}"
        which = "every call" if self.every == 1 else f"every {ordinal(self.every)} call"
        if self.last is not None:
            return f"{which} from the {ordinal(self.first)} to the {ordinal(self.last)}"
        return which if self.first == 1 else f"{which} from the {ordinal(self.first)} on"


def ordinal(number: int) -> str:
    """Return ``1st``, ``2nd``, ``3rd``, ``4th``, ..."""
    ending = "th" if number // 10 % 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def read_calls(part: Part) -> Calls:
    """Read ``3``, ``[1, 3]`` or ``{from: 2, to: 10, every: 3}``, whose keys are optional."""
    if isinstance(part.value, list) and part.value:
        return Calls(listed=frozenset(each.integer(1) for each in part.elements()))
    if isinstance(part.value, Mapping):
        return _bounds(part)
    if isinstance(part.value, int) and not isinstance(part.value, bool):
        return Calls(listed=frozenset({part.integer(1)}))
    part.wrong(EXPECTED)
    return Calls()


def _bounds(part: Part) -> Calls:
    fields = part.fields(("from", "to", "every"))
    first = fields["from"].integer(1) if "from" in fields else 1
    last = fields["to"].integer(1) if "to" in fields else None
    every = fields["every"].integer(1) if "every" in fields else 1
    if last is not None and last < first:
        fields["to"].wrong(f"{first} or more, as from is {first}")
    return Calls(first, last, None, every)
