"""Average ranks against scipy, and on numbers worked out by hand."""

import numpy as np
import pytest
from scipy.stats import rankdata

from evosweep.compare.numbers.ranks import average_ranks


def test_ranks_by_hand() -> None:
    values = np.array([3.0, 1.0, 3.0, -np.inf, np.inf, 3.0])
    assert average_ranks(values).tolist() == [4.0, 2.0, 4.0, 1.0, 6.0, 4.0]


@pytest.mark.parametrize("kinds", [1, 3, 50, 10**6])
def test_ranks_are_scipys(kinds: int) -> None:
    rng = np.random.default_rng(kinds)
    for size in (0, 1, 2, 7, 500):
        values = rng.integers(0, kinds, size).astype(float)
        assert average_ranks(values).tolist() == rankdata(values).tolist()


def test_no_number_leaves_no_ranks_as_in_scipy() -> None:
    values = np.array([2.0, np.nan, 1.0])
    assert np.isnan(average_ranks(values)).all()
    assert np.isnan(rankdata(values)).all()
