"""Round numbers along an axis, without a plotting library, whose import takes half a second."""

import math
from functools import lru_cache

MOST = 6
"""Most intervals between the ticks of an axis."""
_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
_DIGITS = range(6, 18)
_LONGEST = 8
"""Most characters of labels beside an axis's title."""


@lru_cache(256)  # the runs of a configuration end at the same generation
def ticks(low: float, high: float, *, whole: bool = False) -> tuple[float, ...]:
    """Return the multiples of a round step in an interval; only whole numbers if `whole`.

    The step is 1, 2, 2.5 or 5 times a power of ten (Heckbert: Nice Numbers for Graph Labels,
    Graphics Gems, 1990), the smallest that leaves at most `MOST` intervals.
    """
    least = high / MOST - low / MOST  # each is finite, also where their difference is not
    scale = 10.0 ** math.floor(math.log10(least))
    step = next((each * scale for each in _ROUND if each * scale >= least), 10 * scale)
    if whole:
        step = float(max(1, math.ceil(step)))
    first, last = math.ceil(low / step), math.floor(high / step)
    return tuple(dict.fromkeys(number * step for number in range(first, last + 1)))


def labels(values: tuple[float, ...]) -> list[str]:
    """Return the numbers as texts that differ; long ones as their distance from the first."""
    texts: list[str] = []
    for digits in _DIGITS:
        texts = [f"{value:.{digits}g}" for value in values]
        if len(set(texts)) == len(texts):
            break
    if max(map(len, texts)) <= _LONGEST:
        return texts
    return [texts[0], *(f"+{value - values[0]:.6g}" for value in values[1:])]
