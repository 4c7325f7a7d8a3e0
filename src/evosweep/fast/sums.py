"""The exactly rounded sum of `math.fsum`, mostly without its price."""

import math

import numpy as np

from evosweep.fast.fitnesses import Floats

_UNIT = float(np.finfo(np.longdouble).eps)  # twice the rounding error of one addition


def exact_sum(values: Floats) -> float:
    """`math.fsum(values)`, of finite values none of which is negative.

    Summed in long doubles, as a square whose rows and then whose row of sums are added, at most
    rows + columns additions one on another bound the error. If all numbers within that bound
    round to one double, it is the exactly rounded sum; elsewhere `math.fsum` decides.
    """
    side = math.isqrt(len(values))
    if side < 8:
        return math.fsum(values.tolist())
    wide = values.astype(np.longdouble)
    total = wide[: side * side].reshape(side, side).sum(axis=0).sum() + wide[side * side :].sum()
    margin = total * (4 * side + 4) * _UNIT  # what is left of the square: 2 side numbers at most
    low, high = float(total - margin), float(total + margin)
    return low if low == high else math.fsum(values.tolist())
