"""Selections of single-objective algorithms, with DEAP's choices and DEAP's random draws.

DEAP compares fitness objects, in Python; here their weighted values are compared.
"""

import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import accumulate, islice
from typing import Any

import numpy as np
from deap import tools

from evosweep.fast.draws import draw_below, indices_below
from evosweep.fast.fitnesses import keys

_FLOATS = frozenset((float, np.float64))


def sel_random(individuals: Sequence[Any], k: int) -> list[Any]:
    """The `k` individuals that `deap.tools.selRandom` draws."""
    if not len(individuals) or k < 1:
        return tools.selRandom(individuals, k)  # type: ignore[no-any-return]
    return [individuals[index] for index in draw_below(len(individuals), k).tolist()]


def sel_best(individuals: Sequence[Any], k: int, fit_attr: str = "fitness") -> list[Any]:
    """The `k` individuals that `deap.tools.selBest` selects, in its order."""
    known = keys(individuals) if fit_attr == "fitness" else None
    if known is None:
        return tools.selBest(individuals, k, fit_attr)  # type: ignore[no-any-return]
    order = sorted(range(len(known)), key=known.__getitem__, reverse=True)
    return [individuals[index] for index in order[:k]]


def sel_worst(individuals: Sequence[Any], k: int, fit_attr: str = "fitness") -> list[Any]:
    """The `k` individuals that `deap.tools.selWorst` selects, in its order."""
    known = keys(individuals) if fit_attr == "fitness" else None
    if known is None:
        return tools.selWorst(individuals, k, fit_attr)  # type: ignore[no-any-return]
    order = sorted(range(len(known)), key=known.__getitem__)
    return [individuals[index] for index in order[:k]]


def sel_tournament(
    individuals: Sequence[Any], k: int, tournsize: int, fit_attr: str = "fitness"
) -> list[Any]:
    """The `k` individuals that `deap.tools.selTournament` selects."""
    known = keys(individuals) if fit_attr == "fitness" and len(individuals) else None
    if known is None or tournsize < 1:
        return tools.selTournament(  # type: ignore[no-any-return]
            individuals, k, tournsize, fit_attr
        )
    drawn = draw_below(len(individuals), k * tournsize)
    if _FLOATS.issuperset(map(type, known)):
        aspirants = drawn.reshape(-1, tournsize)
        winners = np.array(known)[aspirants].argmax(axis=1)  # the first of the best, as `max`
        chosen = aspirants[np.arange(len(winners)), winners].tolist()
    else:
        groups = zip(*[iter(drawn.tolist())] * tournsize, strict=True)
        chosen = [max(group, key=known.__getitem__) for group in groups]
    return [individuals[index] for index in chosen]


def sel_double_tournament(
    individuals: Sequence[Any],
    k: int,
    fitness_size: int,
    parsimony_size: float,
    fitness_first: bool,
    fit_attr: str = "fitness",
) -> list[Any]:
    """The `k` individuals that `deap.tools.selDoubleTournament` selects."""
    known = keys(individuals) if fit_attr == "fitness" and len(individuals) else None
    if known is None or fitness_size < 1 or not 1 <= parsimony_size <= 2:
        return tools.selDoubleTournament(  # type: ignore[no-any-return]
            individuals, k, fitness_size, parsimony_size, fitness_first, fit_attr
        )
    draws, key = indices_below(len(individuals)), known.__getitem__
    shorter = partial(_shorter, sizes=list(map(len, individuals)), smaller=parsimony_size / 2.0)

    def fittest(aspirants: Iterable[int]) -> int:
        return max(aspirants, key=key)

    def contest() -> int:
        if fitness_first:
            one, two = fittest(islice(draws, fitness_size)), fittest(islice(draws, fitness_size))
            return shorter(one, two)
        return fittest([shorter(next(draws), next(draws)) for _ in range(fitness_size)])

    return [individuals[contest()] for _ in range(k)]


def _shorter(first: int, second: int, sizes: list[int], smaller: float) -> int:
    """The smaller of two individuals with probability `smaller`; any of two of the same size."""
    if sizes[first] == sizes[second]:
        smaller = 0.5
    elif sizes[first] > sizes[second]:
        first, second = second, first
    return first if random.random() < smaller else second


def sel_roulette(individuals: Sequence[Any], k: int, fit_attr: str = "fitness") -> list[Any]:
    """The `k` individuals that `deap.tools.selRoulette` selects."""
    wheel = _wheel(individuals, fit_attr)
    if wheel is None:
        return tools.selRoulette(individuals, k, fit_attr)  # type: ignore[no-any-return]
    order, sums, total = wheel
    chosen = []
    for _ in range(k):
        slot = bisect_right(sums, random.random() * total)
        if slot < len(sums):
            chosen.append(individuals[order[slot]])
    return chosen


def sel_stochastic_universal_sampling(
    individuals: Sequence[Any], k: int, fit_attr: str = "fitness"
) -> list[Any]:
    """The `k` individuals that `deap.tools.selStochasticUniversalSampling` selects."""
    wheel = _wheel(individuals, fit_attr)
    if wheel is None or k < 1:
        return tools.selStochasticUniversalSampling(  # type: ignore[no-any-return]
            individuals, k, fit_attr
        )
    order, sums, total = wheel
    distance = total / float(k)
    start = random.uniform(0, distance)
    slots = [bisect_left(sums, start + i * distance) for i in range(k)]
    return [individuals[order[slot]] for slot in slots]


def _wheel(
    individuals: Sequence[Any], fit_attr: str
) -> tuple[list[int], list[float], float] | None:
    """Indices from the fittest, the running sums of their first values, and the sum of all."""
    known = keys(individuals) if fit_attr == "fitness" and len(individuals) else None
    if known is None:
        return None
    values = [individual.fitness.values[0] for individual in individuals]
    if min(values) < 0:
        return None  # sums that fall again cannot be bisected
    order = sorted(range(len(known)), key=known.__getitem__, reverse=True)
    return order, list(accumulate(values[index] for index in order)), sum(values)
