"""One attribute of the API's models: a row of ``attributes.py``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import UNSET, Struct, field

from mockserver.values.kinds import Kind
from mockserver.values.kinds import Mapping as FreeObject
from mockserver.values.lists import ListOf, MapOf


class Shown(Struct, frozen=True):
    """How a model answers an attribute: in which revisions (``only``; none: all), and by which name where it has another.

    ``says`` describes it there, where the attribute's own words do not; ``{name}`` in it is the name.
    """

    only: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    says: str | None = None


EVERYWHERE = Shown()


class Attribute(Struct, frozen=True, kw_only=True):
    """One attribute of a record or an answer.

    ``shown`` says by model how it is answered; ``settable`` is the kind that a payload takes (None: it may not be set) and
    ``file`` the kind that a fixture file holds (None: none does), ``required`` that it must be there. ``stored`` ones are
    fields of the record, at ``default`` where nothing was said. ``source`` names the document, or the contract's section.
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
        """What stands in a record where nothing was said."""
        if self.default is not UNSET:
            return self.default
        if self.null:
            return None
        return {} if isinstance(self.kind, (FreeObject, MapOf)) else () if isinstance(self.kind, ListOf) else None

    def description(self, model: str, name: str) -> str:
        """Return what describes it in a model, under its name there."""
        said = self.shown[model].says if model in self.shown else None
        return (self.says if said is None else said).format(name=name)
