"""Ranks of values, as rank tests count them."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def average_ranks(values: Floats) -> Floats:
    """Return the rank of each of some values, from 1; equal values share the mean of their ranks.

    All are NaN if a value is. `scipy.stats.rankdata` gives the same, but its import takes as long
    as a small report.
    """
    if np.isnan(values).any():
        return np.full(len(values), np.nan)
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    shared: Floats = (counts.cumsum() - (counts - 1) / 2)[places]
    return shared
