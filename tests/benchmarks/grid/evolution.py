"""The runs of `make bench-grid` as plain DEAP programs, and what a grid of them takes by itself.

    python evolution.py COUNT      COUNT runs on two processes; prints {cpu, seconds, runs} as JSON

The first runs of the grid have the first seed of every configuration, so that a part of the grid is
like the whole.
"""

import json
import random
import resource
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import count, islice, product
from multiprocessing import get_context
from typing import Any, NamedTuple

from deap import algorithms, base, creator, tools

BITS = (80, 90, 100, 110, 120)
CROSSOVER, MUTATION = (0.2, 0.4, 0.6, 0.8), (0.1, 0.2, 0.3, 0.4, 0.5)
CONFIGURATIONS = len(BITS) * len(CROSSOVER) * len(MUTATION)
POPULATION, GENERATIONS = 50, 20
PROCESSES = 2

creator.create("MostOnes", base.Fitness, weights=(1.0,))
creator.create("Bits", list, fitness=creator.MostOnes)


class Point(NamedTuple):
    """A run of the grid."""

    seed: int
    bits: int
    crossover: float
    mutation: float


def points(runs: int) -> list[Point]:
    """Return the first runs of the grid."""
    configurations = list(product(BITS, CROSSOVER, MUTATION))
    grid = (Point(seed, *each) for seed in count(1) for each in configurations)
    return list(islice(grid, runs))


def evolve(point: Point) -> tuple[Any, Any]:
    """Return the final population and the logbook of a run, as DEAP's tutorial makes them."""
    random.seed(point.seed)
    toolbox = base.Toolbox()
    toolbox.register("bit", random.randint, 0, 1)
    toolbox.register("individual", tools.initRepeat, creator.Bits, toolbox.bit, point.bits)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", lambda individual: (sum(individual),))
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", tools.mutFlipBit, indpb=0.05)
    toolbox.register("select", tools.selTournament, tournsize=3)
    stats = tools.Statistics(lambda individual: individual.fitness.values[0])
    for name, function in (("best", max), ("mean", statistics.fmean), ("worst", min)):
        stats.register(name, function)
    return algorithms.eaSimple(
        toolbox.population(n=POPULATION), toolbox, point.crossover, point.mutation, GENERATIONS,
        stats, tools.HallOfFame(1), verbose=False,
    )  # fmt: skip


def _best(point: Point) -> float:
    population, _ = evolve(point)
    return float(max(individual.fitness.values[0] for individual in population))


def main(runs: int) -> None:
    """Evolve the first runs of the grid in a pool of processes, and print what they took."""
    began = time.perf_counter()
    with ProcessPoolExecutor(PROCESSES, get_context("fork")) as pool:
        list(pool.map(_best, points(runs), chunksize=max(1, min(25, runs // PROCESSES))))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu, seconds = used.ru_utime + used.ru_stime, time.perf_counter() - began
    print(json.dumps({"cpu": cpu, "seconds": seconds, "runs": runs}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
