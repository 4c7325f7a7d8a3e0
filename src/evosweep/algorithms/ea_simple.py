"""The simple genetic algorithm: every generation replaces the last.

Chapter 7 of Back, Fogel and Michalewicz: Evolutionary Computation 1, 2000; the population is that
of DEAP's eaSimple.
"""

from evosweep.algorithms.generation import Generations
from evosweep.fast.generations import var_and
from evosweep.genomes.deap_types import HallOfFame, PopulationAndLogbook, Statistics, Toolbox
from evosweep.plugins.parameters import integer, probability


def ea_simple(
    toolbox: Toolbox,
    *,
    statistics: Statistics | None,
    hall_of_fame: HallOfFame | None,
    population: int = 100,
    generations: int = 50,
    crossover: float = 0.5,
    mutation: float = 0.2,
) -> PopulationAndLogbook:
    """Evolve `population` individuals; all are replaced in every generation.

    Parameters
    ----------
    population
        Individuals in the population.
    generations
        Generations after the initial population, 0 or more.
    crossover
        Probability that two neighbours mate.
    mutation
        Probability that an individual mutates.
    """
    integer("generations", generations, 0)
    probability("crossover", crossover)
    probability("mutation", mutation)
    individuals = toolbox.population(n=integer("population", population))
    run = Generations(toolbox, statistics, hall_of_fame)
    run.record(individuals)
    for _ in range(generations):
        selected = toolbox.select(individuals, len(individuals))
        individuals = var_and(selected, toolbox, crossover, mutation)
        run.record(individuals)
    return individuals, run.logbook
