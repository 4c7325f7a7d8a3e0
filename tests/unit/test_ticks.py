"""The ticks of a run's curve: a few round numbers within the axis, and labels that differ."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evosweep.track.content.ticks import MOST, labels, ticks

NUMBERS = st.floats(-1e300, 1e300)


@pytest.mark.parametrize(
    ("interval", "expected"),
    [
        ((0.0, 100.0), (0, 20, 40, 60, 80, 100)),
        ((0.0, 12.0), (0, 2, 4, 6, 8, 10, 12)),
        ((-0.04, 1.04), (0, 0.2, 0.4, 0.6, 0.8, 1)),
        ((-14.0, 1.0), (-12.5, -10, -7.5, -5, -2.5, 0)),
        ((999_999.95, 1_000_000.45), (1e6, 1_000_000.1, 1_000_000.2)),
    ],
)
def test_they_are_round(interval: tuple[float, float], expected: tuple[float, ...]) -> None:
    assert ticks(*interval)[: len(expected)] == pytest.approx(expected, rel=1e-12, abs=1e-12)


@given(NUMBERS, st.floats(1e-9, 1e300))
def test_two_or_more_lie_on_each_axis_and_differ(low: float, length: float) -> None:
    high = low + max(length, 1e-9 * abs(low))
    found = ticks(low, high)
    tolerance = 1e-6 * (high / MOST - low / MOST)
    assert 2 <= len(found) <= MOST + 1
    assert all(low - tolerance <= each <= high + tolerance for each in found)
    assert list(found) == sorted(set(found))
    assert len(set(labels(found))) == len(found)


@given(st.integers(0, 10**6), st.integers(1, 10**9))
def test_generations_are_whole(first: int, generations: int) -> None:
    found = ticks(float(first), float(first + generations), whole=True)
    assert 2 <= len(found) <= MOST + 1
    assert all(each == math.floor(each) for each in found)


def test_labels_have_the_digits_that_they_need() -> None:
    assert labels((0.0, 0.5, 1.0)) == ["0", "0.5", "1"]
    assert labels((100_000.1, 100_000.2)) == ["100000.1", "100000.2"]
    assert labels((1_000_000.1, 1_000_000.2)) == ["1000000.1", "+0.1"]
