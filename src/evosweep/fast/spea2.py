"""SPEA2's selection with DEAP's results.

Zitzler, Laumanns and Thiele: SPEA2: Improving the strength Pareto evolutionary algorithm, 2001.
"""

import math
from collections.abc import Sequence

import numpy as np
from deap.tools import emo
from numpy.typing import NDArray

from evosweep.fast.fitnesses import both_arrays
from evosweep.fast.kinds import is_count, is_sequence
from evosweep.fast.shapes import Floats, Member

_FEW = 24  # up to this number of individuals, DEAP is as fast
_LARGEST = 4096  # most individuals: the matrices have a row and a column for each


def sel_spea2(individuals: Sequence[Member], k: int) -> list[Member]:
    """Return the `k` individuals that `deap.tools.selSPEA2` selects, in its order.

    Its random draws, for the k-th nearest neighbour, are those of DEAP too.
    """
    ours = is_count(k, 1) and is_sequence(individuals) and _FEW <= len(individuals) <= _LARGEST
    arrays = both_arrays(individuals) if ours else None
    if arrays is None:
        stock: list[Member] = emo.selSPEA2(individuals, k)
        return stock
    weighted, values = arrays
    raw = _raw_fitness(weighted)
    chosen = np.flatnonzero(raw < 1)
    if len(chosen) < k:
        rest = np.flatnonzero(raw >= 1)
        fits = raw + _densities(values)
        best = rest[np.lexsort((rest, fits[rest]))]
        chosen = np.concatenate([chosen, best[: k - len(chosen)]])
    elif len(chosen) > k:
        chosen = chosen[_truncated(_squared_distances(values[chosen]), k)]
    return [individuals[index] for index in chosen.tolist()]


def _raw_fitness(weighted: Floats) -> Floats:
    """Return for each the sum of its dominators' strengths (numbers of dominated individuals)."""
    no_worse = np.ones((len(weighted), len(weighted)), dtype=np.bool_)
    better = np.zeros_like(no_worse)
    for column in weighted.T:
        no_worse &= column[:, None] >= column[None, :]
        better |= column[:, None] > column[None, :]
    dominates = no_worse & better
    strength = dominates.sum(axis=1)
    return np.array([strength[column].sum() for column in dominates.T], dtype=np.float64)


def _densities(values: Floats) -> Floats:
    """Return 1 / (distance + 2); like DEAP, it only measures distances to later individuals."""
    n = len(values)
    kth = math.sqrt(n)
    distances = np.triu(_squared_distances(values), 1)
    select = emo._randomizedSelect
    return np.array([1.0 / (select(row, 0, n - 1, kth) + 2.0) for row in distances.tolist()])


def _squared_distances(values: Floats) -> Floats:
    """Return squared distances, summed in the order of objectives to get DEAP's rounding."""
    distances = np.zeros((len(values), len(values)))
    for column in values.T:
        difference = column[:, None] - column[None, :]
        distances += difference * difference
    return distances


def _truncated(distances: Floats, k: int) -> NDArray[np.intp]:
    """Return the indices of the `k` individuals that remain when the most crowded ones leave.

    Crowding is compared by the distance to the nearest neighbour, then to the second, and so on.
    """
    n = len(distances)
    np.fill_diagonal(distances, -1.0)
    order = np.argsort(distances, axis=1, kind="stable")
    alive = np.arange(n)
    while len(alive) > k:
        gone = _nearest(np.take_along_axis(distances[alive], order, axis=1))
        kept = np.delete(order, gone, axis=0)
        order = kept[kept != alive[gone]].reshape(len(alive) - 1, -1)
        alive = np.delete(alive, gone)
    return alive


def _nearest(ordered: Floats) -> int:
    """Return the first row whose distances to others come first in lexicographic order."""
    rows = np.arange(len(ordered))
    for column in ordered.T[1:]:
        smallest = column[rows]
        rows = rows[smallest == smallest.min()]
        if len(rows) == 1:
            break
    return int(rows[0])
