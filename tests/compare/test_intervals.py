"""Bootstrap intervals against scipy, one sample at a time."""

import math

import numpy as np
import pytest
from scipy import stats

from evosweep.compare.numbers.intervals import RESAMPLES, SEED, bootstrap


@pytest.mark.parametrize("statistic", [np.mean, np.median])
def test_intervals_are_scipys(statistic) -> None:
    rng = np.random.default_rng(11)
    samples = [rng.normal(size=size) for size in (5, 9, 9, 30)]
    for sample, (low, high) in zip(samples, bootstrap(samples, statistic), strict=True):
        known = stats.bootstrap(
            (sample,),
            statistic,
            n_resamples=RESAMPLES,
            method="percentile",
            rng=np.random.default_rng(SEED),
        ).confidence_interval
        assert low == pytest.approx(known.low, abs=1e-9)
        assert high == pytest.approx(known.high, abs=1e-9)


def test_one_value_has_no_interval_and_equal_ones_have_a_point() -> None:
    found = bootstrap([np.array([1.0]), np.full(4, 2.5)], np.mean)
    assert math.isnan(found[0][0])
    assert found[1] == (2.5, 2.5)
