"""NSGA-II's selections with DEAP's results.

Deb, Pratap, Agarwal and Meyarivan: A fast and elitist multiobjective genetic algorithm: NSGA-II,
IEEE Transactions on Evolutionary Computation 6(2), 2002.
"""

import random
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
from deap.tools import emo

from evosweep.fast.fitnesses import keys, values_array, weighted_array
from evosweep.fast.sorting import sort_log_nondominated, sort_nondominated


def sel_nsga2(individuals: Sequence[Any], k: int, nd: str = "standard") -> list[Any]:
    """The `k` individuals that `deap.tools.selNSGA2` selects, in its order."""
    if nd not in ("standard", "log"):
        return emo.selNSGA2(individuals, k, nd)  # type: ignore[no-any-return]
    sort = sort_nondominated if nd == "standard" else sort_log_nondominated
    fronts = sort(individuals, k)
    for front in fronts:
        assign_crowding_distance(front)
    chosen = list(chain(*fronts[:-1]))
    missing = k - len(chosen)
    if missing > 0:
        last = sorted(fronts[-1], key=lambda ind: ind.fitness.crowding_dist, reverse=True)
        chosen.extend(last[:missing])
    return chosen


def assign_crowding_distance(individuals: Sequence[Any]) -> None:
    """Set `fitness.crowding_dist` as DEAP's assignCrowdingDist, to the last bit."""
    weighted = weighted_array(individuals) if len(individuals) > 8 else None
    if weighted is None:
        emo.assignCrowdingDist(individuals)
        return
    values = values_array(individuals, weighted)
    objectives = values.shape[1]
    distances = np.zeros(len(values))
    order = np.arange(len(values))
    for objective in range(objectives):
        # A stable sort of the last objective's order, as DEAP's list.sort does.
        order = order[np.argsort(values[order, objective], kind="stable")]
        column = values[order, objective]
        distances[order[0]] = distances[order[-1]] = np.inf
        if column[-1] != column[0]:
            norm = objectives * float(column[-1] - column[0])
            distances[order[1:-1]] += (column[2:] - column[:-2]) / norm
    for individual, distance in zip(individuals, distances.tolist(), strict=True):
        individual.fitness.crowding_dist = distance


def sel_tournament_dcd(individuals: Sequence[Any], k: int) -> list[Any]:
    """The `k` individuals that `deap.tools.selTournamentDCD` selects, in its order."""
    known = keys(individuals) if len(individuals) else None
    n = len(individuals)
    if known is None or k > n or (k == n and k % 4):
        return emo.selTournamentDCD(individuals, k)  # type: ignore[no-any-return]
    points = [individual.fitness.wvalues for individual in individuals]
    crowding = [individual.fitness.crowding_dist for individual in individuals]
    one, two = random.sample(range(n), n), random.sample(range(n), n)
    chosen = []
    for i in range(0, k, 4):
        for first, second in (
            (one[i], one[i + 1]),
            (one[i + 2], one[i + 3]),
            (two[i], two[i + 1]),
            (two[i + 2], two[i + 3]),
        ):
            chosen.append(individuals[_better(first, second, points, crowding)])
    return chosen


def _better(first: int, second: int, points: list[Any], crowding: list[float]) -> int:
    """The one that dominates, else that of the larger crowding distance, else a random one."""
    if points[first] != points[second]:
        pairs = list(zip(points[first], points[second], strict=True))
        if all(a >= b for a, b in pairs):
            return first
        if all(a <= b for a, b in pairs):
            return second
    if crowding[first] < crowding[second]:
        return second
    if crowding[first] > crowding[second] or random.random() <= 0.5:
        return first
    return second
