"""The exact sum is that of math.fsum, whatever the magnitudes."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from evosweep.fast.sums import exact_sum


@settings(max_examples=80, deadline=None)
@given(n=st.integers(0, 3000), spread=st.sampled_from([0.0, 1.0, 20.0]), seed=st.integers(0, 10**6))
def test_is_fsum(n: int, spread: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.random(n) * np.exp(spread * rng.normal(size=n))
    assert exact_sum(values) == math.fsum(values.tolist())


def test_halfway_cases_are_fsums() -> None:
    for tiny in (0.0, 2.0**-60, 2.0**-200):
        values = np.array([1.0, 2.0**-53, *[0.0] * 200, tiny])
        assert exact_sum(values) == math.fsum(values.tolist())
