"""Functional ANOVA of a full grid: the share of variance that each parameter and pair explains.

A function on a grid is the sum of its mean, of a main effect of each parameter, of an interaction
of each pair, and so on; each term has a mean of zero along each of its parameters. The variance is
the sum of the variances of the terms: Sobol: Sensitivity Estimates for Nonlinear Mathematical
Models, 1993; for parameters of algorithms: Hutter, Hoos and Leyton-Brown: An Efficient Approach for
Assessing Hyperparameter Importance, ICML 2014. On a full grid, with equal weights of all levels,
the shares are exact.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Term = tuple[int, ...]
"""The indices of a term's parameters: one for a main effect, two for a pair."""


def terms_of(count: int) -> list[Term]:
    """Return the terms of `count` parameters: their main effects, then their pairs."""
    return [*((place,) for place in range(count)), *combinations(range(count), 2)]


def decompose(values: Floats) -> Floats:
    """Return the share of the variance that each term explains.

    Parameters
    ----------
    values
        Results of shape (repetitions, levels of the first parameter, levels of the second, ...).

    Returns
    -------
    NDArray
        Of shape (repetitions, terms), in the order of `terms_of`; NaN if all values are equal.
    """
    axes = range(1, values.ndim)
    total = values.var(axis=tuple(axes))
    effects = {(place,): _variance(values, (place,)) for place in range(values.ndim - 1)}
    pairs = {
        (one, other): _variance(values, (one, other)) - effects[one,] - effects[other,]
        for one, other in combinations(range(values.ndim - 1), 2)
    }
    shares = np.stack([*effects.values(), *pairs.values()], axis=-1)
    noise = 1e-24 * np.abs(values).max(axis=tuple(axes)) ** 2  # rounding, if nothing differs
    with np.errstate(invalid="ignore", divide="ignore"):
        result: Floats = np.where((total > noise)[:, None], shares / total[:, None], np.nan)
    return np.maximum(result, 0.0)


def _variance(values: Floats, kept: Sequence[int]) -> Floats:
    """Return the variance of the mean over all other parameters."""
    others = tuple(axis for axis in range(1, values.ndim) if axis - 1 not in kept)
    marginal = values.mean(axis=others)
    variance: Floats = marginal.reshape(len(values), -1).var(axis=1)
    return variance
