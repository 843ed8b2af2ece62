"""Random walks come out the same; ``python -m tests.capsules.walks 500`` takes more of them."""

from __future__ import annotations

import pytest

from tests.capsules.walks import check, walked


@pytest.mark.parametrize("seed", range(10))
def test_a_random_walk_comes_out_the_same(seed: int) -> None:
    assert check(seed) or walked(seed) is None  # one that ends with a reset has nothing to save
