"""The hypervolume of a set of points: the volume that it dominates up to a reference point."""

from collections.abc import Sequence

import numpy
from numpy.typing import NDArray

EXACT_UP_TO = 6  # objectives: with ten, an exact hypervolume of 100 points takes minutes


def hypervolume(
    points: NDArray[numpy.float64], weights: Sequence[float], reference: Sequence[float]
) -> float:
    """Return the hypervolume of points (n, objectives) in raw units; 0.0 without a finite point.

    The sign of a weight says which way an objective is better. It is exact up to `EXACT_UP_TO`
    objectives; beyond, it is moocore's deterministic approximation, with a relative error of about
    1e-4.
    Zitzler and Thiele: Multiobjective optimization using evolutionary algorithms, PPSN V, 1998.
    """
    import moocore

    finite = points[numpy.isfinite(points).all(axis=1)]
    if not len(finite):
        return 0.0
    exact = len(weights) <= EXACT_UP_TO
    measure = moocore.hypervolume if exact else moocore.hv_approx
    return float(measure(finite, ref=list(reference), maximise=[w > 0 for w in weights]))
