"""NSGA-II's selections with DEAP's results.

Deb, Pratap, Agarwal and Meyarivan: A fast and elitist multiobjective genetic algorithm: NSGA-II,
IEEE Transactions on Evolutionary Computation 6(2), 2002.
"""

import random
from collections.abc import Sequence
from itertools import chain

import numpy as np
from deap.tools import emo

from evosweep.fast import core
from evosweep.fast.draws import faithful, shuffled
from evosweep.fast.fitnesses import both_arrays, dominance, kinds_of
from evosweep.fast.kinds import is_count, is_sequence
from evosweep.fast.shapes import Floats, Individual, Member
from evosweep.fast.sorting import SMALL, sort_log_nondominated, sort_nondominated

_PYTHONS = frozenset((float, int, bool))  # NumPy's other types may make distances of its own
_FEW = 16  # up to this number of individuals, DEAP is as fast


def sel_nsga2(individuals: Sequence[Member], k: int, nd: str = "standard") -> list[Member]:
    """Return the `k` individuals that `deap.tools.selNSGA2` selects, in its order."""
    few = not is_sequence(individuals) or len(individuals) < SMALL
    if few or nd not in ("standard", "log") or not is_count(k, 1):
        stock: list[Member] = emo.selNSGA2(individuals, k, nd)
        return stock
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


def assign_crowding_distance(individuals: Sequence[Individual]) -> None:
    """Set `fitness.crowding_dist` like DEAP's assignCrowdingDist, to the last bit."""
    if core.assign_crowding(individuals):
        return
    values = _values(individuals)
    if values is None:
        emo.assignCrowdingDist(individuals)
        return
    objectives = values.shape[1]
    distances = np.zeros(len(values))
    between = np.zeros(len(values), dtype=np.bool_)  # individuals that got a difference
    order = np.arange(len(values))
    for objective in range(objectives):
        # A stable sort of the last objective's order, as DEAP's list.sort does.
        order = order[np.argsort(values[order, objective], kind="stable")]
        column = values[order, objective]
        distances[order[0]] = distances[order[-1]] = np.inf
        between[order[0]] = between[order[-1]] = False
        if column[-1] != column[0]:
            norm = objectives * float(column[-1] - column[0])
            distances[order[1:-1]] += (column[2:] - column[:-2]) / norm
            between[order[1:-1]] = True
    typed: list[float] = distances.tolist()
    if type(individuals[0].fitness.wvalues[0]) is np.float64:
        typed = [d if added else float(d) for d, added in zip(distances, between, strict=True)]
    for individual, distance in zip(individuals, typed, strict=True):
        individual.fitness.crowding_dist = distance


def _values(individuals: Sequence[Individual]) -> Floats | None:
    """Return the fitness values; None for few individuals, or values of unusual types."""
    if not is_sequence(individuals) or len(individuals) < _FEW:
        return None
    arrays = both_arrays(individuals)
    if arrays is None:
        return None
    kinds = kinds_of([*chain.from_iterable(ind.fitness.wvalues for ind in individuals)])
    return arrays[1] if kinds <= _PYTHONS or kinds == {np.float64} else None


def sel_tournament_dcd(individuals: Sequence[Member], k: int) -> list[Member]:
    """Return the `k` individuals that `deap.tools.selTournamentDCD` selects, in its order."""
    n = len(individuals) if is_sequence(individuals) else 0
    if not is_count(k, 1) or k > n or k % 4:
        stock: list[Member] = emo.selTournamentDCD(individuals, k)
        return stock
    return core.tournament(individuals, k) or _tournament(individuals, k)


def _tournament(individuals: Sequence[Member], k: int) -> list[Member]:
    one, two = _shuffled(individuals), _shuffled(individuals)
    chosen = []
    for i in range(0, k, 4):
        for drawn in (one, two):
            chosen.append(_better(drawn[i], drawn[i + 1]))
            chosen.append(_better(drawn[i + 2], drawn[i + 3]))
    return chosen


def _shuffled(individuals: Sequence[Member]) -> list[Member]:
    """`random.sample` of all individuals."""
    if not faithful():
        return random.sample(individuals, len(individuals))
    return list(map(individuals.__getitem__, shuffled(range(len(individuals)))))


def _better(first: Member, second: Member) -> Member:
    """Return the dominating one, else the one with the larger distance, else a random one."""
    one, two = first.fitness, second.fitness
    up, down = dominance(one, two)
    if up:
        return first
    if down:
        return second
    if one.crowding_dist < two.crowding_dist:
        return second
    if one.crowding_dist > two.crowding_dist or random.random() <= 0.5:
        return first
    return second
