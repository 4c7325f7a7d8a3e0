"""A strategy that samples, registered where the program runs: eaGenerateUpdate."""

import numpy
from deap import algorithms, base, benchmarks, cma, creator

N = 3

creator.create("SampledMin", base.Fitness, weights=(-1.0,))
creator.create("Sampled", list, fitness=creator.SampledMin)

toolbox = base.Toolbox()
toolbox.register("evaluate", benchmarks.rastrigin)


def main():
    numpy.random.seed(1)
    strategy = cma.Strategy(centroid=[5.0] * N, sigma=5.0, lambda_=4 * N)
    toolbox.register("generate", strategy.generate, creator.Sampled)
    toolbox.register("update", strategy.update)
    population, _ = algorithms.eaGenerateUpdate(toolbox, ngen=3, verbose=False)
    return population


if __name__ == "__main__":
    main()
