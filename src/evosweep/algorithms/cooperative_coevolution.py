"""Cooperative coevolution: each species evolves a part of the genome.

Potter and De Jong: Cooperative coevolution: an architecture for evolving coadapted subcomponents,
Evolutionary Computation 8(1), 2000.
"""

from itertools import chain, pairwise
from typing import Any

from evosweep.algorithms.generation import Generations
from evosweep.algorithms.genomes import example, one_objective
from evosweep.errors import InputError
from evosweep.fast.generations import var_and
from evosweep.fast.selection import sel_best
from evosweep.genomes.deap_types import (
    HallOfFame,
    Individual,
    PopulationAndLogbook,
    Statistics,
    Toolbox,
)
from evosweep.plugins.parameters import integer, probability


def cooperative_coevolution(
    toolbox: Toolbox,
    *,
    statistics: Statistics | None,
    hall_of_fame: HallOfFame | None,
    species: int = 2,
    population: int = 50,
    generations: int = 50,
    crossover: float = 0.6,
    mutation: float = 1.0,
) -> PopulationAndLogbook:
    """Evolve each of `species` parts of a list genome in a population of its own.

    The fitness of a part is that of the whole genome that joins it with the best parts of the other
    species. The final population holds these whole genomes.

    Parameters
    ----------
    species
        Parts of the genome, 1 to its length.
    population
        Individuals in each species.
    generations
        Generations after the initial population, 0 or more.
    crossover
        Probability that two neighbours mate.
    mutation
        Probability that an individual mutates.
    """
    one_objective(toolbox, "cooperative_coevolution")
    individual = example(toolbox)
    if not isinstance(individual, list) or hasattr(individual, "searchSubtree"):
        raise InputError("cooperative_coevolution needs a problem whose genomes are lists")
    rates = (probability("crossover", crossover), probability("mutation", mutation))
    integer("generations", generations, 0)
    cuts = _cuts(len(individual), integer("species", species, 1, len(individual)))
    run = Generations(toolbox, statistics, hall_of_fame)
    wholes = toolbox.population(n=integer("population", population))
    run.record(wholes)
    groups = [_parts(wholes, *cut) for cut in cuts]
    best = [list(sel_best(group, 1)[0]) for group in groups]
    made: list[list[Any]] = [[] for _ in groups]
    for _ in range(generations):
        for index, group in enumerate(groups):
            group[:] = var_and(toolbox.select(group, len(group)), toolbox, *rates)
            made[index] = _assess(run, group, best, index)
        best = [list(sel_best(group, 1)[0]) for group in groups]
        wholes = list(chain(*made))
        run.log(wholes, wholes, sum(len(group) for group in groups))
    return wholes, run.logbook


def _cuts(length: int, species: int) -> list[tuple[int, int]]:
    """Stretches of nearly equal length."""
    edges = [length * i // species for i in range(species + 1)]
    return list(pairwise(edges))


def _parts(wholes: list[Any], start: int, end: int) -> list[Any]:
    """Return this part of each whole, with the fitness of the whole."""
    parts = []
    for whole in wholes:
        part = type(whole)(whole[start:end])
        part.fitness.values = whole.fitness.values
        parts.append(part)
    return parts


def _assess(
    run: Generations, group: list[Any], best: list[list[object]], index: int
) -> list[Individual]:
    """Evaluate each part together with the best parts of the other species; returns the wholes."""
    wholes = []
    for part in group:
        genes = chain(*(part if i == index else other for i, other in enumerate(best)))
        wholes.append(type(part)(genes))
    run.evaluate(wholes)
    for part, whole in zip(group, wholes, strict=True):
        part.fitness.values = whole.fitness.values
    return wholes
