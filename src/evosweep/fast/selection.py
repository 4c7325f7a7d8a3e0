"""Selections of single-objective algorithms, with DEAP's choices and DEAP's random draws.

DEAP compares fitness objects in Python; these functions compare their weighted values.
"""

import random
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice
from operator import attrgetter

import numpy as np
from deap import tools
from numpy.typing import NDArray

from evosweep.fast import core
from evosweep.fast.draws import draw_below, indices_below
from evosweep.fast.fitnesses import keys, kinds_of
from evosweep.fast.kinds import is_count, is_sequence
from evosweep.fast.plain import is_plain
from evosweep.fast.shapes import Individual, Member, Ordered, SizedMember

_FEW = 28  # up to this number of individuals, DEAP sorts as fast
_SPUN = 40  # up to this product of spins and individuals, DEAP's loops are as fast
_DRAWN = (6, 64)  # draws from which an iterator over them, and an array of them, are faster
_FLOATS = frozenset((float, np.float64))
_fitness = attrgetter("fitness")


def sel_random(individuals: Sequence[Member], k: int) -> list[Member]:
    """Return the `k` individuals that `deap.tools.selRandom` draws."""
    kind = type(individuals)
    if type(k) is not int or not (kind is list or kind is tuple) or not individuals:
        choice = random.choice
        return [choice(individuals) for _ in range(k)]
    if k < _DRAWN[0]:
        return _few(individuals, k)
    if k < _DRAWN[1]:
        return [individuals[index] for index in islice(indices_below(len(individuals)), k)]
    return [individuals[index] for index in draw_below(len(individuals), k).tolist()]


def _few(individuals: Sequence[Member], k: int) -> list[Member]:
    """Return `k` draws of `random.choice`; there must be an individual at least."""
    bits, size, chosen = random.getrandbits, len(individuals), []
    width = size.bit_length()
    for _ in range(k):
        while (index := bits(width)) >= size:
            pass
        chosen.append(individuals[index])
    return chosen


def sel_best(individuals: Sequence[Member], k: int, fit_attr: str = "fitness") -> list[Member]:
    """Return the `k` individuals that `deap.tools.selBest` selects, in its order."""
    key = _fitness if fit_attr == "fitness" else attrgetter(fit_attr)
    order = _order(individuals, reverse=True) if key is _fitness else None
    if order is None:
        return sorted(individuals, key=key, reverse=True)[:k]
    return [individuals[index] for index in order[:k]]


def sel_worst(individuals: Sequence[Member], k: int, fit_attr: str = "fitness") -> list[Member]:
    """Return the `k` individuals that `deap.tools.selWorst` selects, in its order."""
    key = _fitness if fit_attr == "fitness" else attrgetter(fit_attr)
    order = _order(individuals, reverse=False) if key is _fitness else None
    if order is None:
        return sorted(individuals, key=key)[:k]
    return [individuals[index] for index in order[:k]]


def _order(
    individuals: Sequence[Individual], *, reverse: bool, least: int = _FEW
) -> list[int] | None:
    """Return the indices sorted from the best or the worst; None to compare fitness objects."""
    if not is_sequence(individuals) or len(individuals) < least:
        return None
    values = keys(individuals)
    if values is None:
        return None
    return sorted(range(len(values)), key=values.__getitem__, reverse=reverse)


def sel_tournament(
    individuals: Sequence[Member], k: int, tournsize: int, fit_attr: str = "fitness"
) -> list[Member]:
    """Return the `k` individuals that `deap.tools.selTournament` selects."""
    size = len(individuals) if is_sequence(individuals) and fit_attr == "fitness" else 0
    if not size or type(k) is not int or type(tournsize) is not int or tournsize < 1:
        stock: list[Member] = tools.selTournament(individuals, k, tournsize, fit_attr)
        return stock
    # A few aspirants are compared one by one; for many, the keys of all individuals are read first.
    many = k * (tournsize + 2) > 40 + 1.3 * size
    chosen = core.contests(individuals, k, tournsize) if many else None
    if chosen is not None:
        return chosen
    values = keys(individuals) if many else None
    if values is not None:
        drawn = draw_below(size, k * tournsize)
        return [individuals[index] for index in _winners(drawn, tournsize, values)]
    if k * tournsize < _DRAWN[0]:
        return [fittest(_few(individuals, tournsize)) for _ in range(k)]
    draws = map(individuals.__getitem__, indices_below(size))
    return [fittest(list(islice(draws, tournsize))) for _ in range(k)]


