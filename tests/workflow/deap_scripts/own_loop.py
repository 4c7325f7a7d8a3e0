"""A genetic algorithm with a loop of its own, as many programs write it."""

import random

from deap import base, creator, tools

creator.create("OwnMax", base.Fitness, weights=(1.0,))
creator.create("OwnBits", list, fitness=creator.OwnMax)

toolbox = base.Toolbox()
# Ones and zeros.
toolbox.register("bit", random.randint, 0, 1)
toolbox.register("individual", tools.initRepeat, creator.OwnBits, toolbox.bit, 16)
toolbox.register("population", tools.initRepeat, list, toolbox.individual)


def ones(individual):
    return (sum(individual),)  # a tuple


toolbox.register("evaluate", ones)
toolbox.register("mate", tools.cxTwoPoint)
toolbox.register("mutate", tools.mutFlipBit, indpb=0.05)
toolbox.register("select", tools.selTournament, tournsize=3)


def main():
    random.seed(64)
    population = toolbox.population(n=12)
    CXPB, MUTPB, NGEN = 0.6, 0.3, 2
    for individual in population:
        individual.fitness.values = toolbox.evaluate(individual)
    for _ in range(NGEN):
        offspring = [toolbox.clone(one) for one in toolbox.select(population, len(population))]
        for first, second in zip(offspring[::2], offspring[1::2], strict=False):
            if random.random() < CXPB:
                toolbox.mate(first, second)
                del first.fitness.values, second.fitness.values
        for mutant in offspring:
            if random.random() < MUTPB:
                toolbox.mutate(mutant)
                del mutant.fitness.values
        for individual in offspring:
            if not individual.fitness.valid:
                individual.fitness.values = toolbox.evaluate(individual)
        population[:] = offspring
    print(max(one.fitness.values[0] for one in population))


if __name__ == "__main__":
    main()
