"""A problem whose evaluation waits: so many workers fit on a machine of few processors."""

import random
import time

from deap import base, creator, tools

creator.create("SleepingFitness", base.Fitness, weights=(1.0,))
creator.create("Sleeping", list, fitness=creator.SleepingFitness)


def build(milliseconds: float = 10.0, bits: int = 30) -> base.Toolbox:
    """OneMax by workers that sleep; as a solver on another processor, or a licence server."""
    toolbox = base.Toolbox()
    toolbox.register("bit", random.randint, 0, 1)
    toolbox.register("individual", tools.initRepeat, creator.Sleeping, toolbox.bit, bits)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", evaluate, milliseconds=milliseconds)
    return toolbox


def evaluate(individual: list[int], milliseconds: float) -> tuple[int]:
    time.sleep(milliseconds / 1000)
    return (sum(individual),)
