"""The programs that are disturbed: small evolutions of every kind that the journal knows."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
from deap import base, creator, tools
from deap.algorithms import varAnd

from evosweep.algorithms.asynchronous_steady_state import asynchronous_steady_state
from evosweep.evaluation import problem
from evosweep.genomes.digest import population_digest

LENGTH = 3
POPULATION, GENERATIONS = 8, 2

spend: Callable[[], None] = lambda: None  # noqa: E731 - the simulation's clock, while one runs
"""Called by each evaluation: lets time pass."""


def build(kind: str) -> base.Toolbox:
    """A toolbox of float genomes whose evaluation takes simulated time."""
    if not hasattr(creator, "Simulated"):
        creator.create("SimulatedFitness", base.Fitness, weights=(-1.0,))
        creator.create("Simulated", list, fitness=creator.SimulatedFitness)
    toolbox = base.Toolbox()
    toolbox.register("individual", tools.initRepeat, creator.Simulated, random.random, LENGTH)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", tools.mutGaussian, mu=0, sigma=0.3, indpb=0.5)
    toolbox.register("select", tools.selTournament, tournsize=3)
    toolbox.register("evaluate", _EVALUATIONS[kind])
    return toolbox


def _plain(individual: list[float]) -> tuple[float]:
    spend()
    return (sum(gene * gene for gene in individual),)


def _noisy(individual: list[float]) -> tuple[float]:
    spend()
    noise = random.gauss(0, 0.1) + numpy.random.normal(0, 0.1)
    return (sum(gene * gene for gene in individual) + noise,)


def _learning(individual: list[float]) -> tuple[tuple[float], list[float]]:
    spend()
    individual[0] /= 2
    return (sum(gene * gene for gene in individual),), individual


def _failing(individual: list[float]) -> tuple[float]:
    spend()
    if individual[0] > 0.7:
        raise ValueError("too large")
    return (sum(individual),)


_EVALUATIONS = {"plain": _plain, "noisy": _noisy, "learning": _learning, "failing": _failing}


def description(program: str, *, watched: bool = False) -> str:
    """What workers build the problem of a program from; `watched`: with a timeout."""
    kind = program.rsplit(maxsplit=1)[-1]
    spec: dict[str, Any] = {"use": "disturbed:build", "params": {"kind": kind}}
    if watched:
        spec["timeout"] = 1000.0
    if kind == "noisy":
        spec["stochastic"] = True
    if kind == "learning":
        spec["lamarckian"] = True
    if kind == "failing":
        spec["failure"] = {"penalty": [99.0]}
    return problem.describe(spec, str(Path(__file__).parent))


def has_penalty(program: str) -> bool:
    """Whether evaluations that are given up get a penalty, and the run goes on."""
    return program.endswith("failing")


def generational(toolbox: Any) -> list[Any]:
    """The generations of DEAP's eaSimple."""
    population = toolbox.population(n=POPULATION)
    for generation in range(GENERATIONS + 1):
        if generation:
            population = varAnd(toolbox.select(population, POPULATION), toolbox, 0.7, 0.4)
        new = [individual for individual in population if not individual.fitness.valid]
        for individual, fitness in zip(new, toolbox.map(toolbox.evaluate, new), strict=True):
            individual.fitness.values = fitness
    return population


def one_by_one(toolbox: Any) -> list[Any]:
    """A steady state of single evaluations."""
    population = toolbox.population(n=4)
    for individual in population:
        individual.fitness.values = toolbox.evaluate(individual)
    for _ in range(8):
        child = toolbox.clone(tools.selBest(population, 1)[0])
        toolbox.mutate(child)
        child.fitness.values = toolbox.evaluate(child)
        population = tools.selBest([*population, child], 4)
    return population


def asynchronous(toolbox: Any) -> list[Any]:
    """A steady state in which no worker waits for another."""
    population, _ = asynchronous_steady_state(
        toolbox, statistics=None, hall_of_fame=None, population=5, generations=2, in_flight=4
    )
    return list(population)


_ALGORITHMS: dict[str, Callable[[Any], list[Any]]] = {
    "generational": generational,
    "single": one_by_one,
    "asynchronous": asynchronous,
}
PROGRAMS = (
    "generational plain",
    "generational noisy",
    "generational learning",
    "generational failing",
    "single plain",
    "asynchronous plain",
    "asynchronous noisy",
)


def evolve(program: str, toolbox: Any) -> str:
    """The digest of the final population of a program."""
    algorithm = _ALGORITHMS[program.split(maxsplit=1)[0]]
    return population_digest(algorithm(toolbox))
