"""A swarm: no crossover, no selection, and a loop that nothing of DEAP's stands for."""

import random

from deap import base, benchmarks, creator, tools

creator.create("SwarmMax", base.Fitness, weights=(1.0,))
creator.create("Particle", list, fitness=creator.SwarmMax, speed=list, best=None)


def particle(size, pmin, pmax):
    new = creator.Particle(random.uniform(pmin, pmax) for _ in range(size))
    new.speed = [random.uniform(-3, 3) for _ in range(size)]
    return new


def move(one, best, phi):
    for gene, speed in enumerate(one.speed):
        one.speed[gene] = speed + random.uniform(0, phi) * (best[gene] - one[gene])
        one[gene] += one.speed[gene]


toolbox = base.Toolbox()
toolbox.register("particle", particle, size=2, pmin=-6, pmax=6)
toolbox.register("population", tools.initRepeat, list, toolbox.particle)
toolbox.register("update", move, phi=2.0)
toolbox.register("evaluate", benchmarks.h1)


def main():
    swarm = toolbox.population(n=5)
    best = None
    for _ in range(3):
        for one in swarm:
            one.fitness.values = toolbox.evaluate(one)
            if best is None or best.fitness < one.fitness:
                best = toolbox.clone(one)
        for one in swarm:
            toolbox.update(one, best)
    return swarm


if __name__ == "__main__":
    main()
