"""The kind of a member's consents."""

from __future__ import annotations

from typing import Any, ClassVar

from mockserver.values.kinds import Boolean, InstantKind, Json, Kind, Refer
from mockserver.values.problems import UnfitError, nested, unfit

EXPECTED = "true, false, or {status: true or false, updated_at: a date or null}"
_PARTS: dict[str, Kind] = {"status": Boolean(), "updated_at": InstantKind()}


class ConsentKind(Kind, frozen=True):
    """A member's consent or refusal, and its time; ``true`` and ``false`` mean one without a time."""

    type_name: ClassVar[str] = "object"

    def read(self, value: Any) -> dict[str, Any]:
        """Return ``status`` and ``updated_at``, milliseconds since the epoch or None."""
        if type(value) is bool:
            return {"status": value, "updated_at": None}
        if type(value) is not dict or not {"status"} <= value.keys() <= _PARTS.keys():
            raise unfit(value, "invalid", EXPECTED, format=EXPECTED)
        found: dict[str, Any] = {"updated_at": None}
        for name, part in value.items():
            try:
                found[name] = None if value[name] is None and name == "updated_at" else _PARTS[name].read(part)
            except UnfitError as error:
                raise UnfitError(error.tree, *nested(error.problems, name)) from None
        return {name: found[name] for name in _PARTS}

    def write(self, value: Any) -> dict[str, Any]:
        """Return the consent as JSON."""
        updated_at = value["updated_at"]
        return {
            "status": value["status"],
            "updated_at": None if updated_at is None else InstantKind().write(updated_at),
        }

    def schema(self, refer: Refer) -> Json:
        """Return a reference to the model."""
        return refer("Consent")
