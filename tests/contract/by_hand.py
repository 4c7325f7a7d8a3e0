"""OneMax as in DEAP's tutorial, with what does not pickle: a lambda, a closure and a lock."""

import random
import threading
import time

from deap import base, creator, tools


def build(seconds: float) -> base.Toolbox:
    creator.create("HandFitness", base.Fitness, weights=(1.0,))
    creator.create("HandIndividual", list, fitness=creator.HandFitness)
    toolbox, lock = base.Toolbox(), threading.Lock()
    toolbox.register("attr_bool", random.randint, 0, 1)
    toolbox.register("individual", tools.initRepeat, creator.HandIndividual, toolbox.attr_bool, 50)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)

    def evaluate(individual: list[int]) -> tuple[int]:
        with lock:
            time.sleep(seconds)
        return (sum(individual),)

    toolbox.register("evaluate", lambda individual: evaluate(individual))  # noqa: PLW0108
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", tools.mutFlipBit, indpb=0.05)
    toolbox.register("select", tools.selTournament, tournsize=3)
    return toolbox
