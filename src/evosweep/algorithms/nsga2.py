"""NSGA-II: non-dominated sorting and crowding distance.

Deb, Pratap, Agarwal and Meyarivan: A fast and elitist multiobjective genetic algorithm: NSGA-II,
IEEE Transactions on Evolutionary Computation 6(2), 2002; the loop is that of DEAP's example.
"""

import random

from evosweep.algorithms.generation import Generations
from evosweep.algorithms.genomes import several_objectives
from evosweep.errors import InputError
from evosweep.fast.generations import cloned
from evosweep.fast.nsga2 import sel_nsga2, sel_tournament_dcd
from evosweep.genomes.deap_types import (
    HallOfFame,
    Individual,
    PopulationAndLogbook,
    Statistics,
    Toolbox,
)
from evosweep.plugins.parameters import integer, probability


def nsga2(
    toolbox: Toolbox,
    *,
    statistics: Statistics | None,
    hall_of_fame: HallOfFame | None,
    population: int = 100,
    generations: int = 100,
    crossover: float = 0.9,
) -> PopulationAndLogbook:
    """Evolve `population` individuals with two objectives or more.

    Parameters
    ----------
    population
        Individuals, a multiple of 4.
    generations
        Generations after the initial population, 0 or more.
    crossover
        Probability that two parents mate; every child mutates.
    """
    if integer("population", population) % 4:
        raise InputError(f"population must be a multiple of 4, not {population}")
    integer("generations", generations, 0)
    probability("crossover", crossover)
    several_objectives(toolbox, "nsga2")
    run = Generations(toolbox, statistics, hall_of_fame)
    parents = toolbox.population(n=population)
    run.record(parents)
    parents = sel_nsga2(parents, len(parents))  # sets the crowding distances
    for _ in range(generations):
        children = _children(parents, toolbox, crossover)
        evaluations = run.evaluate(children)
        parents = sel_nsga2(parents + children, population)
        run.log(children, parents, evaluations)
    return parents, run.logbook


def _children(parents: list[Individual], toolbox: Toolbox, crossover: float) -> list[Individual]:
    children = cloned(sel_tournament_dcd(parents, len(parents)), toolbox)
    for first, second in zip(children[::2], children[1::2], strict=True):
        if random.random() <= crossover:
            toolbox.mate(first, second)
        toolbox.mutate(first)
        toolbox.mutate(second)
        del first.fitness.values, second.fitness.values
    return children
