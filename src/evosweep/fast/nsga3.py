"""NSGA-III's selection with DEAP's results.

Deb and Jain: An evolutionary many-objective optimization algorithm using reference-point-based
nondominated sorting approach, part I, IEEE Transactions on Evolutionary Computation 18(4), 2014.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from deap.tools import emo

from evosweep.fast.sorting import sort_log_nondominated, sort_nondominated


class SelNSGA3WithMemory:
    """What `deap.tools.selNSGA3WithMemory` is: best, worst and extreme points are remembered."""

    def __init__(self, ref_points: Any, nd: str = "log") -> None:
        self.ref_points = ref_points
        self.nd = nd
        self.best_point = np.full((1, ref_points.shape[1]), np.inf)
        self.worst_point = np.full((1, ref_points.shape[1]), -np.inf)
        self.extreme_points: Any = None

    @classmethod
    def taking_over(cls, other: emo.selNSGA3WithMemory) -> "SelNSGA3WithMemory":
        """A selection that goes on from what DEAP's remembers so far."""
        ours = cls(other.ref_points, other.nd)
        ours.best_point, ours.worst_point = other.best_point, other.worst_point
        ours.extreme_points = other.extreme_points
        return ours

    def __call__(self, individuals: Sequence[Any], k: int) -> list[Any]:
        """The `k` individuals that DEAP's class selects, in its order."""
        chosen, memory = sel_nsga3(
            individuals,
            k,
            self.ref_points,
            self.nd,
            self.best_point,
            self.worst_point,
            self.extreme_points,
            return_memory=True,
        )
        self.best_point = memory.best_point.reshape((1, -1))
        self.worst_point = memory.worst_point.reshape((1, -1))
        self.extreme_points = memory.extreme_points
        return chosen  # type: ignore[no-any-return]


def sel_nsga3(
    individuals: Sequence[Any],
    k: int,
    ref_points: Any,
    nd: str = "log",
    best_point: Any = None,
    worst_point: Any = None,
    extreme_points: Any = None,
    return_memory: bool = False,
) -> Any:
    """The `k` individuals that `deap.tools.selNSGA3` selects, in its order."""
    if nd not in ("standard", "log"):
        return emo.selNSGA3(individuals, k, ref_points, nd)
    sort = sort_nondominated if nd == "standard" else sort_log_nondominated
    fronts = sort(individuals, k)
    ranked = list(chain.from_iterable(fronts))
    fitnesses = np.array([value for ind in ranked for value in ind.fitness.wvalues])
    fitnesses = fitnesses.reshape(len(ranked), ref_points.shape[1])
    fitnesses *= -1
    best, worst = _bounds(fitnesses, best_point, worst_point)
    extreme = emo.find_extreme_points(fitnesses, best, extreme_points)
    intercepts = emo.find_intercepts(extreme, best, worst, np.max(fitnesses, axis=0))
    niches, distances = _associate(fitnesses, ref_points, best, intercepts)
    chosen = list(chain(*fronts[:-1]))
    counts = np.bincount(niches[: len(niches) - len(fronts[-1])], minlength=len(ref_points))
    taken = len(chosen)
    chosen += _niching(fronts[-1], k - taken, niches[taken:], distances[taken:], counts.tolist())
    return (chosen, emo.NSGA3Memory(best, worst, extreme)) if return_memory else chosen


def _bounds(fitnesses: Any, best: Any, worst: Any) -> tuple[Any, Any]:
    if best is None or worst is None:
        return np.min(fitnesses, axis=0), np.max(fitnesses, axis=0)
    return (
        np.min(np.concatenate((fitnesses, best), axis=0), axis=0),
        np.max(np.concatenate((fitnesses, worst), axis=0), axis=0),
    )


def _associate(fitnesses: Any, points: Any, best: Any, intercepts: Any) -> tuple[Any, Any]:
    """Each individual's nearest reference line, and its distance, as `emo.associate_to_niche`.

    The sums over objectives run in NumPy's order: one after the other, below 8 of them.
    """
    if points.shape[1] >= 8:
        return emo.associate_to_niche(fitnesses, points, best, intercepts)  # type: ignore[no-any-return]
    scaled = (fitnesses - best) / (intercepts - best + np.finfo(float).eps)
    lengths = np.linalg.norm(points, axis=1)
    along = np.zeros((len(scaled), len(points)))
    squares, part = np.zeros_like(along), np.empty_like(along)
    for column, axis in zip(scaled.T, points.T, strict=True):
        along += np.multiply(column[:, None], axis[None, :], out=part)
    along /= lengths[None, :]
    for column, axis in zip(scaled.T, points.T, strict=True):
        np.multiply(along, axis[None, :], out=part)
        part /= lengths[None, :]
        part -= column[:, None]
        part *= part
        squares += part
    distances = np.sqrt(squares, out=squares)
    niches = np.argmin(distances, axis=1)
    return niches, distances[np.arange(len(niches)), niches]


def _niching(
    front: Sequence[Any], k: int, niches: Any, distances: Any, counts: list[int]
) -> list[Any]:
    """Fill the emptiest niches first, with the random draws (numpy's) of DEAP's niching."""
    members: dict[int, list[int]] = {}
    for index, niche in enumerate(niches.tolist()):
        members.setdefault(niche, []).append(index)
    # NumPy takes nan for the least distance.
    near = np.where(np.isnan(distances), -np.inf, distances).tolist()
    chosen: list[Any] = []
    while len(chosen) < k:
        fewest = min(map(counts.__getitem__, members))
        emptiest = sorted([niche for niche in members if counts[niche] == fewest])
        np.random.shuffle(emptiest)
        for niche in emptiest[: k - len(chosen)]:
            index = _from_niche(members[niche], near, counts[niche] == 0)
            members[niche].remove(index)
            if not members[niche]:
                del members[niche]
            counts[niche] += 1
            chosen.append(front[index])
    return chosen


def _from_niche(available: list[int], near: list[float], empty: bool) -> int:
    """The nearest to the reference line where the niche is empty, else any."""
    if len(available) == 1:  # a shuffle of one draws nothing
        return available[0]
    candidates = available.copy()
    np.random.shuffle(candidates)
    return min(candidates, key=near.__getitem__) if empty else candidates[0]
