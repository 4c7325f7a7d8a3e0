"""NSGA-III's selection with DEAP's results.

Deb and Jain: An evolutionary many-objective optimization algorithm using reference-point-based
nondominated sorting approach, part I, IEEE Transactions on Evolutionary Computation 18(4), 2014.
"""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple, Protocol, cast

import numpy as np
from deap.tools import emo
from numpy.typing import NDArray

from evosweep.fast import core
from evosweep.fast.kinds import is_count, is_sequence
from evosweep.fast.shapes import Floats, Member
from evosweep.fast.sorting import log_fronts, sort_log_nondominated, sort_nondominated

_CLOSE = 1e-8 + 1e-5  # to one, for numpy.allclose


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
    fronts, weighted = _sorted(individuals, k, nd)
    if weighted is None or ref_points.ndim != 2 or ref_points.shape[1] != weighted.shape[1]:
        return None
    fitnesses = weighted * -1
    best, worst = _bounds(fitnesses, points.best, points.worst)
    extreme = _extreme_points(fitnesses, best, points.extreme)
    intercepts = _intercepts(extreme, best, worst, fitnesses)
    chosen = list(chain(*fronts[:-1]))
    taken = len(chosen)
    places = core.fill_niches((fitnesses, ref_points, best, intercepts), taken, k - taken)
    if places is None:
        niches, distances = _associate(fitnesses, ref_points, best, intercepts)
        counts = np.bincount(niches[:taken], minlength=len(ref_points)).tolist()
        places = _niching(k - taken, niches[taken:], distances[taken:], counts)
    chosen += map(fronts[-1].__getitem__, places)
    return chosen, emo.NSGA3Memory(best, worst, extreme)


def _sorted(
    individuals: Sequence[Member], k: int, nd: str
) -> tuple[list[list[Member]], Floats | None]:
    """Return the fronts that hold `k` individuals, and the weighted values of their members.

    The values are None if they are not floats, or not as many for each individual.
    """
    compiled = log_fronts(individuals, k) if nd == "log" else None
    if compiled is not None:
        return compiled
    fronts = (sort_nondominated if nd == "standard" else sort_log_nondominated)(individuals, k)
    rows = [member.fitness.wvalues for member in chain.from_iterable(fronts)]
    values = np.array(list(chain.from_iterable(rows)))
    usual = len(set(map(len, rows))) == 1 and values.dtype == np.float64
    return fronts, values.reshape(len(rows), -1) if usual else None


def _bounds(fitnesses: Floats, best: Floats | None, worst: Floats | None) -> tuple[Floats, Floats]:
    if best is None or worst is None:
        return np.min(fitnesses, axis=0), np.max(fitnesses, axis=0)
    return (
        np.min(np.concatenate((fitnesses, best), axis=0), axis=0),
        np.max(np.concatenate((fitnesses, worst), axis=0), axis=0),
    )


def _extreme_points(fitnesses: Floats, best: Floats, extreme: Floats | None) -> Floats:
    """`emo.find_extreme_points`."""
    rows = fitnesses if extreme is None else np.concatenate((fitnesses, extreme), axis=0)
    found = core.extreme_points(rows, best)
    if found is None:
        found = emo.find_extreme_points(fitnesses, best, extreme)
    return cast(Floats, found)


def _intercepts(extreme: Floats, best: Floats, worst: Floats, fitnesses: Floats) -> Floats:
    """`emo.find_intercepts`, without `numpy.allclose`, which takes longer than the rest."""
    matrix, ones = extreme - best, np.ones(extreme.shape[1])
    try:
        inverse = np.linalg.solve(matrix, ones)
    except np.linalg.LinAlgError:
        return worst
    if np.count_nonzero(inverse) == len(inverse):
        intercepts: Floats = 1 / inverse
        errors = [abs(one - 1.0) for one in np.dot(matrix, inverse).tolist()]
        hold = all(error <= _CLOSE for error in errors)
        if hold and not (intercepts <= 1e-6).any() and not (intercepts + best > worst).any():
            return intercepts
    return cast(Floats, np.max(fitnesses, axis=0))


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
