"""DEAP's generational loops over a toolbox's parts, with DEAP's populations.

What costs here is the cloning of every selected individual: its genes are looked at once for each
parent, not once for each child.
"""

import random
from collections.abc import Sequence
from functools import partial
from typing import Any

from evosweep.fast.bulk import vary
from evosweep.fast.clone import clone, clones


def var_and(population: Sequence[Any], toolbox: Any, cxpb: float, mutpb: float) -> list[Any]:
    """The offspring that `deap.algorithms.varAnd` makes, with its random draws."""
    children = vary(population, toolbox, cxpb, mutpb) if len(population) else None
    if children is not None:
        return children
    offspring = cloned(population, toolbox)
    draw = random.random
    for i in range(1, len(offspring), 2):
        if draw() < cxpb:
            offspring[i - 1], offspring[i] = toolbox.mate(offspring[i - 1], offspring[i])
            del offspring[i - 1].fitness.values, offspring[i].fitness.values
    for i in range(len(offspring)):
        if draw() < mutpb:
            (offspring[i],) = toolbox.mutate(offspring[i])
            del offspring[i].fitness.values
    return offspring


def cloned(population: Sequence[Any], toolbox: Any) -> list[Any]:
    """A clone of each, as `toolbox.clone` makes it."""
    registered = toolbox.clone
    if isinstance(registered, partial) and registered.func is clone and not registered.args:
        return clones(population)
    return [registered(individual) for individual in population]
