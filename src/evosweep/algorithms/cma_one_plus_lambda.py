"""(1 + lambda)-CMA-ES: one parent, whose success rules the step size.

Igel, Hansen and Roth: Covariance matrix adaptation for multi-objective optimization, Evolutionary
Computation 15(1), 2007. The strategy is DEAP's.
"""

from deap import cma

from evosweep.algorithms.generate_update import sample_and_learn
from evosweep.algorithms.generation import Generations
from evosweep.algorithms.genomes import class_of
from evosweep.algorithms.starts import first_parent
from evosweep.genomes.deap_types import HallOfFame, PopulationAndLogbook, Statistics, Toolbox
from evosweep.plugins.parameters import integer


def cma_one_plus_lambda(
    toolbox: Toolbox,
    *,
    statistics: Statistics | None,
    hall_of_fame: HallOfFame | None,
    generations: int = 200,
    lambda_: int = 8,
    sigma: float | None = None,
    start: float | None = None,
) -> PopulationAndLogbook:
    """Evolve one parent, with `lambda_` children per generation.

    Parameters
    ----------
    generations
        Generations, 1 or more.
    lambda_
        Children per generation, 1 or more.
    sigma
        First standard deviation, above 0; by default 0.3 of the width of the bounds.
    start
        Half the width of a cube around the middle of the bounds, in which the parent is drawn; by
        default the problem draws it as any individual.
    """
    integer("generations", generations)
    parent, width = first_parent(toolbox, "cma_one_plus_lambda", sigma=sigma, start=start)
    kind = class_of(parent)
    run = Generations(toolbox, statistics, hall_of_fame)
    run.record([parent])
    strategy = cma.StrategyOnePlusLambda(parent, width, lambda_=integer("lambda_", lambda_))
    population = sample_and_learn(
        run, generations, lambda: list(strategy.generate(kind)), strategy.update
    )
    return population, run.logbook
