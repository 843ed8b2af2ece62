"""One attribute of the API's models: a row of ``attributes.py``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET, Struct, field

from mockserver.values.kinds import Kind
from mockserver.values.kinds import Mapping as FreeObject
from mockserver.values.lists import ListOf, MapOf


class Shown(Struct, frozen=True):
    """How a model shows an attribute: the revisions that have it (``only``; none: all), and its name in those that renamed it.

    ``says`` replaces the attribute's description there; ``{name}`` in it is the name.
    """

    only: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    says: str | None = None


EVERYWHERE = Shown()


class Attribute(Struct, frozen=True, kw_only=True):
    """One attribute of a record or a response.

    ``shown`` says by model how responses show it; ``settable`` is its kind in payloads (None: it may not be set), ``file``
    its kind in fixture files (None: it has no place there), where ``required`` ones must be present. ``stored`` ones are fields
    of the record, with ``default`` if they are absent. ``source`` names the document or the page of the reference, or is "ours".
    """

    name: str
    kind: Kind
    source: str
    null: bool = False
    shown: Mapping[str, Shown] = field(default_factory=dict)
    settable: Kind | None = None
    file: Kind | None = None
    required: bool = False
    stored: bool = True
    default: Any = UNSET
    says: str = ""
    example: Any = None

    @property
    def empty(self) -> Any:
        """The value in a record if none was given."""
        if self.default is not UNSET:
            return self.default
        if self.null:
            return None
        return {} if isinstance(self.kind, (FreeObject, MapOf)) else () if isinstance(self.kind, ListOf) else None

    def description(self, model: str, name: str) -> str:
        """Return its description in a model, under its name there."""
        said = self.shown[model].says if model in self.shown else None
        return (self.says if said is None else said).format(name=name)
