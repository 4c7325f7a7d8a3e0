"""A problem whose evaluation takes as long as it is told to; genomes of 100 bits."""

import random
import time
from typing import Any

from deap import base, creator, tools

creator.create("SpinningFitness", base.Fitness, weights=(1.0,))
creator.create("Spinning", list, fitness=creator.SpinningFitness)


def evaluate(individual: list[int], milliseconds: float | None = 0.0) -> tuple[int]:
    """The number of ones, after the given time of work on a processor."""
    if milliseconds is None:
        milliseconds = 1000 * individual[0]
    if milliseconds:
        until = time.perf_counter() + milliseconds / 1000
        while time.perf_counter() < until:
            pass
    return (sum(individual),)


def build(milliseconds: float | None = 0.0) -> Any:
    """The toolbox, as in DEAP's documentation.

    Without a time, an individual's first gene is the seconds that its evaluation takes.
    """
    toolbox = base.Toolbox()
    toolbox.register("attr_bool", random.randint, 0, 1)
    toolbox.register("individual", tools.initRepeat, creator.Spinning, toolbox.attr_bool, 100)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", evaluate, milliseconds=milliseconds)
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", tools.mutFlipBit, indpb=0.05)
    toolbox.register("select", tools.selTournament, tournsize=3)
    return toolbox
