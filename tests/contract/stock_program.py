"""A DEAP program that knows nothing of evosweep but `open_backend`; prints its digest."""

import random
import sys
import time

from deap import algorithms, base, creator, tools

from evosweep import open_backend
from evosweep.genomes.digest import population_digest

creator.create("FitnessMax", base.Fitness, weights=(1.0,))
creator.create("Individual", list, fitness=creator.FitnessMax)


def evaluate(individual: list[int]) -> tuple[int]:
    time.sleep(0.001)
    return (sum(individual),)


def main(use: str) -> None:
    toolbox = base.Toolbox()
    toolbox.register("attr_bool", random.randint, 0, 1)
    toolbox.register("individual", tools.initRepeat, creator.Individual, toolbox.attr_bool, 30)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", evaluate)
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", tools.mutFlipBit, indpb=0.05)
    toolbox.register("select", tools.selTournament, tournsize=3)
    if use == "none":
        evolve(toolbox)
        return
    with open_backend(use, workers=1 if use == "serial" else 2) as backend:
        toolbox.register("map", backend.map)
        evolve(toolbox)


def evolve(toolbox: base.Toolbox) -> None:
    random.seed(1)
    population, _ = algorithms.eaSimple(
        toolbox.population(n=40), toolbox, 0.5, 0.2, 5, verbose=False
    )
    print(population_digest(population))


if __name__ == "__main__":
    main(sys.argv[1])
