"""Non-dominated sorting with DEAP's order of fronts and individuals, over arrays.

Deb, Pratap, Agarwal and Meyarivan: A fast and elitist multiobjective genetic algorithm: NSGA-II,
IEEE Transactions on Evolutionary Computation 6(2), 2002. Fortin, Grenier and Parizeau: Generalizing
the improved run-time complexity algorithm for non-dominated sorting, GECCO 2013.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import cast

import numpy as np
from deap.tools import emo
from numpy.typing import NDArray

from evosweep.fast import core
from evosweep.fast.fitnesses import weighted_array
from evosweep.fast.kinds import is_count, is_sequence
from evosweep.fast.shapes import Floats, Individual, Member, Weighted

SMALL, _SMALL_LOG = 18, 32  # up to this number of individuals, DEAP is as fast
_BLOCK = 4_000_000  # most comparisons in memory at a time


def sort_nondominated(
    individuals: Sequence[Member], k: int, first_front_only: bool = False
) -> list[list[Member]]:
    """Return the fronts that `deap.tools.sortNondominated` gives, in its order."""
    if _is_ours(individuals, k, SMALL):
        wanted = 0 if first_front_only else min(len(individuals), k)
        compiled = core.fronts_of_two(individuals, wanted)
        if compiled is not None:
            return compiled
    weighted = _sortable(individuals, k)
    if weighted is None:
        stock: list[list[Member]] = emo.sortNondominated(individuals, k, first_front_only)
        return stock
    points, groups = _unique(individuals, weighted)
    ranks = pareto_ranks(points)
    fronts: list[list[Member]] = []
    front = np.flatnonzero(ranks == 0)
    wanted = 0 if first_front_only else min(len(individuals), k)
    while True:
        fronts.append([individual for point in front.tolist() for individual in groups[point]])
        wanted -= len(fronts[-1])
        if wanted <= 0:
            return fronts
        front = _next_front(points, front, np.flatnonzero(ranks == len(fronts)))


def sort_log_nondominated(
    individuals: Sequence[Member], k: int, first_front_only: bool = False
) -> list[list[Member]]:
    """Return the fronts that `deap.tools.sortLogNondominated` gives, in its order.

    With `first_front_only`, both functions return only the first front, a single list.
    """
    compiled = log_fronts(individuals, 0 if first_front_only else k)
    if compiled is not None:
        return cast(list[list[Member]], compiled[0][0]) if first_front_only else compiled[0]
    weighted = _sortable(individuals, k, least=_SMALL_LOG)
    if weighted is None or weighted.shape[1] < 2:
        stock: list[list[Member]] = emo.sortLogNondominated(individuals, k, first_front_only)
        return stock
    points, groups = _unique(individuals, weighted)
    ranks = pareto_ranks(points)
    sizes = np.cumsum(np.bincount(ranks, weights=list(map(len, groups))))
    wanted = 1 if first_front_only else min(len(sizes), int(np.searchsorted(sizes, k)) + 1)
    fronts: list[list[Member]] = [[] for _ in range(wanted)]
    order = np.lexsort(points.T[::-1])[::-1]
    order = order[ranks[order] < wanted]
    for point, rank in zip(order.tolist(), ranks[order].tolist(), strict=True):
        fronts[rank].extend(groups[point])
    return cast(list[list[Member]], fronts[0]) if first_front_only else fronts


def log_fronts(individuals: Sequence[Member], k: int) -> tuple[list[list[Member]], Floats] | None:
    """Return the same fronts and the weighted values of their members, by the compiled core."""
    return core.log_fronts(individuals, k) if _is_ours(individuals, k, least=2) else None


def _sortable(individuals: Sequence[Individual], k: int, least: int = SMALL) -> Floats | None:
    """Return the weighted values if this module can sort them; None to leave it to DEAP."""
    return weighted_array(individuals) if _is_ours(individuals, k, least) else None


def _is_ours(individuals: Sequence[Individual], k: int, least: int) -> bool:
    return is_count(k, 1) and is_sequence(individuals) and len(individuals) >= least


def pareto_ranks(points: Floats) -> NDArray[np.intp]:
    """Return the front number (0 is best) of each distinct point, shape (n, m), for
    maximisation."""
    if points.shape[1] == 2:
        return _ranks_of_two(points)
    try:
        from moocore import pareto_rank
    except ImportError:
        return _ranks_by_peeling(points)
    return np.asarray(pareto_rank(points, maximise=True), dtype=np.intp)


def _unique(
    individuals: Sequence[Member], weighted: Floats
) -> tuple[Floats, Sequence[Sequence[Member]]]:
    """Return the distinct points in order of first appearance, and the individuals of each."""
    values = [individual.fitness.wvalues for individual in individuals]
    if len(set(values)) == len(values):
        return weighted, list(zip(individuals, strict=True))
    groups: dict[Weighted, list[Member]] = {}
    first = []
    for index, (individual, key) in enumerate(zip(individuals, values, strict=True)):
        group = groups.get(key)
        if group is None:
            groups[key] = [individual]
            first.append(index)
        else:
            group.append(individual)
    return weighted[first], list(groups.values())


def _ranks_of_two(points: Floats) -> NDArray[np.intp]:
    """Return the ranks for two objectives, by a sweep from the best first objective downwards.

    The last second objectives of the fronts are in order, so that bisection finds a point's front.
    """
    order = np.lexsort((-points[:, 1], -points[:, 0]))
    last: list[float] = []  # for each front, minus its best second objective so far
    ranks = np.empty(len(points), dtype=np.intp)
    for index, second in zip(order.tolist(), (-points[order, 1]).tolist(), strict=True):
        # A front dominates the point if its best is at least as good. -last never decreases from
        # front to front, so bisection finds the first front that does not dominate the point.
        front = bisect_right(last, second)
        if front == len(last):
            last.append(second)
        else:
            last[front] = second
        ranks[index] = front
    return ranks


def _ranks_by_peeling(points: Floats) -> NDArray[np.intp]:
    """Return the ranks by removing front after front, and counting the remaining dominators."""
    n = len(points)
    dominators = np.zeros(n, dtype=np.intp)
    for start, block in _blocks(np.arange(n), n):
        dominators[start : start + len(block)] = _dominated_by(points[block], points).sum(axis=1)
    ranks = np.full(n, -1, dtype=np.intp)
    rank = 0
    while (ranks < 0).any():
        front = np.flatnonzero((dominators == 0) & (ranks < 0))
        ranks[front] = rank
        rest = np.flatnonzero(ranks < 0)
        for start, block in _blocks(rest, len(front)):
            taken = _dominated_by(points[block], points[front]).sum(axis=1)
            dominators[rest[start : start + len(block)]] -= taken
        rank += 1
    return ranks


def _next_front(
    points: Floats, front: NDArray[np.intp], members: NDArray[np.intp]
) -> NDArray[np.intp]:
    """Return `members` in DEAP's order: a point comes when its last dominator was removed."""
    last = np.empty(len(members), dtype=np.intp)
    reverse = points[front][::-1]
    for start, block in _blocks(members, len(front)):
        dominated = _dominated_by(points[block], reverse)
        last[start : start + len(block)] = len(front) - 1 - dominated.argmax(axis=1)
    return members[np.argsort(last, kind="stable")]


def _dominated_by(points: Floats, others: Floats) -> NDArray[np.bool_]:
    """Return a matrix whose entry (i, j) is True if others[j] dominates points[i]."""
    no_worse = np.ones((len(points), len(others)), dtype=np.bool_)
    better = np.zeros_like(no_worse)
    for objective in range(points.shape[1]):
        mine, theirs = points[:, objective, None], others[None, :, objective]
        no_worse &= theirs >= mine
        better |= theirs > mine
    return no_worse & better


def _blocks(indices: NDArray[np.intp], width: int) -> Iterator[tuple[int, NDArray[np.intp]]]:
    step = max(1, _BLOCK // max(1, width))
    return ((start, indices[start : start + step]) for start in range(0, len(indices), step))


def nondominated(points: Floats) -> NDArray[np.bool_]:
    """Return True for each point of shape (n, m) that no other point dominates; twins stay."""
    if points.shape[1] == 1:
        return np.asarray(points[:, 0] == points[:, 0].max())
    distinct, inverse = np.unique(points, axis=0, return_inverse=True)
    return np.asarray((pareto_ranks(distinct) == 0)[inverse.reshape(-1)])
