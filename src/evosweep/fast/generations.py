"""DEAP's generational loops over a toolbox's parts, with DEAP's populations.

Most of the time goes into cloning the selected individuals. So the genes are checked only once per
parent, and not once per child.
"""

import random
from collections.abc import Sequence
from functools import partial

from evosweep.fast.bulk import vary, vary_in_pairs
from evosweep.fast.clone import clone, clones
from evosweep.fast.kinds import is_sequence
from evosweep.fast.shapes import Member, Toolbox


def var_and(
    population: Sequence[Member], toolbox: Toolbox, cxpb: float, mutpb: float
) -> list[Member]:
    """Return the offspring that `deap.algorithms.varAnd` makes, with its random draws."""
    ours = is_sequence(population) and len(population)
    children = vary(population, toolbox, cxpb, mutpb) if ours else None
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


def var_pairs(population: Sequence[Member], toolbox: Toolbox, cxpb: float) -> list[Member]:
    """Return the offspring that DEAP's example of NSGA-II makes, with its random draws.

    Each pair of clones mates with probability `cxpb`, and then both mutate. One that is left
    without a pair stays a clone.
    """
    ours = is_sequence(population) and len(population)
    children = vary_in_pairs(population, toolbox, cxpb) if ours else None
    if children is not None:
        return children
    offspring = cloned(population, toolbox)
    for first, second in zip(offspring[::2], offspring[1::2], strict=False):
        if random.random() <= cxpb:
            toolbox.mate(first, second)
        toolbox.mutate(first)
        toolbox.mutate(second)
        del first.fitness.values, second.fitness.values
    return offspring


def cloned(population: Sequence[Member], toolbox: Toolbox) -> list[Member]:
    """Return the clones that `toolbox.clone` would make."""
    registered = toolbox.clone
    if type(registered) is partial and _is_bare(registered):
        return clones(population)
    return [registered(individual) for individual in population]


def _is_bare(registered: "partial[object]") -> bool:
    return registered.func is clone and not registered.args and not registered.keywords
