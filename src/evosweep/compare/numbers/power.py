"""How many seeds an effect needs to be found, before any run is made.

Noether: Sample Size Determination for Some Common Nonparametric Tests, J. American Statistical
Association 82, 1987: for the test of Wilcoxon, Mann and Whitney with n values a side,
n = (z(level / 2) + z(1 - power))^2 / (6 (A12 - 1/2)^2). Holm's correction compares the smallest of
m p-values with level / m, so that this level is planned with.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from evosweep.compare.numbers.significance import fewest_seeds

_NORMAL = NormalDist()
EFFECTS = {0.56: "small", 0.64: "medium", 0.71: "large"}
"""Vargha and Delaney's thresholds of A12."""


def seeds_for(a12: float, *, pairs: int, power: float, alpha: float = 0.05) -> int:
    """Return the number of seeds per algorithm with which a test finds an effect.

    Parameters
    ----------
    a12
        The effect: the probability that a run of the one algorithm beats a run of the other one.
    pairs
        How many pairs of algorithms are tested on the problem.
    power
        The probability to find it.
    alpha
        The level of all pairs together.
    """
    wanted = (_quantile(alpha / pairs) + _NORMAL.inv_cdf(power)) ** 2 / (6 * (a12 - 0.5) ** 2)
    return max(math.ceil(wanted), fewest_seeds(pairs, alpha))


def effect_for(seeds: int, *, pairs: int, power: float, alpha: float = 0.05) -> float:
    """Return the smallest A12 above one half that so many seeds find; 1 if they find none."""
    if seeds < fewest_seeds(pairs, alpha):
        return 1.0
    return min(
        0.5 + (_quantile(alpha / pairs) + _NORMAL.inv_cdf(power)) / math.sqrt(6 * seeds), 1.0
    )


def _quantile(level: float) -> float:
    return -_NORMAL.inv_cdf(level / 2)


@dataclass(frozen=True)
class InStages:
    """What a sequence of looks promises for one effect."""

    power: float
    seeds: float
    """How many it takes on average."""


def in_stages(
    a12: float, looks: Sequence[int], spending: str, *, pairs: int, alpha: float = 0.05
) -> InStages:
    """Return power and mean number of seeds of one pair if looks may stop it.

    Parameters
    ----------
    looks
        The number of seeds at each look.
    spending
        See `spending.boundary`.
    """
    from evosweep.compare.numbers.spending import boundary, deciding

    fractions = tuple(seeds / looks[-1] for seeds in looks)
    levels = boundary(fractions, alpha / pairs, spending)
    shares = deciding(fractions, levels, math.sqrt(6 * looks[-1]) * (a12 - 0.5))
    mean = sum(share * seeds for share, seeds in zip(shares[:-1], looks[:-1], strict=True))
    return InStages(sum(shares), mean + (1 - sum(shares[:-1])) * looks[-1])
