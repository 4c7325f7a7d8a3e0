"""NSGA-III: niches around reference points.

Deb and Jain: An evolutionary many-objective optimization algorithm using reference-point-based
nondominated sorting approach, part I, IEEE Transactions on Evolutionary Computation 18(4), 2014;
the loop is that of DEAP's example.
"""

from deap import tools

from evosweep.algorithms.generation import Generations
from evosweep.algorithms.genomes import several_objectives
from evosweep.fast.generations import var_and
from evosweep.fast.nsga3 import sel_nsga3
from evosweep.genomes.deap_types import (
    HallOfFame,
    PopulationAndLogbook,
    Statistics,
    Toolbox,
)
from evosweep.plugins.parameters import integer, probability


def nsga3(
    toolbox: Toolbox,
    *,
    statistics: Statistics | None,
    hall_of_fame: HallOfFame | None,
    population: int | None = None,
    generations: int = 100,
    divisions: int = 12,
    crossover: float = 1.0,
    mutation: float = 1.0,
) -> PopulationAndLogbook:
    """Evolve `population` individuals with two objectives or more.

    Parameters
    ----------
    population
        Individuals; by default the number of reference points, rounded up to a multiple of 4.
    generations
        Generations after the initial population, 0 or more.
    divisions
        Divisions of each axis; they define the reference points (91 with 3 objectives and 12
        divisions).
    crossover
        Probability that two neighbours mate.
    mutation
        Probability that an individual mutates.
    """
    objectives = several_objectives(toolbox, "nsga3")
    points = tools.uniform_reference_points(objectives, integer("divisions", divisions))
    size = integer("population", population or len(points) + -len(points) % 4)
    integer("generations", generations, 0)
    probability("crossover", crossover)
    probability("mutation", mutation)
    run = Generations(toolbox, statistics, hall_of_fame)
    parents = toolbox.population(n=size)
    run.record(parents)
    for _ in range(generations):
        children = var_and(parents, toolbox, crossover, mutation)
        evaluations = run.evaluate(children)
        selected = sel_nsga3(parents + children, size, points)
        assert isinstance(selected, list)
        parents = selected
        run.log(children, parents, evaluations)
    return parents, run.logbook
