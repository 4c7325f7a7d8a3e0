"""Runs of an algorithm as a plain DEAP program: seeds, DEAP's own map, nothing of the runner."""

import random
from typing import Any

import numpy as np
from deap import tools

from evosweep.plugins.loading import load_algorithm, load_problem


def statistics() -> tools.Statistics:
    """The usual statistics of DEAP's documentation."""
    stats = tools.Statistics(lambda ind: ind.fitness.values)
    stats.register("best", np.max, axis=0)
    stats.register("mean", np.mean, axis=0)
    return stats


def build(problem: str, params: dict[str, Any]) -> Any:
    """The toolbox of a problem, built as in every process of a run."""
    random.seed(0)
    np.random.seed(0)
    return load_problem(problem)(**params)


def evolve(problem: str, params: dict[str, Any], algorithm: str, **options: Any) -> list[Any]:
    """The final population of a built-in algorithm with seed 7."""
    toolbox = build(problem, params)
    random.seed(7)
    np.random.seed(7)
    result = load_algorithm(algorithm)(
        toolbox, statistics=statistics(), hall_of_fame=tools.HallOfFame(1), **options
    )
    return list(result[0] if isinstance(result, tuple) else result)


def genomes(population: list[Any]) -> list[tuple[Any, Any]]:
    """Genomes and fitness values, in order, to compare populations by."""
    return [(_plain(ind), ind.fitness.values) for ind in population]


def _plain(individual: Any) -> Any:
    if hasattr(individual, "searchSubtree"):
        return str(individual)
    return [_plain(gene) if isinstance(gene, list) else gene for gene in individual]
