"""NSGA-III's selection with DEAP's results.

Deb and Jain: An evolutionary many-objective optimization algorithm using reference-point-based
nondominated sorting approach, part I, IEEE Transactions on Evolutionary Computation 18(4), 2014.
"""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple, Protocol

import numpy as np
from deap.tools import emo
from numpy.typing import NDArray

from evosweep.fast.fitnesses import Floats
from evosweep.fast.kinds import is_count, is_sequence
from evosweep.fast.shapes import Individual, Member
from evosweep.fast.sorting import sort_log_nondominated, sort_nondominated


class Memory(Protocol):
    """`emo.NSGA3Memory`."""

    best_point: Floats
    worst_point: Floats
    extreme_points: Floats | None


class _Points(NamedTuple):
    """Points that are remembered from earlier generations."""

    best: Floats | None = None
    worst: Floats | None = None
    extreme: Floats | None = None


class SelNSGA3WithMemory(emo.selNSGA3WithMemory):  # type: ignore[misc]
    """`deap.tools.selNSGA3WithMemory`, which remembers best, worst and extreme points."""

    best_point: Floats
    worst_point: Floats
    extreme_points: Floats | None

    def __call__(self, individuals: Sequence[Member], k: int) -> list[Member]:
        """Return the `k` individuals that DEAP's class selects, in its order."""
        points = _Points(self.best_point, self.worst_point, self.extreme_points)
        selected = _select(individuals, k, self.ref_points, self.nd, points=points)
        if selected is None:
            stock: list[Member] = super().__call__(individuals, k)
            return stock
        chosen, memory = selected
        self.best_point = memory.best_point.reshape((1, -1))
        self.worst_point = memory.worst_point.reshape((1, -1))
        self.extreme_points = memory.extreme_points
        return chosen


def sel_nsga3(
    individuals: Sequence[Member],
    k: int,
    ref_points: Floats,
    nd: str = "log",
    best_point: Floats | None = None,
    worst_point: Floats | None = None,
    extreme_points: Floats | None = None,
    return_memory: bool = False,
) -> list[Member] | tuple[list[Member], Memory]:
    """Return the `k` individuals that `deap.tools.selNSGA3` selects, in its order."""
    points = _Points(best_point, worst_point, extreme_points)
    selected = _select(individuals, k, ref_points, nd, points=points)
    if selected is None:
        stock: list[Member] = emo.selNSGA3(
            individuals, k, ref_points, nd, best_point=best_point, worst_point=worst_point,
            extreme_points=extreme_points, return_memory=return_memory,
        )  # fmt: skip
        return stock
    return selected if return_memory else selected[0]


def _select(
    individuals: Sequence[Member], k: int, ref_points: Floats, nd: str, points: _Points
) -> tuple[list[Member], Memory] | None:
    """Return the selected individuals, and the points to remember; None to leave it to DEAP."""
    ours = is_count(k, 1) and is_sequence(individuals) and nd in ("standard", "log")
    if not ours or type(ref_points) is not np.ndarray or ref_points.dtype != np.float64:
        return None
    fronts = (sort_nondominated if nd == "standard" else sort_log_nondominated)(individuals, k)
    fitnesses = _fitnesses([*chain.from_iterable(fronts)], ref_points)
    if fitnesses is None:
        return None
    best, worst = _bounds(fitnesses, points.best, points.worst)
    extreme = emo.find_extreme_points(fitnesses, best, points.extreme)
    intercepts = emo.find_intercepts(extreme, best, worst, np.max(fitnesses, axis=0))
    niches, distances = _associate(fitnesses, ref_points, best, intercepts)
    chosen = list(chain(*fronts[:-1]))
    taken = len(chosen)
    counts = np.bincount(niches[:taken], minlength=len(ref_points)).tolist()
    places = _niching(k - taken, niches[taken:], distances[taken:], counts)
    chosen += [fronts[-1][place] for place in places]
    return chosen, emo.NSGA3Memory(best, worst, extreme)


def _fitnesses(individuals: Sequence[Individual], ref_points: Floats) -> Floats | None:
    """Return the values to minimise; None if a fitness does not have one value for each axis."""
    weighted = [individual.fitness.wvalues for individual in individuals]
    if set(map(len, weighted)) != {ref_points.shape[-1]} or ref_points.ndim != 2:
        return None
    values = np.array(list(chain.from_iterable(weighted)))
    if values.dtype != np.float64:
        return None
    return values.reshape(len(weighted), -1) * -1


def _bounds(fitnesses: Floats, best: Floats | None, worst: Floats | None) -> tuple[Floats, Floats]:
    if best is None or worst is None:
        return np.min(fitnesses, axis=0), np.max(fitnesses, axis=0)
    return (
        np.min(np.concatenate((fitnesses, best), axis=0), axis=0),
        np.max(np.concatenate((fitnesses, worst), axis=0), axis=0),
    )


def _associate(
    fitnesses: Floats, points: Floats, best: Floats, intercepts: Floats
) -> tuple[NDArray[np.intp], Floats]:
    """Return each individual's nearest reference line and the distance to it.

    The result equals that of `emo.associate_to_niche`. Sums over objectives run in NumPy's order:
    one after the other, for fewer than 8 objectives.
    """
    if points.shape[1] >= 8:
        stock: tuple[NDArray[np.intp], Floats] = emo.associate_to_niche(
            fitnesses, points, best, intercepts
        )
        return stock
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


def _niching(k: int, niches: NDArray[np.intp], distances: Floats, counts: list[int]) -> list[int]:
    """Fill the emptiest niches first, with the random draws (numpy's) of DEAP's niching."""
    members: dict[int, list[int]] = {}
    for index, niche in enumerate(niches.tolist()):
        members.setdefault(niche, []).append(index)
    # For NumPy, nan is the smallest distance.
    near = np.where(np.isnan(distances), -np.inf, distances).tolist()
    chosen: list[int] = []
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
            chosen.append(index)
    return chosen


def _from_niche(available: list[int], near: list[float], empty: bool) -> int:
    """Return the individual nearest to the reference line if the niche is empty, else any one."""
    if len(available) == 1:  # a shuffle of one individual draws nothing
        return available[0]
    candidates = available.copy()
    np.random.shuffle(candidates)
    return min(candidates, key=near.__getitem__) if empty else candidates[0]
