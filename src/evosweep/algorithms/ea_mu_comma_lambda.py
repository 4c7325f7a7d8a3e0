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
    """`mu` parents (the initial `population` by default) and `lambda_` children (2 mu by default).

    A child comes from crossover or from mutation, or is a copy: the two add up to 1 at most.
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
