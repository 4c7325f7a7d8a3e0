"""The (mu + lambda) evolutionary algorithm: parents compete with their children.

Beyer and Schwefel: Evolution strategies, Natural Computing 1, 2002, as DEAP's eaMuPlusLambda.
"""

from deap import algorithms

from evosweep.errors import InputError
from evosweep.genomes.deap_types import HallOfFame, PopulationAndLogbook, Statistics, Toolbox
from evosweep.plugins.parameters import integer, probability


def ea_mu_plus_lambda(
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
    """Evolve `mu` parents; the best of them and of `lambda_` children survive.

    Parameters
    ----------
    population
        Individuals in the initial population.
    mu
        Parents; by default `population`.
    lambda_
        Children per generation, 1 or more; by default `mu`.
    generations
        Generations after the initial population, 0 or more.
    crossover, mutation
        Probability that a child comes from each; the two add up to 1 at most, and any other child
        is a copy.
    """
    mu = integer("mu", population if mu is None else mu)
    lambda_ = integer("lambda_", mu if lambda_ is None else lambda_)
    check_rates(crossover, mutation)
    evolved: PopulationAndLogbook = algorithms.eaMuPlusLambda(
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


def check_rates(crossover: float, mutation: float) -> None:
    """Raise InputError unless both are probabilities that add up to 1 at most."""
    if probability("crossover", crossover) + probability("mutation", mutation) > 1:
        raise InputError(
            "crossover and mutation must add up to 1 or less, since a child comes from one of "
            f"them, not {crossover} + {mutation}"
        )
