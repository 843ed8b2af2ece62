"""Limits of values and sizes, told with the contract's symbols and readable by the OpenAPI generator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marshmallow import validate

from mockserver.schemas.problems import problem

INT64 = (-(2**63), 2**63 - 1)


class Between(validate.Range):
    """A number from ``min`` to ``max``, both inclusive; None leaves a side open."""

    def __call__(self, value: Any) -> Any:
        """Return the value, or refuse it."""
        if self.min is not None and value < self.min:
            raise problem(value, "greater_or_equal_to", number=self.min)
        if self.max is not None and value > self.max:
            raise problem(value, "less_or_equal_to", number=self.max)
        return value


class Size(validate.Length):
    """A size (characters or elements) from ``min`` to ``max``, both inclusive; None leaves a side open."""

    def __call__(self, value: Any) -> Any:
        """Return the value, or refuse it."""
        if self.min is not None and len(value) < self.min:
            raise problem(value, "size_too_small", number=self.min)
        if self.max is not None and len(value) > self.max:
            raise problem(value, "size_too_large", number=self.max)
        return value


class OneOf(validate.OneOf):
    """One of a fixed list of choices."""

    def __init__(self, choices: Sequence[Any]) -> None:
        super().__init__(choices)
        self.known = frozenset(choices)

    def __call__(self, value: Any) -> Any:
        """Return the value, or refuse it."""
        if value not in self.known:
            raise problem(value, "inclusion", **{"in": list(self.choices)})
        return value
