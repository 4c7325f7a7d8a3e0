"""The steady-state genetic algorithm: children replace the worst, one brood after the other.

Whitley: The GENITOR algorithm and selection pressure, ICGA 1989; Syswerda: A study of reproduction
in generational and steady-state genetic algorithms, FOGA 1991.
"""

from evosweep.algorithms.generation import Generations
from evosweep.algorithms.genomes import one_objective
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


def steady_state(
    toolbox: Toolbox,
    *,
    statistics: Statistics | None,
    hall_of_fame: HallOfFame | None,
    population: int = 100,
    generations: int = 50,
    brood: int = 2,
    crossover: float = 0.9,
    mutation: float = 0.5,
) -> PopulationAndLogbook:
    """Evolve `population` individuals; a few children at a time compete with them.

    A generation is complete after `population` children or a few more, to fill the last brood.

    Parameters
    ----------
    population
        Individuals, 2 or more.
    generations
        Generations after the initial population, 0 or more.
    brood
        Children that are evaluated together and then compete with the population; 1 to
        `population`.
    crossover
        Probability that two parents mate.
    mutation
        Probability that a child mutates.
    """
    one_objective(toolbox, "steady_state")
    rates = (probability("crossover", crossover), probability("mutation", mutation))
    integer("generations", generations, 0)
    individuals = toolbox.population(n=integer("population", population, 2))
    integer("brood", brood, 1, population)
    run = Generations(toolbox, statistics, hall_of_fame)
    run.record(individuals)
    for _ in range(generations):
        born: list[Individual] = []
        evaluations = 0
        for _ in range(-(-population // brood)):
            children = var_and(toolbox.select(individuals, brood), toolbox, *rates)
            evaluations += run.evaluate(children)
            individuals = sel_best(individuals + children, population)
            born += children
        run.log(born, individuals, evaluations)
    return individuals, run.logbook
