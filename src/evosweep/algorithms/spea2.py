"""SPEA2: strength, density, and truncation of the crowded.

Zitzler, Laumanns and Thiele: SPEA2: Improving the strength Pareto evolutionary algorithm, TIK
Report 103, 2001; as DEAP uses its selection, in a (mu + lambda) loop.
"""

from deap import algorithms

from evosweep.algorithms.ea_mu_plus_lambda import check_rates
from evosweep.algorithms.genomes import several_objectives, with_parts
from evosweep.fast.spea2 import sel_spea2
from evosweep.genomes.deap_types import HallOfFame, PopulationAndLogbook, Statistics, Toolbox
from evosweep.plugins.parameters import integer


def spea2(
    toolbox: Toolbox,
    *,
    statistics: Statistics | None,
    hall_of_fame: HallOfFame | None,
    population: int = 100,
    lambda_: int | None = None,
    generations: int = 100,
    crossover: float = 0.7,
    mutation: float = 0.3,
) -> PopulationAndLogbook:
    """Evolve an archive of `population` individuals with two objectives or more.

    Parameters
    ----------
    population
        Individuals in the archive.
    lambda_
        Children per generation; by default `population`.
    generations
        Generations after the initial population, 0 or more.
    crossover, mutation
        Probability that a child comes from each; the two add up to 1 at most, and any other child
        is a copy.
    """
    several_objectives(toolbox, "spea2")
    check_rates(crossover, mutation)
    size = integer("population", population)
    evolved: PopulationAndLogbook = algorithms.eaMuPlusLambda(
        toolbox.population(n=size),
        with_parts(toolbox, select=sel_spea2),
        mu=size,
        lambda_=integer("lambda_", size if lambda_ is None else lambda_),
        cxpb=crossover,
        mutpb=mutation,
        ngen=integer("generations", generations, 0),
        stats=statistics,
        halloffame=hall_of_fame,
        verbose=False,
    )
    return evolved
