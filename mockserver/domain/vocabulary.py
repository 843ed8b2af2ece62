"""Which offers contain a word, anywhere in their texts, without reading the texts.

The words of all texts are few beside the texts, so a query's word is looked for in those; and because a word has no
whitespace, it occurs in a text exactly when it occurs in one of the text's words.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import chain

from mockserver.domain.bits import Bits
from mockserver.domain.model import Offer
from mockserver.domain.search import fold
from mockserver.domain.slot_sets import SlotSets

_ANSWERS_KEPT = 256


class Vocabulary(SlotSets[str]):
    """The folded words of the texts that ``text_of`` reads from the offers, by slot."""

    __slots__ = ("_answers", "_text_of")

    def __init__(self, text_of: Callable[[Offer], str], offers: Sequence[Offer | None]) -> None:
        super().__init__()
        self._text_of = text_of
        self._answers: OrderedDict[str, Bits] = OrderedDict()
        self._read(offers)

    def _read(self, offers: Sequence[Offer | None]) -> None:
        """Read all texts; a word is folded once, however often it is written."""
        written: defaultdict[str, list[int]] = defaultdict(list)
        text_of = self._text_of
        for slot, offer in enumerate(offers):
            if offer is not None:
                for word in set(text_of(offer).split()):
                    written[word].append(slot)
        spellings: defaultdict[str, list[list[int]]] = defaultdict(list)
        for word, slots in written.items():
            for part in set(fold(word).split()):
                spellings[part].append(slots)
        for part, lists in spellings.items():
            self.take(part, lists[0] if len(lists) == 1 else sorted(set(chain.from_iterable(lists))))

    def containing(self, word: str, size: int) -> Bits:
        """Return the slots in whose text a folded word occurs."""
        response = self._answers.get(word)
        if response is None:
            response = self._answers[word] = self.any_of([known for known in self if word in known], size)
            if len(self._answers) > _ANSWERS_KEPT:
                self._answers.popitem(last=False)
        else:
            self._answers.move_to_end(word)
        return response

    def replace(self, slot: int, old: Offer | None, new: Offer | None) -> None:
        """Take account of a changed offer; None is no offer."""
        before, after = self._words(old), self._words(new)
        for word in before - after:
            self.discard(word, slot)
        for word in after - before:
            self.add(word, slot)
        if before != after:
            self._correct(slot, after)

    def _words(self, offer: Offer | None) -> set[str]:
        return set() if offer is None else set(fold(self._text_of(offer)).split())

    def _correct(self, slot: int, words: Iterable[str]) -> None:
        text, bit = "\n".join(words), 1 << slot
        for word, response in self._answers.items():
            self._answers[word] = response | bit if word in text else response & ~bit
