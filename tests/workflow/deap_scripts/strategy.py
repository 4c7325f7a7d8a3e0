"""An evolution strategy: arrays with step sizes, a decorator, eaMuCommaLambda."""

import array
import random

from deap import algorithms, base, benchmarks, creator, tools

SIZE, SMALLEST = 4, 0.5

creator.create("StrategyMin", base.Fitness, weights=(-1.0,))
creator.create("Reals", array.array, typecode="d", fitness=creator.StrategyMin, strategy=None)
creator.create("Steps", array.array, typecode="d")


def draw(kind, steps, low, high):
    individual = kind(random.uniform(low, high) for _ in range(SIZE))
    individual.strategy = steps(random.uniform(SMALLEST, 3) for _ in range(SIZE))
    return individual


def bounded(smallest):
    def decorator(function):
        def wrapper(*args, **keywords):
            children = function(*args, **keywords)
            for child in children:
                for place, step in enumerate(child.strategy):
                    child.strategy[place] = max(step, smallest)
            return children

        return wrapper

    return decorator


toolbox = base.Toolbox()
toolbox.register("individual", draw, creator.Reals, creator.Steps, 4, 5)
toolbox.register("population", tools.initRepeat, list, toolbox.individual)
toolbox.register("mate", tools.cxESBlend, alpha=0.1)
toolbox.register("mutate", tools.mutESLogNormal, c=1.0, indpb=0.3)
toolbox.register("select", tools.selTournament, tournsize=3)
toolbox.register("evaluate", benchmarks.sphere)
toolbox.decorate("mate", bounded(SMALLEST))
toolbox.decorate("mutate", bounded(SMALLEST))


def main():
    random.seed(1)
    MU, LAMBDA = 5, 12
    population = toolbox.population(n=MU)
    population, _ = algorithms.eaMuCommaLambda(
        population, toolbox, mu=MU, lambda_=LAMBDA, cxpb=0.6, mutpb=0.3, ngen=3, verbose=False
    )
    return population


if __name__ == "__main__":
    main()
