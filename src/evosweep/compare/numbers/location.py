"""Location and spread of samples for all floats: without overflow, and with infinity as a value.

Values beyond 1e100 are divided by a power of two first, which is exact, so that sums, differences
and squares of the largest floats stay finite.
"""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LARGE = 1e100


def scale_of(*samples: Floats) -> float:
    """Return a power of two by which samples are divided before arithmetic; 1 in usual cases."""
    values = np.concatenate([np.ravel(sample) for sample in samples])
    finite = np.abs(values[np.isfinite(values)])
    most = float(finite.max(initial=0.0))
    return 1.0 if most < LARGE else 2.0 ** min(math.frexp(most)[1], 1023)


def median(values: Floats) -> float:
    """Return the median, by linear interpolation."""
    return quartiles(values)[1]


def quartiles(values: Floats) -> tuple[float, float, float]:
    """Return the quartiles and, between them, the median, by linear interpolation.

    Infinite results are valid: between two equal infinities lies the same one, and between a
    number and infinity lies infinity.
    """
    scale, marks = scale_of(values), [25, 50, 75]
    scaled = values / scale
    low, high = (np.percentile(scaled, marks, method=side) for side in ("lower", "higher"))
    with np.errstate(invalid="ignore"):
        between = np.where(low == high, low, np.percentile(scaled, marks))
    lost = np.isnan(between) & ~np.isnan(low)  # numpy's arithmetic between a number and infinity
    between = np.where(lost, np.where(np.isinf(high), high, low), between)
    q1, middle, q3 = between * scale
    return float(q1), float(middle), float(q3)


def mean(values: Floats) -> float:
    """Return the arithmetic mean."""
    scale = scale_of(values)
    with np.errstate(invalid="ignore"):
        return float((values / scale).mean() * scale)


def deviation(values: Floats) -> float | None:
    """Return the standard deviation with n - 1; None below two values, or if one is infinite."""
    if len(values) < 2 or not np.isfinite(values).all():
        return None
    scale = scale_of(values)
    with np.errstate(over="ignore"):  # the deviation of the largest floats overflows
        scaled = values / scale
        return float((scaled - scaled[0]).std(ddof=1) * scale)  # exactly 0 for equal values
