"""Algorithms that make something else of their first generations when they have more of them."""

import random
from typing import Any

from deap import algorithms, tools


def cooling(
    toolbox: Any, *, statistics: Any, population: int = 10, generations: int = 5, **_: Any
) -> Any:
    """Mutates less and less, by the share of its generations that is over."""
    individuals = toolbox.population(n=population)
    for generation in range(generations + 1):
        chance = 1 - generation / (generations + 1)
        individuals = _evaluated(toolbox, individuals, statistics)
        individuals = algorithms.varAnd(individuals, toolbox, 0.5, chance)
    return _evaluated(toolbox, individuals, statistics)


def ending(
    toolbox: Any, *, statistics: Any, population: int = 10, generations: int = 5, **_: Any
) -> Any:
    """Records the better half of its last generation alone."""
    individuals = toolbox.population(n=population)
    for generation in range(generations + 1):
        for individual in individuals:
            del individual.fitness.values
        for individual, values in zip(
            individuals, toolbox.map(toolbox.evaluate, individuals), strict=True
        ):
            individual.fitness.values = values
        last = generation == generations
        kept = tools.selBest(individuals, population // 2) if last else individuals
        statistics.compile(kept)
        if last:
            return kept
        individuals = algorithms.varAnd(individuals, toolbox, 0.5, 0.2)
        random.shuffle(individuals)
    return individuals


def _evaluated(toolbox: Any, individuals: Any, statistics: Any) -> Any:
    fitnesses = toolbox.map(toolbox.evaluate, individuals)
    for individual, values in zip(individuals, fitnesses, strict=True):
        individual.fitness.values = values
    statistics.compile(individuals)
    return individuals
