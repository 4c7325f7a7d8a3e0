"""MO-CMA-ES: a population of (1 + 1) strategies, selected by hypervolume.

Voss, Hansen and Igel: Improved step size adaptation for the MO-CMA-ES, GECCO 2010. The strategy is
DEAP's.
"""

from deap import cma

from evosweep.algorithms.generation import Generations
from evosweep.algorithms.genomes import real_example, several_objectives
from evosweep.algorithms.starts import start_of
from evosweep.genomes.deap_types import HallOfFame, PopulationAndLogbook, Statistics, Toolbox
from evosweep.plugins.parameters import integer


def mo_cma_es(
    toolbox: Toolbox,
    *,
    statistics: Statistics | None,
    hall_of_fame: HallOfFame | None,
    population: int = 10,
    lambda_: int | None = None,
    generations: int = 100,
    sigma: float | None = None,
) -> PopulationAndLogbook:
    """Evolve `population` parents with several objectives, each with a distribution of its own.

    The final population holds the parents.

    Parameters
    ----------
    population
        Parents.
    lambda_
        Children per generation; by default `population`.
    generations
        Generations after the initial population, 0 or more.
    sigma
        First step size, above 0; by default 0.3 of the width of the bounds.
    """
    several_objectives(toolbox, "mo_cma_es")
    example = real_example(toolbox, "mo_cma_es")
    size = integer("population", population)
    children = integer("lambda_", size if lambda_ is None else lambda_)
    integer("generations", generations, 0)
    run = Generations(toolbox, statistics, hall_of_fame)
    parents = toolbox.population(n=size)
    run.record(parents)
    _, width = start_of(toolbox, example, sigma=sigma)
    strategy = cma.StrategyMultiObjective(parents, sigma=width, mu=size, lambda_=children)
    for _ in range(generations):
        offspring = strategy.generate(type(example))
        evaluations = run.evaluate(offspring)
        strategy.update(offspring)
        run.log(offspring, strategy.parents, evaluations)
    return strategy.parents, run.logbook
