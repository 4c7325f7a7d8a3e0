"""Genetic programming: a primitive set, an evaluation that uses the toolbox, static limits."""

import math
import operator
import random
from functools import partial

from deap import algorithms, base, creator, gp, tools


def divide(left, right):
    try:
        return left / right
    except ZeroDivisionError:
        return 1


pset = gp.PrimitiveSet("SCRIPT", 1)
pset.addPrimitive(operator.add, 2)
pset.addPrimitive(operator.mul, 2)
pset.addPrimitive(divide, 2)
pset.addPrimitive(math.sin, 1)
pset.addEphemeralConstant("script101", partial(random.randint, -1, 1))
pset.renameArguments(ARG0="x")

creator.create("TreeMin", base.Fitness, weights=(-1.0,))
creator.create("Tree", gp.PrimitiveTree, fitness=creator.TreeMin)

toolbox = base.Toolbox()
toolbox.register("expr", gp.genHalfAndHalf, pset=pset, min_=1, max_=2)
toolbox.register("individual", tools.initIterate, creator.Tree, toolbox.expr)
toolbox.register("population", tools.initRepeat, list, toolbox.individual)
toolbox.register("compile", gp.compile, pset=pset)


def error(individual, points):
    function = toolbox.compile(expr=individual)
    return (math.fsum((function(x) - x**4 - x) ** 2 for x in points) / len(points),)


toolbox.register("evaluate", error, points=[x / 10.0 for x in range(-10, 10)])
toolbox.register("select", tools.selTournament, tournsize=3)
toolbox.register("mate", gp.cxOnePoint)
toolbox.register("expr_mut", gp.genFull, min_=0, max_=2)
toolbox.register("mutate", gp.mutUniform, expr=toolbox.expr_mut, pset=pset)
toolbox.decorate("mate", gp.staticLimit(key=operator.attrgetter("height"), max_value=7))
toolbox.decorate("mutate", gp.staticLimit(key=operator.attrgetter("height"), max_value=7))


def main():
    random.seed(1)
    population = toolbox.population(n=20)
    best = tools.HallOfFame(1)
    population, _ = algorithms.eaSimple(
        population, toolbox, 0.5, 0.1, 3, halloffame=best, verbose=False
    )
    return population


if __name__ == "__main__":
    main()
