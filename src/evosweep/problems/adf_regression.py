"""Symbolic regression with automatically defined functions.

Koza: Genetic Programming II, MIT Press, 1994; laid out as DEAP's example of it.
"""

import operator
import random
from collections.abc import Callable

from deap import base, gp, tools

from evosweep.fast.trees import static_limit
from evosweep.plugins.parameters import choice, integer
from evosweep.problems import typed_crossover
from evosweep.problems.classes import individual_class
from evosweep.problems.symbolic_regression import FORMULAS, sample
from evosweep.problems.traits import Traits
from evosweep.problems.trees import arithmetic, error_of

Trees = list[gp.PrimitiveTree]
Mate = Callable[[gp.PrimitiveTree, gp.PrimitiveTree], tuple[gp.PrimitiveTree, gp.PrimitiveTree]]


def adf_regression(
    data: str = "quartic", rows: int = 100, tournament: int = 3, max_height: int = 6
) -> base.Toolbox:
    """Two trees per individual: the main tree, and a function of two arguments that it calls.

    The fitness is the mean squared error, to be minimised.

    Parameters
    ----------
    data
        A formula of the problem `symbolic_regression`.
    rows
        Points at which the formula is sampled.
    tournament
        Individuals in a selection tournament.
    max_height
        Limit of a tree's height, 2 to 60; a taller child is replaced by one of its parents.
    """
    choice("data", data, tuple(FORMULAS))
    features, target = sample(data, integer("rows", rows))
    psets = primitive_sets(features.shape[1])
    columns = list(features.T.copy())

    def evaluate(individual: list[gp.PrimitiveTree]) -> tuple[float]:
        return error_of(lambda: gp.compileADF(individual, psets)(*columns), target)

    toolbox = _toolbox(psets, tournament)
    limit = static_limit(operator.attrgetter("height"), integer("max_height", max_height, 2, 60))
    toolbox.register("evaluate", evaluate)
    toolbox.register("mate", _mate, limit(typed_crossover.cx_one_point))
    toolbox.register("mutate", _mutate, limit(gp.mutUniform), expr=toolbox.expr_mut, psets=psets)
    toolbox.traits = Traits(genome="tree", optimum=0.0)
    return toolbox


def primitive_sets(inputs: int) -> list[gp.PrimitiveSet]:
    """Return the main set, which can call ADF0, and that of ADF0."""
    defined, main = arithmetic(2, "ADF0"), arithmetic(inputs)
    main.addADF(defined)
    main.addTerminal(1.0)
    return [main, defined]


def _toolbox(psets: list[gp.PrimitiveSet], tournament: int) -> base.Toolbox:
    kind = individual_class("ADF", list, (-1.0,))
    branch = individual_class("ADFBranch", gp.PrimitiveTree, (-1.0,))
    toolbox = base.Toolbox()
    for pset, alias in zip(psets, ("main", "adf0"), strict=True):
        toolbox.register(f"{alias}_expr", gp.genHalfAndHalf, pset=pset, min_=1, max_=2)
        toolbox.register(alias, tools.initIterate, branch, getattr(toolbox, f"{alias}_expr"))
    branches = [toolbox.main, toolbox.adf0]
    toolbox.register("individual", tools.initCycle, kind, branches, 1)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("expr_mut", gp.genFull, min_=1, max_=2)
    toolbox.register("select", tools.selTournament, tournsize=integer("tournament", tournament))
    return toolbox


def _mate(mate: Mate, first: Trees, second: Trees) -> tuple[Trees, Trees]:
    """Crossover of each tree with the other parent's."""
    for index, (one, two) in enumerate(zip(first, second, strict=True)):
        first[index], second[index] = mate(one, two)
    return first, second


def _mutate(
    mutate: Callable[..., tuple[gp.PrimitiveTree]],
    individual: Trees,
    expr: Callable[..., object],
    psets: list[gp.PrimitiveSet],
) -> tuple[Trees]:
    """Mutation of one of the trees."""
    index = random.randrange(len(individual))
    (individual[index],) = mutate(individual[index], expr=expr, pset=psets[index])
    return (individual,)
