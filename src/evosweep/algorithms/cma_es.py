"""CMA-ES: a normal distribution that learns its covariance.

Hansen and Ostermeier: Completely derandomized self-adaptation in evolution strategies, Evolutionary
Computation 9(2), 2001. The strategy is DEAP's.
"""

from deap import cma

from evosweep.algorithms.generate_update import sample_and_learn
from evosweep.algorithms.generation import Generations
from evosweep.algorithms.starts import example_and_start
from evosweep.fast import strategy as fast
from evosweep.genomes.deap_types import HallOfFame, PopulationAndLogbook, Statistics, Toolbox
from evosweep.plugins.parameters import integer


def cma_es(
    toolbox: Toolbox,
    *,
    statistics: Statistics | None,
    hall_of_fame: HallOfFame | None,
    generations: int = 100,
    lambda_: int | None = None,
    centroid: float | None = None,
    sigma: float | None = None,
    start: float | None = None,
) -> PopulationAndLogbook:
    """Sample `lambda_` individuals per generation from a normal distribution that adapts.

    Parameters
    ----------
    generations
        Generations, 1 or more.
    lambda_
        Samples per generation, 2 or more; by default 4 + 3 ln(dimension).
    centroid
        Where the search starts, the same value in every gene; by default the middle of the bounds.
    sigma
        First standard deviation, above 0; by default 0.3 of the width of the bounds.
    start
        Half the width of a cube around the middle of the bounds; the search starts at a random
        point in it. By default it starts at `centroid`.
    """
    integer("generations", generations)
    individual, first, width = example_and_start(
        toolbox, "cma_es", centroid=centroid, sigma=sigma, start=start
    )
    size = {} if lambda_ is None else {"lambda_": integer("lambda_", lambda_, 2)}
    strategy = cma.Strategy(first, width, **size)
    run = Generations(toolbox, statistics, hall_of_fame)
    population = sample_and_learn(
        run,
        generations,
        lambda: fast.generate(strategy, type(individual)),
        lambda population: fast.update(strategy, population),
    )
    return population, run.logbook
