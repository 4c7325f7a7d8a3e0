"""Where a search for one optimum begins: a point or a parent, and a first standard deviation."""

import random

from evosweep.algorithms.genomes import bounds_of, class_of, one_objective, real_example
from evosweep.genomes.deap_types import Reals, Toolbox
from evosweep.plugins.parameters import number


def example_and_start(
    toolbox: Toolbox,
    algorithm: str,
    *,
    centroid: float | None,
    sigma: float | None,
    start: float | None = None,
) -> tuple[Reals, list[float], float]:
    """Return an individual, and the start point and standard deviation of a distribution around it.

    Raises InputError for several objectives, and for genomes that are no lists of reals.
    """
    one_objective(toolbox, algorithm)
    individual = real_example(toolbox, algorithm)
    point, width = start_of(toolbox, individual, centroid=centroid, sigma=sigma, start=start)
    return individual, point, width


def first_parent(
    toolbox: Toolbox, algorithm: str, *, sigma: float | None, start: float | None
) -> tuple[Reals, float]:
    """Return the parent that the problem draws, or one drawn in a cube, and the standard deviation.

    Raises InputError as `example_and_start` does.
    """
    one_objective(toolbox, algorithm)
    real_example(toolbox, algorithm)
    parent: Reals = toolbox.individual()
    point, width = start_of(toolbox, parent, sigma=sigma, start=start)
    return (parent if start is None else class_of(parent)(point)), width


def start_of(
    toolbox: Toolbox,
    individual: Reals,
    *,
    centroid: float | None = None,
    sigma: float | None,
    start: float | None = None,
) -> tuple[list[float], float]:
    """Return the start point and the standard deviation of a distribution; by default from the
    bounds.

    With `start` the point is drawn, one uniform number for each gene, as in the BBOB papers.
    """
    low, up = bounds_of(toolbox, [individual])
    middle = (low + up) / 2 if centroid is None else number("centroid", centroid)
    width = 0.3 * (up - low) if sigma is None else number("sigma", sigma, 1e-300)
    if start is None:
        return [middle] * len(individual), width
    reach = number("start", start, 0)
    return [random.uniform(middle - reach, middle + reach) for _ in individual], width
