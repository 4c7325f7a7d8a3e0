"""CMA-ES by its author's own package, `cma`, as a reference for DEAP's.

Hansen, Akimoto and Baudis: CMA-ES/pycma on GitHub, Zenodo, 2019.
"""

import math
from typing import Any

from evosweep.algorithms.generation import Generations
from evosweep.algorithms.genomes import bounds_of, class_of
from evosweep.algorithms.starts import example_and_start
from evosweep.errors import InputError
from evosweep.genomes.deap_types import HallOfFame, PopulationAndLogbook, Reals, Statistics, Toolbox
from evosweep.plugins.parameters import integer


def pycma(
    toolbox: Toolbox,
    *,
    statistics: Statistics | None,
    hall_of_fame: HallOfFame | None,
    generations: int = 100,
    lambda_: int | None = None,
    centroid: float | None = None,
    sigma: float | None = None,
    start: float | None = None,
    bounded: bool = True,
) -> PopulationAndLogbook:
    """Sample `lambda_` individuals per generation with the package `cma`.

    The search ends early when `cma` sees no further progress.

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
    bounded
        Whether samples stay within the problem's bounds.
    """
    cma = _package()
    integer("generations", generations)
    individual, first, width = example_and_start(
        toolbox, "pycma", centroid=centroid, sigma=sigma, start=start
    )
    # seed nan: leave numpy.random as the run has seeded it
    options: dict[str, object] = {"verbose": -9, "seed": math.nan, "maxiter": generations}
    if bounded:
        options["bounds"] = [float(bound) for bound in bounds_of(toolbox, [individual])]
    if lambda_ is not None:
        options["popsize"] = integer("lambda_", lambda_, 2)
    strategy = cma.CMAEvolutionStrategy(first, width, options)
    run = Generations(toolbox, statistics, hall_of_fame)
    population: list[Reals] = []
    sign = -1.0 if individual.fitness.weights[0] > 0 else 1.0  # cma minimises
    while not strategy.stop():
        samples = strategy.ask()
        population = [class_of(individual)(sample.tolist()) for sample in samples]
        run.record(population)
        strategy.tell(samples, [sign * ind.fitness.values[0] for ind in population])
    return population, run.logbook


def _package() -> Any:
    try:
        import cma
    except ImportError as error:
        raise InputError(
            "the algorithm pycma needs the package cma: pip install 'evosweep[references]'"
        ) from error
    return cma
