"""HARM-GP: genetic programming that shapes the distribution of tree sizes against bloat.

Gardner, Gagne and Parizeau: Controlling code growth by dynamically shaping the genotype size
distribution, Genetic Programming and Evolvable Machines 16, 2015; DEAP's `gp.harm`.
"""

from deap import gp

from evosweep.algorithms.ea_mu_plus_lambda import check_rates
from evosweep.algorithms.genomes import example
from evosweep.errors import InputError
from evosweep.genomes.deap_types import HallOfFame, PopulationAndLogbook, Statistics, Toolbox
from evosweep.plugins.parameters import integer, number, probability


def harm_gp(
    toolbox: Toolbox,
    *,
    statistics: Statistics | None,
    hall_of_fame: HallOfFame | None,
    population: int = 100,
    generations: int = 50,
    crossover: float = 0.5,
    mutation: float = 0.1,
    alpha: float = 0.05,
    beta: float = 10.0,
    gamma: float = 0.25,
    rho: float = 0.9,
    model: int = -1,
) -> PopulationAndLogbook:
    """Evolve `population` trees, and limit their sizes by a model of their distribution.

    Parameters
    ----------
    population
        Trees in the population.
    generations
        Generations after the initial population, 0 or more.
    crossover
        Probability that a child comes from crossover.
    mutation
        Probability that a child comes from mutation.
    alpha, beta
        Half life of the sizes beyond the cutoff: alpha * size + beta.
    gamma
        Share of the population beyond the cutoff.
    rho
        Share of the population that places the cutoff.
    model
        Individuals that model the natural sizes; -1: 2000, or `population` if that is larger.
    """
    if not isinstance(example(toolbox), gp.PrimitiveTree):
        raise InputError("harm_gp needs a problem whose genomes are trees")
    check_rates(crossover, mutation)
    evolved: PopulationAndLogbook = gp.harm(
        toolbox.population(n=integer("population", population)),
        toolbox,
        cxpb=crossover,
        mutpb=mutation,
        ngen=integer("generations", generations, 0),
        alpha=number("alpha", alpha, 0),
        beta=number("beta", beta, 0),
        gamma=number("gamma", gamma, 0),
        rho=probability("rho", rho),
        nbrindsmodel=integer("model", model, -1),
        stats=statistics,
        halloffame=hall_of_fame,
        verbose=False,
    )
    return evolved
