"""OneMax whose evaluations take a while, so that a fault finds the run at work."""

import random
import time

from deap import base, creator, tools


def build(seconds: float = 0.02, bits: int = 20) -> base.Toolbox:
    """`seconds` are those of an evaluation."""
    creator.create("SleepingFitness", base.Fitness, weights=(1.0,))
    creator.create("Sleeping", list, fitness=creator.SleepingFitness)
    toolbox = base.Toolbox()
    toolbox.register("bit", random.randint, 0, 1)
    toolbox.register("individual", tools.initRepeat, creator.Sleeping, toolbox.bit, bits)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", tools.mutFlipBit, indpb=0.1)
    toolbox.register("select", tools.selTournament, tournsize=3)

    def evaluate(individual: list[int]) -> tuple[int]:
        time.sleep(seconds)
        return (sum(individual),)

    toolbox.register("evaluate", evaluate)
    return toolbox
