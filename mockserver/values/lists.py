"""Kinds of collections: lists, and objects with the keys of a model."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any, ClassVar

from mockserver.values.kinds import Integer, Json, Kind, Refer
from mockserver.values.problems import UnfitError, leaf, nested, unfit


class ListOf(Kind, frozen=True):
    """A list of one kind, of at most ``most`` elements; ``into`` is the type in the record.

    In a query it is ``ids[]=1&ids[]=2`` or ``ids=1&ids=2``, and ``ids=1,2`` where its elements are integers; blank elements
    are ignored.
    """

    type_name: ClassVar[str] = "array"
    inner: Kind
    most: int | None = None
    unique: bool = False
    into: Callable[[Sequence[Any]], Collection[Any]] = tuple

    def read(self, value: Any) -> Any:
        """Return the elements."""
        return self._read(value, self.inner.read)

    def read_text(self, text: Any) -> Any:
        """Return the elements from a query parameter's texts."""
        return self._read(self._split(text) if type(text) is list else text, self.inner.read_text, text)

    def _read(self, value: Any, read: Callable[[Any], Any], sent: Any = None) -> Any:
        if type(value) is not list:
            raise unfit(value, "must_be_an_array", "a list")
        if self.unique and len(value) > 1:
            _refuse_repeats(value)
        try:
            found = self.into([read(element) for element in value])
        except UnfitError as error:
            raise self._refusal(error, value, read, value if sent is None else sent) from None
        if self.most is not None and len(found) > self.most:
            raise unfit(value, "size_too_large", f"a list of at most {self.most}", number=self.most)
        return found

    def _split(self, texts: Iterable[str]) -> list[str]:
        if isinstance(self.inner, Integer):
            texts = [part.strip() for text in texts for part in text.split(",")]
        return [text for text in texts if text.strip()]

    def _refusal(self, first: UnfitError, value: list[Any], read: Callable[[Any], Any], sent: Any) -> UnfitError:
        """Return the error of a list with wrong elements: people are shown each element, apps one error for the list."""
        problems: list[Any] = []
        for index, element in enumerate(value):
            try:
                read(element)
            except UnfitError as error:
                problems += nested(error.problems, index)
        is_choice = isinstance(first.tree, list) and first.tree[0]["error"] == "inclusion"
        whole = [leaf(sent, "must_have_elements_of_type", type=self.inner.type_name)]
        return UnfitError(first.tree if is_choice else whole, *problems)

    def write(self, value: Any) -> list[Any]:
        """Return the list; sets are sorted."""
        write = self.inner.write
        return [write(element) for element in (sorted(value) if isinstance(value, frozenset) else value)]

    def schema(self, refer: Refer) -> Json:
        """Return the JSON Schema."""
        limits: Json = {} if self.most is None else {"maxItems": self.most}
        return {"type": "array", **limits, "items": self.inner.schema(refer)}


def _refuse_repeats(value: list[Any]) -> None:
    repeats = [index for index, element in enumerate(value) if element in value[:index]]
    if repeats:
        expected = "an element that is not in the list already"
        raise UnfitError([leaf(value, "taken")], *(((index,), expected) for index in repeats))


class MapOf(Kind, frozen=True):
    """An object with any keys, whose values are of one kind."""

    type_name: ClassVar[str] = "object"
    inner: Kind

    def read(self, value: Any) -> dict[str, Any]:
        """Return the object."""
        if type(value) is not dict:
            raise unfit(value, "must_be_an_object", "a mapping")
        found: dict[str, Any] = {}
        tree: dict[str, Any] = {}
        problems: list[Any] = []
        for name, each in value.items():
            try:
                found[_key(name)] = self.inner.read(each)
            except UnfitError as error:
                tree[str(name)] = error.tree
                problems += nested(error.problems, name)
        if tree:
            raise UnfitError(tree, *problems)
        return found

    def write(self, value: Any) -> dict[str, Any]:
        """Return the object."""
        return {name: self.inner.write(each) for name, each in value.items()}

    def schema(self, refer: Refer) -> Json:
        """Return the JSON Schema."""
        return {"type": "object", "additionalProperties": self.inner.schema(refer)}


def _key(name: Any) -> str:
    if type(name) is not str:
        raise unfit(name, "invalid", "a text as key (put it in quotes)", format="a string")
    return name


class Model(Kind, frozen=True):
    """An object of the model of this name, or with ``many`` a list of objects."""

    type_name: ClassVar[str] = "object"
    name: str
    many: bool = False
    most: int | None = None

    def schema(self, refer: Refer) -> Json:
        """Return a reference to the model's schema, or an array of it."""
        if not self.many:
            return refer(self.name)
        limits: Json = {} if self.most is None else {"maxItems": self.most}
        return {"type": "array", **limits, "items": refer(self.name)}