def _winners(drawn: NDArray[np.intp], size: int, keys: Sequence[Ordered]) -> list[int]:
    """Return the best of each group of `size` indices; of equals the first, like `max`."""
    if not kinds_of(keys) <= _FLOATS:
        groups = zip(*[iter(drawn.tolist())] * size, strict=True)
        return [max(group, key=keys.__getitem__) for group in groups]
    aspirants = drawn.reshape(-1, size)
    places = np.array(keys)[aspirants].argmax(axis=1)
    winners: list[int] = aspirants[np.arange(len(places)), places].tolist()
    return winners


def fittest(aspirants: Sequence[Member]) -> Member:
    """`max(aspirants, key=attrgetter("fitness"))`."""
    best = aspirants[0]
    kind, bar = type(best.fitness), best.fitness.wvalues
    if not is_plain(kind):
        return max(aspirants, key=_fitness)
    for aspirant in aspirants:
        fitness = aspirant.fitness
        if type(fitness) is not kind:
            return max(aspirants, key=_fitness)
        if not fitness.wvalues <= bar:
            best, bar = aspirant, fitness.wvalues
    return best


def sel_double_tournament(
    individuals: Sequence[SizedMember],
    k: int,
    fitness_size: int,
    parsimony_size: float,
    fitness_first: bool,
    fit_attr: str = "fitness",
) -> list[SizedMember]:
    """Return the `k` individuals that `deap.tools.selDoubleTournament` selects."""
    ours = fit_attr == "fitness" and is_sequence(individuals) and len(individuals)
    sizes = is_count(fitness_size, 1) and type(parsimony_size) in (int, float)
    if not ours or not sizes or not 1 <= parsimony_size <= 2:
        stock: list[SizedMember] = tools.selDoubleTournament(
            individuals, k, fitness_size, parsimony_size, fitness_first=fitness_first,
            fit_attr=fit_attr,
        )  # fmt: skip
        return stock
    drawn = map(individuals.__getitem__, indices_below(len(individuals)))
    contest = _fittest_first if fitness_first else _shortest_first
    return [contest(drawn, fitness_size, parsimony_size / 2.0) for _ in range(k)]


def _fittest_first(drawn: Iterator[SizedMember], size: int, smaller: float) -> SizedMember:
    one, two = fittest(list(islice(drawn, size))), fittest(list(islice(drawn, size)))
    return _shorter(one, two, smaller)


def _shortest_first(drawn: Iterator[SizedMember], size: int, smaller: float) -> SizedMember:
    return fittest([_shorter(next(drawn), next(drawn), smaller) for _ in range(size)])


def _shorter(first: SizedMember, second: SizedMember, smaller: float) -> SizedMember:
    """Return the smaller of two individuals with probability `smaller`, else the larger one."""
    one, two = len(first), len(second)
    if one == two:
        smaller = 0.5
    elif one > two:
        first, second = second, first
    return first if random.random() < smaller else second


def sel_roulette(individuals: Sequence[Member], k: int, fit_attr: str = "fitness") -> list[Member]:
    """Return the `k` individuals that `deap.tools.selRoulette` selects."""
    wheel = _wheel(individuals, k) if type(k) is int and fit_attr == "fitness" else None
    if wheel is None:
        stock: list[Member] = tools.selRoulette(individuals, k, fit_attr)
        return stock
    order, sums, total = wheel
    chosen = []
    for _ in range(k):
        slot = bisect_right(sums, random.random() * total)
        if slot < len(sums):
            chosen.append(individuals[order[slot]])
    return chosen


def sel_stochastic_universal_sampling(
    individuals: Sequence[Member], k: int, fit_attr: str = "fitness"
) -> list[Member]:
    """Return the `k` individuals that `deap.tools.selStochasticUniversalSampling` selects."""
    wheel = _wheel(individuals, k) if is_count(k, 1) and fit_attr == "fitness" else None
    if wheel is None:
        stock: list[Member] = tools.selStochasticUniversalSampling(individuals, k, fit_attr)
        return stock
    order, sums, total = wheel
    distance = total / float(k)
    start = random.uniform(0, distance)
    slots = [bisect_left(sums, start + i * distance) for i in range(k)]
    return [individuals[order[slot]] for slot in slots]


def _wheel(
    individuals: Sequence[Individual], k: int
) -> tuple[list[int], list[float], float] | None:
    """Return the indices from the fittest on, running sums of their first values, and the total."""
    if not is_sequence(individuals) or k * len(individuals) < _SPUN or not len(individuals):
        return None
    order = _order(individuals, reverse=True, least=1)
    if order is None:
        return None
    values = [individual.fitness.values[0] for individual in individuals]
    if not _FLOATS.issuperset(map(type, values)) or not min(values) >= 0:
        return None  # bisection needs running sums that never fall
    return order, list(accumulate(values[index] for index in order)), sum(values)
