"""The 0/1 knapsack problem, with its optimum by dynamic programming.

Martello and Toth: Knapsack Problems, Wiley, 1990.
"""

import random

import numpy as np
from deap import base

from evosweep.plugins.parameters import integer
from evosweep.problems.toolboxes import bits_toolbox
from evosweep.problems.traits import Traits


def knapsack(
    items: int = 50, instance: int = 1, flip: float = 0.02, tournament: int = 3
) -> base.Toolbox:
    """Masks of the items to take; the value of a load within the capacity is maximised.

    The capacity is half the weight of all items. Weights and values are whole numbers, 1 to 100.

    Parameters
    ----------
    items
        Items, 1 or more.
    instance
        Number of the random instance, 1 or more.
    flip
        Probability that a mutation flips a gene.
    tournament
        Individuals in a selection tournament.
    """
    integer("items", items)
    integer("instance", instance)
    draw = random.Random(f"knapsack {items} {instance}")
    weights = [draw.randint(1, 100) for _ in range(items)]
    values = [draw.randint(1, 100) for _ in range(items)]
    capacity = sum(weights) // 2

    def evaluate(mask: list[int]) -> tuple[float]:
        weight = sum(w for w, taken in zip(weights, mask, strict=True) if taken)
        if weight > capacity:
            return (float(capacity - weight),)  # below every load that holds
        return (float(sum(v for v, taken in zip(values, mask, strict=True) if taken)),)

    def evaluate_batch(masks: np.ndarray) -> np.ndarray:
        loads, worths = (masks * weights).sum(axis=1), (masks * values).sum(axis=1)
        fitnesses: np.ndarray = np.where(loads > capacity, capacity - loads, worths)[:, None]
        return fitnesses

    toolbox = bits_toolbox("Knapsack", evaluate, bits=items, flip=flip, tournament=tournament)
    toolbox.register("evaluate_batch", evaluate_batch)
    optimum = float(best_value(weights, values, capacity))
    toolbox.traits = Traits(
        genome="bits", optimum=optimum, target=optimum, dataset=lambda: (weights, values)
    )
    return toolbox


def best_value(weights: list[int], values: list[int], capacity: int) -> int:
    """Return the value of the best load, by dynamic programming over the capacity."""
    best = [0] * (capacity + 1)
    for weight, value in zip(weights, values, strict=True):
        for room in range(capacity, weight - 1, -1):
            best[room] = max(best[room], best[room - weight] + value)
    return best[capacity]
