"""Toolboxes and primitives for genetic programming on columns of data."""

import operator
from collections.abc import Callable

import numpy as np
from deap import base, gp, tools
from numpy.typing import ArrayLike

from evosweep.fast.sums import exact_sum
from evosweep.fast.trees import evaluate_tree, static_limit
from evosweep.plugins.parameters import integer, number
from evosweep.problems import typed_crossover
from evosweep.problems.classes import individual_class

WORST = 1e12  # fitness of an expression with no finite value on some row


def trees_toolbox(
    name: str, pset: gp.PrimitiveSetTyped, *, weight: float, max_height: int, tournament: int
) -> base.Toolbox:
    """Trees of `pset`: one-point crossover and uniform mutation under a limit of height."""
    kind = individual_class(name, gp.PrimitiveTree, (weight,))
    toolbox = base.Toolbox()
    toolbox.register("expr", gp.genHalfAndHalf, pset=pset, min_=1, max_=2)
    toolbox.register("individual", tools.initIterate, kind, toolbox.expr)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("mate", typed_crossover.cx_one_point)
    toolbox.register("expr_mut", gp.genFull, min_=0, max_=2)
    toolbox.register("mutate", gp.mutUniform, expr=toolbox.expr_mut, pset=pset)
    toolbox.register("select", tools.selTournament, tournsize=integer("tournament", tournament))
    limit = static_limit(operator.attrgetter("height"), integer("max_height", max_height, 2, 60))
    toolbox.decorate("mate", limit)
    toolbox.decorate("mutate", limit)
    return toolbox


def prefer_smaller(toolbox: base.Toolbox, tournament: int, parsimony: float) -> None:
    """Select by double tournament: of two winners, the smaller with probability parsimony / 2.

    Luke and Panait: Fighting bloat with nonparametric parsimony pressure, PPSN 2002.
    """
    number("parsimony", parsimony, 1, 2)
    toolbox.register(
        "select",
        tools.selDoubleTournament,
        fitness_size=tournament,
        parsimony_size=parsimony,
        fitness_first=True,
    )


def arithmetic(inputs: int, name: str = "MAIN") -> gp.PrimitiveSet:
    """Arithmetic over `inputs` columns.

    Only operations that IEEE 754 rounds correctly: a vectorised sine may differ in its last bit
    from one processor to the next, and a fitness with it.
    """
    pset = gp.PrimitiveSet(name, inputs, prefix="x")
    pset.addPrimitive(operator.add, 2)
    pset.addPrimitive(operator.sub, 2)
    pset.addPrimitive(operator.mul, 2)
    pset.addPrimitive(protected_div, 2)
    pset.addPrimitive(protected_sqrt, 1)
    pset.addPrimitive(operator.neg, 1)
    return pset


def protected_div(left: ArrayLike, right: ArrayLike) -> np.ndarray:
    """left / right, and 1 if right is 0 (Koza's protected division)."""
    zero = np.equal(right, 0.0)
    if not zero.any():
        return np.divide(left, right)
    return np.where(zero, 1.0, np.divide(left, np.where(zero, 1.0, right)))


def protected_sqrt(value: ArrayLike) -> np.ndarray:
    """Return the square root of the absolute value."""
    return np.sqrt(np.abs(value))


def mean_squared_error(
    tree: gp.PrimitiveTree, pset: gp.PrimitiveSet, columns: list[np.ndarray], target: np.ndarray
) -> tuple[float]:
    """Return the mean over all rows of (expression - target)^2, summed exactly (math.fsum)."""
    return error_of(lambda: evaluate_tree(tree, pset, columns), target)


def error_of(predict: Callable[[], np.ndarray], target: np.ndarray) -> tuple[float]:
    """Return the mean squared error of the predictions; WORST if it is not finite."""
    with np.errstate(all="ignore"):
        errors = (predict() - target) ** 2
    if not np.isfinite(errors).all():
        return (WORST,)
    try:
        return (min(exact_sum(errors) / len(target), WORST),)
    except OverflowError:  # every square is finite, their sum is not
        return (WORST,)
