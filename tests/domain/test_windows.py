"""Which offers are inside their window, at and around every boundary, while windows change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain import windows
from mockserver.domain.bits import slots_in
from mockserver.domain.model import Offer
from mockserver.domain.visibility import within
from mockserver.domain.windows import Span, Windows

spans = st.tuples(st.sampled_from([None, 0, 10, 20]), st.sampled_from([None, 0, 10, 20]))
instants = st.sampled_from([at + off for at in (0, 10, 20) for off in (-1, 0, 1)])
steps = st.lists(st.one_of(instants, st.tuples(st.integers(0, 5), st.none() | spans)), min_size=1, max_size=30)


def offer(span: Span | None) -> Offer | None:
    return None if span is None else Offer(id=1, club="c", usable_since=span[0], usable_until=span[1])


@pytest.mark.parametrize(("far", "most_known"), [(0, 2), (1, 3), (2_048, 128)])
@given(start=st.lists(st.none() | spans, max_size=4), steps=steps)
def test_a_moment_is_the_same_from_wherever_it_is_reached(
    far: int, most_known: int, start: list[Span | None], steps: list[int | tuple[int, Span | None]]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows, "_FAR", far)
        patch.setattr(windows, "_MOST_KNOWN", most_known)
        now_spans = dict(enumerate(start))
        kept = Windows(lambda known: (known.usable_since, known.usable_until), map(offer, start))
        for step in steps:
            if isinstance(step, int):
                opened = [n for n, span in sorted(now_spans.items()) if span is not None and within(step, *span)]
                assert list(slots_in(kept.at(step))) == opened
            else:
                slot, span = step
                kept.replace(slot, offer(now_spans.get(slot)), offer(span))
                now_spans[slot] = span
