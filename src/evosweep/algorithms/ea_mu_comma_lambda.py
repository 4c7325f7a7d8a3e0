"""The (mu, lambda) evolutionary algorithm: children replace their parents.

Beyer and Schwefel: Evolution strategies, Natural Computing 1, 2002, as DEAP's eaMuCommaLambda.
"""

from deap import algorithms

from evosweep.algorithms.ea_mu_plus_lambda import check_rates
from evosweep.genomes.deap_types import HallOfFame, PopulationAndLogbook, Statistics, Toolbox
from evosweep.plugins.parameters import integer


def ea_mu_comma_lambda(
    toolbox: Toolbox,
    *,
    statistics: Statistics | None,
    hall_of_fame: HallOfFame | None,
    population: int = 100,
    mu: int | None = None,
    lambda_: int | None = None,
    generations: int = 50,
    crossover: float = 0.5,
    mutation: float = 0.2,
) -> PopulationAndLogbook:
    """Evolve `mu` parents; the best of `lambda_` children replace them.

    Parameters
    ----------
    population
        Individuals in the initial population.
    mu
        Parents; by default `population`.
    lambda_
        Children per generation, `mu` or more; by default 2 `mu`.
    generations
        Generations after the initial population, 0 or more.
    crossover, mutation
        Probability that a child comes from each; the two add up to 1 at most, and any other child
        is a copy.
    """
    mu = integer("mu", population if mu is None else mu)
    lambda_ = integer("lambda_", 2 * mu if lambda_ is None else lambda_, mu)
    check_rates(crossover, mutation)
    evolved: PopulationAndLogbook = algorithms.eaMuCommaLambda(
        toolbox.population(n=integer("population", population)),
        toolbox,
        mu=mu,
        lambda_=lambda_,
        cxpb=crossover,
        mutpb=mutation,
        ngen=integer("generations", generations, 0),
        stats=statistics,
        halloffame=hall_of_fame,
        verbose=False,
    )
    return evolved
