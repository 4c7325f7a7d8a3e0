"""Random search: the baseline that every algorithm should beat.

Brooks: A discussion of random methods for seeking maxima, Operations Research 6(2), 1958.
"""

from collections.abc import Callable

from evosweep.algorithms.generation import Generations
from evosweep.algorithms.genomes import example
from evosweep.fast.nsga2 import sel_nsga2
from evosweep.fast.selection import sel_best
from evosweep.genomes.deap_types import (
    HallOfFame,
    Individual,
    PopulationAndLogbook,
    Statistics,
    Toolbox,
)
from evosweep.plugins.parameters import integer


def random_search(
    toolbox: Toolbox,
    *,
    statistics: Statistics | None,
    hall_of_fame: HallOfFame | None,
    population: int = 100,
    generations: int = 50,
) -> PopulationAndLogbook:
    """Draw `population` new individuals per generation, and keep the best `population` so far.

    With several objectives, NSGA-II's selection chooses which are kept.

    Parameters
    ----------
    population
        Individuals that are drawn, and that are kept.
    generations
        Generations after the initial population, 0 or more.
    """
    integer("generations", generations, 0)
    size = integer("population", population)
    single = len(example(toolbox).fitness.weights) == 1
    select: Callable[..., list[Individual]] = sel_best if single else sel_nsga2
    run = Generations(toolbox, statistics, hall_of_fame)
    kept = toolbox.population(n=size)
    run.record(kept)
    for _ in range(generations):
        sampled = toolbox.population(n=size)
        evaluations = run.evaluate(sampled)
        kept = select(kept + sampled, size)
        run.log(sampled, kept, evaluations)
    return kept, run.logbook
