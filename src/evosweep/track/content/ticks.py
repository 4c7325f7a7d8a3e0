"""The ticks of an axis where Matplotlib puts them (`MaxNLocator`), without its import.

Matplotlib takes half a second to be imported, and half a millisecond for two axes.
"""

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache

MOST = 6
"""Most intervals between the ticks of an axis."""
_FEWEST = 2
_MULTIPLES = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_STEPS = (*(0.1 * each for each in _MULTIPLES[:-1]), *_MULTIPLES, 10 * _MULTIPLES[1])
_NEAR, _FAR = 1e-10, 0.4999
_NOTHING, _AROUND_NOTHING = 2.2250738585072014e-288, 1e-13


@lru_cache(256)  # the runs of a configuration end at the same generation
def ticks(low: float, high: float, *, whole: bool = False) -> tuple[float, ...]:
    """Return the ticks between two different numbers; only whole numbers if `whole`."""
    first, last = low, high
    if max(abs(low), abs(high)) < _NOTHING:
        first, last = -_AROUND_NOTHING, _AROUND_NOTHING
    scale, offset = _scale(first, last)
    first, last = first - offset, last - offset
    places: Iterable[float] = ()
    least = 1.0 if whole and math.floor(last) - math.ceil(first) >= _FEWEST - 1 else 0.0
    for step in _candidates(scale, last - first, whole=whole):
        places = _places(first, last, max(least, step), abs(offset))
        if sum(first <= place <= last for place in places) >= _FEWEST:
            break
    return tuple(value for place in places if low <= (value := place + offset) <= high)


def _scale(first: float, last: float) -> tuple[float, float]:
    """Return the power of ten below an interval, and what is subtracted from a distant axis."""
    length, middle = last - first, (last + first) / 2
    offset = 0.0
    if abs(middle) / length >= 100:
        offset = math.copysign(10 ** (math.log10(abs(middle)) // 1), middle)
    return 10 ** (math.log10(length / MOST) // 1), offset


def _candidates(scale: float, length: float, *, whole: bool) -> Sequence[float]:
    """Return the steps that may be tried, the best first; each next one gives more ticks."""
    steps = [each * scale for each in _STEPS]
    if whole:
        steps = [each for each in steps if each < 1 or abs(each - round(each)) < 0.001]
    large = (place for place, step in enumerate(steps) if step >= length / MOST)
    return steps[next(large, len(steps) - 1) :: -1]


def _places(first: float, last: float, step: float, offset: float) -> Sequence[float]:
    """Return the multiples of a step around an interval, with a tolerance for rounding errors."""
    tolerance = _NEAR
    if offset > 0:
        tolerance = min(_FAR, max(_NEAR, 10 ** (math.log10(offset / step) - 12)))
    begin = (first // step) * step
    below, rest = divmod(first - begin, step)
    above, more = divmod(last - begin, step)
    low = below + 1 if abs(rest / step - 1) < tolerance else below
    high = above if abs(more / step) < tolerance else above + 1
    return [number * step + begin for number in range(int(low), int(high) + 1)]
