"""Effect sizes of two samples: Vargha and Delaney's A12, Cliff's delta and its interval.

Vargha and Delaney: A Critique and Improvement of the CL Common Language Effect Size Statistics,
J. Educational and Behavioral Statistics 25(2), 2000. Cliff: Dominance Statistics, Psychological
Bulletin 114(3), 1993. Feng and Cliff: Monte Carlo Evaluation of Ordinal d with Improved Confidence
Interval, J. Modern Applied Statistical Methods 3(2), 2004.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_LEAST = 1e-12  # of alpha; no interval says anything at a smaller one


@dataclass(frozen=True)
class Effect:
    """An effect size: A12 and delta; `low` and `high` bound delta, NaN below two values."""

    a12: float
    delta: float
    low: float
    high: float

    @property
    def size(self) -> str:
        """A word for the effect, by the thresholds of Vargha and Delaney (0.56, 0.64, 0.71)."""
        distance = abs(self.a12 - 0.5)
        names = ((0.21, "large"), (0.14, "medium"), (0.06, "small"))
        return next((name for least, name in names if distance >= least - 1e-12), "negligible")


def effect(one: Floats, other: Floats, alpha: float = 0.05) -> Effect:
    """Return the effect of `one` against `other`, both as losses: above 0.5, `one` is better.

    `a12` is the probability that a value of `one` is smaller; ties count half. delta is
    2 `a12` - 1, with its asymmetric 1 - `alpha` interval (Feng and Cliff, equation 9).
    """
    wins = (other[None, :] > one[:, None]).astype(float) - (other[None, :] < one[:, None])
    delta = float(wins.mean())
    low, high = _interval(wins, delta, alpha)
    return Effect((delta + 1) / 2, delta, low, high)


def _interval(wins: Floats, delta: float, alpha: float) -> tuple[float, float]:
    from scipy.special import stdtrit

    rows, columns = wins.shape
    if min(rows, columns) < 2:
        return float("nan"), float("nan")
    if alpha < _LEAST:
        return -1.0, 1.0
    quantile = float(stdtrit(rows + columns - 2, 1 - alpha / 2))
    if abs(delta) == 1:  # the variance is 0: Feng and Cliff bound it by the smaller sample
        inner = (min(rows, columns) - quantile**2) / (min(rows, columns) + quantile**2)
        return (inner, 1.0) if delta > 0 else (-1.0, -inner)
    spread = quantile**2 * _variance(wins, delta)
    centre, margin = delta - delta**3, np.sqrt(spread * ((1 - delta**2) ** 2 + spread))
    scale = 1 - delta**2 + spread
    return max(-1.0, float((centre - margin) / scale)), min(1.0, float((centre + margin) / scale))


def _variance(wins: Floats, delta: float) -> float:
    """Return Cliff's unbiased estimate of delta's variance, at least its smallest possible
    value."""
    rows, columns = wins.shape
    by_row = columns**2 * ((wins.mean(axis=1) - delta) ** 2).sum()
    by_column = rows**2 * ((wins.mean(axis=0) - delta) ** 2).sum()
    single = ((wins - delta) ** 2).sum()
    unbiased = (by_row + by_column - single) / (rows * columns * (rows - 1) * (columns - 1))
    return float(max(unbiased, (1 - delta**2) / (rows * columns - 1)))
