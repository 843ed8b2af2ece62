"""The kind of an offer's display schemas: what apps show of it (the contract, section 3)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from mockserver.values.choices import DISPLAY_TYPES
from mockserver.values.kinds import Choice, Json, Kind, Refer, Text
from mockserver.values.problems import UnfitError, nested, unfit

SCHEMAS = ("list", "details")
USUAL = {"header": "name", "body": "description", "caption": "stores"}
"""The default attribute of each place."""
_TYPE = Choice(DISPLAY_TYPES)


class DisplaySchemasKind(Kind, frozen=True):
    """``list`` and ``details``, each with ``header``, ``body`` and ``caption``, each ``{type, value}``; any may be left out.

    ``attributes`` returns the names that a reference may have.
    """

    type_name: ClassVar[str] = "object"
    attributes: Callable[[], Iterable[str]]

    def read(self, value: Any) -> dict[str, Any]:
        """Return the object unchanged, so that absent places keep their default."""
        _check(value, SCHEMAS, lambda schema: _check(schema, tuple(USUAL), self._check_place))
        found: dict[str, Any] = value
        return found

    def _check_place(self, place: Any) -> None:
        _check(place, ("type", "value"), lambda _: None)
        value = place.get("value")
        kinds = {"reference": Choice(tuple(self.attributes())), "inline": Text(), "empty": _NULL}
        for name, read in (("type", _TYPE.read), ("value", lambda value: kinds[place["type"]].read(value))):
            try:
                read(place.get("type") if name == "type" else value)
            except UnfitError as error:
                raise UnfitError({name: error.tree}, *nested(error.problems, name)) from None

    def schema(self, refer: Refer) -> Json:
        """Return a reference to the model of payloads."""
        return refer("DisplaySchemasPayload")


class ShownDisplaySchemas(Kind, frozen=True):
    """Display schemas in responses, where every place is present."""

    type_name: ClassVar[str] = "object"

    def write(self, value: Any) -> dict[str, Any]:
        """Return all places, absent ones with their default."""
        return {
            schema: {place: _place((value.get(schema) or {}).get(place), usual) for place, usual in USUAL.items()}
            for schema in SCHEMAS
        }

    def schema(self, refer: Refer) -> Json:
        """Return a reference to the model."""
        return refer("DisplaySchemas")


class _Null(Kind, frozen=True):
    """Nothing."""

    def read(self, value: Any) -> None:
        """Return None."""
        if value is not None:
            raise unfit(value, "invalid", "null, for the type is empty", format="null")


_NULL = _Null()


def _check(value: Any, names: tuple[str, ...], check: Callable[[Any], None]) -> None:
    """Check the parts of an object, null ones excepted. Raise UnfitError on another key, and with all problems of its parts."""
    if type(value) is not dict:
        raise unfit(value, "must_be_an_object", f"a mapping of {', '.join(names)}")
    tree: dict[str, Any] = {}
    problems: list[Any] = []
    for name, part in value.items():
        try:
            Choice(names).read(name)
            if part is not None:
                check(part)
        except UnfitError as error:
            tree[str(name)] = error.tree
            problems += nested(error.problems, name)
    if tree:
        raise UnfitError(tree, *problems)


def _place(given: dict[str, Any] | None, usual: str) -> dict[str, Any]:
    if given is None:
        return {"type": "reference", "value": usual}
    return {"type": given["type"], "value": given.get("value")}
