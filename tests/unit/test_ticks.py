"""The ticks of a run's curve are where Matplotlib puts them."""

import random

import pytest
from matplotlib.ticker import MaxNLocator

from evosweep.track.content.ticks import MOST, ticks


def _of_matplotlib(low: float, high: float, whole: bool) -> list[float]:
    values = MaxNLocator(nbins=MOST, integer=whole).tick_values(low, high)
    return [float(value) for value in values if low <= value <= high]


def _intervals(count: int) -> list[tuple[float, float]]:
    draw = random.Random(7)
    usual = [(0.0, 10.0 ** draw.uniform(0, 6)) for _ in range(count)]
    lows = [draw.choice((-1, 0, 1)) * 10 ** draw.uniform(-12, 12) for _ in range(count)]
    near = [(low, low + abs(low) * 10 ** draw.uniform(-8, 1) + 1e-9) for low in lows]
    far = [(low, low + 10 ** draw.uniform(9, 299)) for low in lows]
    tiny = [(0.0, 10 ** draw.uniform(-300, -9)) for _ in range(count)]
    return [*usual, *near, *far, *tiny]


@pytest.mark.parametrize("whole", [False, True])
def test_the_ticks_are_those_of_matplotlib(whole: bool) -> None:
    for low, high in _intervals(60):
        found = repr(list(ticks(low, high, whole=whole)))
        assert found == repr(_of_matplotlib(low, high, whole)), (low, high)
