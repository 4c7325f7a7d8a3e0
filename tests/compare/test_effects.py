"""Effect sizes against definitions counted out, and intervals against an independent formula."""

import math

import numpy as np
import pytest
from scipy import stats

from evosweep.compare.numbers.effects import effect

RNG = np.random.default_rng(7)


def counted(one, other) -> float:
    """A12 for losses, by its definition."""
    wins = sum(a < b for a in one for b in other) + 0.5 * sum(a == b for a in one for b in other)
    return wins / (len(one) * len(other))


def feng_and_cliff(one, other, alpha: float) -> tuple[float, float]:
    """The interval written with loops, from the papers."""
    n, m = len(one), len(other)
    signs = [[(b > a) - (b < a) for b in other] for a in one]
    d = sum(map(sum, signs)) / (n * m)
    rows = [sum(row) / m for row in signs]
    columns = [sum(row[j] for row in signs) / n for j in range(m)]
    top = m * m * sum((r - d) ** 2 for r in rows) + n * n * sum((c - d) ** 2 for c in columns)
    top -= sum((s - d) ** 2 for row in signs for s in row)
    variance = max(top / (n * m * (n - 1) * (m - 1)), (1 - d * d) / (n * m - 1))
    t = stats.t.ppf(1 - alpha / 2, n + m - 2)
    root = t * math.sqrt(variance) * math.sqrt((1 - d * d) ** 2 + t * t * variance)
    bottom = 1 - d * d + t * t * variance
    return max(-1, (d - d**3 - root) / bottom), min(1, (d - d**3 + root) / bottom)


@pytest.mark.parametrize(("n", "m", "shift"), [(5, 5, 0.3), (10, 7, 1.0), (30, 30, -0.5)])
def test_a12_delta_and_interval(n: int, m: int, shift: float) -> None:
    one, other = RNG.normal(size=n).round(1), RNG.normal(shift, size=m).round(1)
    found = effect(one, other)
    assert found.a12 == pytest.approx(counted(one, other), abs=1e-9)
    assert found.delta == pytest.approx(2 * found.a12 - 1, abs=1e-9)
    low, high = feng_and_cliff(one.tolist(), other.tolist(), 0.05)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))
    assert found.low <= found.delta <= found.high


def test_a12_is_the_mann_whitney_statistic_over_the_number_of_pairs() -> None:
    one, other = RNG.normal(size=12), RNG.normal(size=9)
    u = stats.mannwhitneyu(other, one).statistic
    assert effect(one, other).a12 == pytest.approx(u / (12 * 9), abs=1e-9)


def test_a_perfect_separation_has_a_bounded_interval() -> None:
    found = effect(np.arange(6.0), np.arange(6.0) + 10)
    assert (found.a12, found.delta, found.high, found.size) == (1, 1, 1, "large")
    assert -1 < found.low < 1
    mirrored = effect(np.arange(6.0) + 10, np.arange(6.0))
    assert (mirrored.low, mirrored.high) == (-1, pytest.approx(-found.low))


def test_a_single_value_has_no_interval() -> None:
    found = effect(np.array([1.0]), np.array([2.0, 3.0]))
    assert math.isnan(found.low)
    assert math.isnan(found.high)


def test_equal_samples_have_no_effect() -> None:
    found = effect(np.ones(5), np.ones(5))
    assert (found.a12, found.delta, found.size) == (0.5, 0, "negligible")


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    truth = 2 * stats.norm.cdf(0.5 / math.sqrt(2)) - 1
    rng, covered = np.random.default_rng(1), 0
    for _ in range(400):
        found = effect(rng.normal(size=20), rng.normal(0.5, size=20))
        covered += found.low <= truth <= found.high
    assert 0.92 <= covered / 400 <= 0.98
