"""Genetic algorithms with one objective: OneMax in its variants, queens, a tour, islands."""

import random
from array import array
from itertools import chain
from typing import Any

import numpy as np
from deap import algorithms, base, tools
from steps import Log, created, evaluate, fill


def onemax(kind: str = "list", bits: int = 30) -> base.Toolbox:
    """OneMax on a list, an array of bytes or a NumPy array."""
    toolbox = base.Toolbox()
    kinds: dict[str, Any] = {
        "list": created("GaBits", list, (1.0,)),
        "array": created("GaBytes", array, (1.0,), typecode="b"),
        "ndarray": created("GaNumbers", np.ndarray, (1.0,)),
    }
    toolbox.register("bit", random.randint, 0, 1)
    fill(toolbox, kinds[kind], toolbox.bit, bits)
    toolbox.register("evaluate", _count)
    toolbox.register("mate", _swap_copies if kind == "ndarray" else tools.cxTwoPoint)
    toolbox.register("mutate", tools.mutFlipBit, indpb=0.05)
    toolbox.register("select", tools.selTournament, tournsize=3)
    return toolbox


def _count(individual: Any) -> tuple[int]:
    return (int(sum(individual)),)


def _swap_copies(one: Any, two: Any) -> Any:
    """A two-point crossover of arrays, whose slices are views."""
    start, end = sorted(random.sample(range(len(one) + 1), 2))
    one[start:end], two[start:end] = two[start:end].copy(), one[start:end].copy()
    return one, two


def queens(size: int = 12) -> base.Toolbox:
    """So many queens on a board, none on a row or column of another."""
    toolbox = base.Toolbox()
    toolbox.register("order", random.sample, range(size), size)
    toolbox.register(
        "individual", tools.initIterate, created("GaQueens", list, (-1.0,)), toolbox.order
    )
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", _attacks)
    toolbox.register("mate", tools.cxPartialyMatched)
    toolbox.register("mutate", tools.mutShuffleIndexes, indpb=2.0 / size)
    toolbox.register("select", tools.selTournament, tournsize=3)
    return toolbox


def _attacks(board: Any) -> tuple[int]:
    rising = len({row + column for column, row in enumerate(board)})
    falling = len({row - column for column, row in enumerate(board)})
    return (2 * len(board) - rising - falling,)


def tour(cities: int = 17) -> base.Toolbox:
    """A tour of cities on a spiral, kept in an array of integers."""
    where = [(i * np.cos(2.4 * i), i * np.sin(2.4 * i)) for i in range(cities)]
    toolbox, kind = base.Toolbox(), created("GaTour", array, (-1.0,), typecode="i")

    def length(order: Any) -> tuple[float]:
        legs = zip(order, [*order[1:], order[0]], strict=True)
        return (float(sum(np.hypot(*np.subtract(where[a], where[b])) for a, b in legs)),)

    toolbox.register("order", random.sample, range(cities), cities)
    toolbox.register("individual", tools.initIterate, kind, toolbox.order)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", length)
    toolbox.register("mate", tools.cxPartialyMatched)
    toolbox.register("mutate", tools.mutShuffleIndexes, indpb=0.05)
    toolbox.register("select", tools.selTournament, tournsize=3)
    return toolbox


def by_hand(
    toolbox: Any, *, statistics: Any, hall_of_fame: Any, size: int = 20, generations: int = 4
) -> Any:
    """The generational loop, written out."""
    log, population = Log(statistics, hall_of_fame), toolbox.population(n=size)
    log.add(0, evaluate(toolbox, population), population)
    for gen in range(1, generations + 1):
        offspring = [*map(toolbox.clone, toolbox.select(population, size))]
        for one, two in zip(offspring[::2], offspring[1::2], strict=True):
            if random.random() < 0.5:
                toolbox.mate(one, two)
                del one.fitness.values, two.fitness.values
        for mutant in offspring:
            if random.random() < 0.2:
                toolbox.mutate(mutant)
                del mutant.fitness.values
        population[:] = offspring
        log.add(gen, evaluate(toolbox, offspring), population)
    return population, log.book


def simple(
    toolbox: Any, *, statistics: Any, hall_of_fame: Any, size: int = 20, generations: int = 4
) -> Any:
    """`eaSimple`, in one call."""
    return algorithms.eaSimple(
        toolbox.population(n=size), toolbox, 0.5, 0.2, generations, stats=statistics,
        halloffame=hall_of_fame, verbose=False,
    )  # fmt: skip


def islands(
    toolbox: Any, *, statistics: Any, hall_of_fame: Any, size: int = 12, every: int = 2
) -> Any:
    """Three demes that send their best around a ring; with `every` 1, at each generation."""
    log = Log(statistics, hall_of_fame)
    toolbox.register(
        "migrate", tools.migRing, k=2, selection=tools.selBest, replacement=tools.selRandom
    )
    demes = [toolbox.population(n=size) for _ in range(3)]
    nevals = sum(evaluate(toolbox, deme) for deme in demes)
    log.add(0, nevals, list(chain(*demes)))
    for gen in range(1, 5):
        nevals = 0
        for deme in demes:
            deme[:] = algorithms.varAnd(toolbox.select(deme, size), toolbox, 0.5, 0.2)
            nevals += evaluate(toolbox, deme)
        if gen % every == 0:
            toolbox.migrate(demes)
        log.add(gen, nevals, list(chain(*demes)))
    return list(chain(*demes)), log.book
