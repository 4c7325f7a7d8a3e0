"""CMA-ES: a normal distribution that learns its covariance.

Hansen and Ostermeier: Completely derandomized self-adaptation in evolution strategies, Evolutionary
Computation 9(2), 2001. The strategy is DEAP's.
"""

import random

from deap import cma

from evosweep.algorithms.generate_update import sample_and_learn
from evosweep.algorithms.generation import Generations
from evosweep.algorithms.genomes import bounds_of, one_objective, real_example
from evosweep.fast import strategy as fast
from evosweep.genomes.deap_types import HallOfFame, PopulationAndLogbook, Reals, Statistics, Toolbox
from evosweep.plugins.parameters import integer, number


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
    one_objective(toolbox, "cma_es")
    individual = real_example(toolbox, "cma_es")
    first, width = start_of(toolbox, individual, centroid=centroid, sigma=sigma, start=start)
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


def start_of(
    toolbox: Toolbox,
    individual: Reals,
    *,
    centroid: float | None = None,
    sigma: float | None,
    start: float | None = None,
) -> tuple[list[float], float]:
    """The start point and the standard deviation of a distribution; by default from the bounds.

    With `start` the point is drawn, one uniform number for each gene, as in the BBOB papers.
    """
    low, up = bounds_of(toolbox, [individual])
    middle = (low + up) / 2 if centroid is None else number("centroid", centroid)
    width = 0.3 * (up - low) if sigma is None else number("sigma", sigma, 1e-300)
    if start is None:
        return [middle] * len(individual), width
    reach = number("start", start, 0)
    return [random.uniform(middle - reach, middle + reach) for _ in individual], width
