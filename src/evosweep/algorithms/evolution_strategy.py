"""The (mu, lambda) evolution strategy whose step sizes evolve with the genes.

Beyer and Schwefel: Evolution strategies, a comprehensive introduction, Natural Computing 1, 2002;
the parts are those of DEAP's example.
"""

import random
from collections.abc import Callable, Iterable
from typing import Protocol

from deap import algorithms, tools

from evosweep.algorithms.ea_mu_plus_lambda import check_rates
from evosweep.algorithms.genomes import bounds_of, one_objective, real_example, with_parts
from evosweep.genomes.deap_types import HallOfFame, PopulationAndLogbook, Reals, Statistics, Toolbox
from evosweep.plugins.parameters import integer, number, probability


def evolution_strategy(
    toolbox: Toolbox,
    *,
    statistics: Statistics | None,
    hall_of_fame: HallOfFame | None,
    mu: int = 10,
    lambda_: int = 100,
    generations: int = 100,
    crossover: float = 0.6,
    mutation: float = 0.3,
    gene_mutation: float = 0.03,
    alpha: float = 0.1,
    smallest_step: float | None = None,
    largest_step: float | None = None,
) -> PopulationAndLogbook:
    """Evolve `mu` parents with step sizes of their own; `lambda_` children per generation.

    Parameters
    ----------
    mu
        Parents.
    lambda_
        Children per generation, `mu` or more.
    generations
        Generations after the initial population, 0 or more.
    crossover, mutation
        Probability that a child comes from each; the two add up to 1 at most.
    gene_mutation
        Probability that a gene of a mutant changes.
    alpha
        How far a blended gene may lie outside the range of its parents' genes.
    smallest_step
        Lower limit of the step sizes; by default 0.05 of the width of the bounds.
    largest_step
        Upper limit of the initial step sizes; by default 0.3 of the width of the bounds.
    """
    one_objective(toolbox, "evolution_strategy")
    low, up = bounds_of(toolbox, [real_example(toolbox, "evolution_strategy")])
    least = number("smallest_step", 0.05 * (up - low) if smallest_step is None else smallest_step)
    most = number("largest_step", 0.3 * (up - low) if largest_step is None else largest_step, least)
    check_rates(crossover, mutation)
    parts = _parts(probability("gene_mutation", gene_mutation), number("alpha", alpha, 0), least)
    parents = [_with_steps(toolbox.individual(), least, most) for _ in range(integer("mu", mu))]
    evolved: PopulationAndLogbook = algorithms.eaMuCommaLambda(
        parents,
        with_parts(toolbox, **parts),
        mu=mu,
        lambda_=integer("lambda_", lambda_, mu),
        cxpb=crossover,
        mutpb=mutation,
        ngen=integer("generations", generations, 0),
        stats=statistics,
        halloffame=hall_of_fame,
        verbose=False,
    )
    return evolved


class _Stepped(Reals, Protocol):
    """An individual with a step size for each gene."""

    strategy: list[float]


def _with_steps(individual: _Stepped, least: float, most: float) -> _Stepped:
    individual.strategy = [random.uniform(least, most) for _ in individual]
    return individual


def _parts(gene_mutation: float, alpha: float, least: float) -> dict[str, Callable[..., object]]:
    """Variation that keeps every step size above `least`."""

    def kept(children: Iterable[_Stepped]) -> Iterable[_Stepped]:
        for child in children:
            child.strategy = [max(step, least) for step in child.strategy]
        return children

    def mate(first: _Stepped, second: _Stepped) -> Iterable[_Stepped]:
        return kept(tools.cxESBlend(first, second, alpha=alpha))

    def mutate(individual: _Stepped) -> Iterable[_Stepped]:
        return kept(tools.mutESLogNormal(individual, c=1.0, indpb=gene_mutation))

    return {"mate": mate, "mutate": mutate}
