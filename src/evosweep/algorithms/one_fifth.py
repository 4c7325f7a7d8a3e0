"""The (1 + 1) evolution strategy whose step size follows the one-fifth success rule.

Rechenberg: Evolutionsstrategie, 1973; the factors are those of Auger: Benchmarking the (1+1)
evolution strategy with one-fifth success rule on the BBOB-2009 function testbed, GECCO 2009.
"""

import random

from evosweep.algorithms.generation import Generations
from evosweep.algorithms.genomes import class_of
from evosweep.algorithms.starts import first_parent
from evosweep.genomes.deap_types import HallOfFame, PopulationAndLogbook, Statistics, Toolbox
from evosweep.plugins.parameters import integer

_SUCCESS = 1.5  # factor of the step size after a child that is not worse
_FAILURE = 1.5 ** (-1 / 4)


def one_fifth(
    toolbox: Toolbox,
    *,
    statistics: Statistics | None,
    hall_of_fame: HallOfFame | None,
    generations: int = 1000,
    sigma: float | None = None,
    start: float | None = None,
) -> PopulationAndLogbook:
    """Draw one child around one parent in each generation, and keep the better of the two.

    Parameters
    ----------
    generations
        Generations after the initial population, 0 or more.
    sigma
        First standard deviation, above 0; by default 0.3 of the width of the bounds.
    start
        Half the width of a cube around the middle of the bounds, in which the parent is drawn; by
        default the problem draws it as any individual.
    """
    integer("generations", generations, 0)
    parent, width = first_parent(toolbox, "one_fifth", sigma=sigma, start=start)
    kind = class_of(parent)
    run = Generations(toolbox, statistics, hall_of_fame)
    run.record([parent])
    for _ in range(generations):
        child = kind(gene + width * random.gauss(0.0, 1.0) for gene in parent)
        evaluations = run.evaluate([child])
        if child.fitness >= parent.fitness:
            parent, width = child, width * _SUCCESS
        else:
            width *= _FAILURE
        run.log([child], [parent], evaluations)
    return [parent], run.logbook
