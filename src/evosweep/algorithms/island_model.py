"""The island model: demes that evolve apart, and exchange their best in a ring.

Cohoon, Hegde, Martin and Richards: Punctuated equilibria: a parallel genetic algorithm, ICGA 1987;
the loop is that of DEAP's example.
"""

from itertools import chain

from deap import tools

from evosweep.algorithms.generation import Generations
from evosweep.fast.generations import var_and
from evosweep.fast.selection import sel_best
from evosweep.genomes.deap_types import HallOfFame, PopulationAndLogbook, Statistics, Toolbox
from evosweep.plugins.parameters import integer, probability


def island_model(
    toolbox: Toolbox,
    *,
    statistics: Statistics | None,
    hall_of_fame: HallOfFame | None,
    demes: int = 3,
    population: int = 100,
    generations: int = 50,
    migration: int = 5,
    migrants: int = 5,
    crossover: float = 0.5,
    mutation: float = 0.2,
) -> PopulationAndLogbook:
    """Evolve `demes` populations apart; the final population joins them all.

    Parameters
    ----------
    demes
        Number of demes.
    population
        Individuals in each deme.
    generations
        Generations after the initial population, 0 or more.
    migration
        Generations between two exchanges.
    migrants
        Individuals, the best of a deme, that move to the next deme of the ring in an exchange; 0 to
        `population`.
    crossover
        Probability that two neighbours mate.
    mutation
        Probability that an individual mutates.
    """
    integer("generations", generations, 0)
    integer("migration", migration)
    integer("migrants", migrants, 0, integer("population", population))
    rates = (probability("crossover", crossover), probability("mutation", mutation))
    run = Generations(toolbox, statistics, hall_of_fame)
    islands = [toolbox.population(n=population) for _ in range(integer("demes", demes))]
    run.record(list(chain(*islands)))
    for generation in range(1, generations + 1):
        for deme in islands:
            deme[:] = var_and(toolbox.select(deme, len(deme)), toolbox, *rates)
        everybody = list(chain(*islands))
        evaluations = run.evaluate(everybody)  # one batch for all demes
        if generation % migration == 0 and demes > 1:
            tools.migRing(islands, migrants, sel_best)
        run.log(everybody, list(chain(*islands)), evaluations)
    return list(chain(*islands)), run.logbook
