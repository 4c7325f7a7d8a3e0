"""The (1 + 1) evolutionary algorithm: one parent, one child, and the better of the two goes on.

Droste, Jansen and Wegener: On the analysis of the (1+1) evolutionary algorithm, Theoretical
Computer Science 276, 2002. With `flip` 1/n on bit strings it is the algorithm of runtime theory.
"""

from evosweep.algorithms.generation import Generations
from evosweep.algorithms.genomes import one_objective
from evosweep.genomes.deap_types import HallOfFame, PopulationAndLogbook, Statistics, Toolbox
from evosweep.plugins.parameters import integer


def one_plus_one(
    toolbox: Toolbox,
    *,
    statistics: Statistics | None,
    hall_of_fame: HallOfFame | None,
    generations: int = 1000,
) -> PopulationAndLogbook:
    """Mutate one parent in each generation; the child replaces it unless the child is worse.

    Every child is evaluated, as theory counts them, even one that is equal to its parent.

    Parameters
    ----------
    generations
        Generations after the initial population, 0 or more.
    """
    one_objective(toolbox, "one_plus_one")
    integer("generations", generations, 0)
    run = Generations(toolbox, statistics, hall_of_fame)
    parent = toolbox.individual()
    run.record([parent])
    for _ in range(generations):
        (child,) = toolbox.mutate(toolbox.clone(parent))
        del child.fitness.values
        evaluations = run.evaluate([child])
        if not child.fitness < parent.fitness:
            parent = child
        run.log([child], [parent], evaluations)
    return [parent], run.logbook
