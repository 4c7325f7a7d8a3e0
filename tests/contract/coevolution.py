"""Programs whose evaluation takes more than one individual, each after a family of DEAP's examples.

Each has a problem and an algorithm, called alike by evosweep and by a plain program.
"""

import random
from functools import partial
from typing import Any

from deap import algorithms, base, creator, gp, tools

creator.create("CoMin", base.Fitness, weights=(-1.0,))
creator.create("CoMax", base.Fitness, weights=(1.0,))
creator.create("CoHost", list, fitness=creator.CoMin)
creator.create("CoParasite", list, fitness=creator.CoMax)
creator.create("CoTree", gp.PrimitiveTree, fitness=creator.CoMin)
creator.create("CoPoints", list, fitness=creator.CoMax)
creator.create("CoSet", list, fitness=creator.CoMax)


def _missed(host: list[int], parasite: list[int]) -> tuple[int]:
    assert type(host) is creator.CoHost
    assert type(parasite) is creator.CoParasite
    return (sum((one - other) ** 2 for one, other in zip(host, parasite, strict=True)),)


def _bits(kind: Any, count: int) -> Any:
    return kind(random.randint(0, 9) for _ in range(count))


def competing() -> base.Toolbox:
    """Hosts and parasites, evaluated in pairs by `map` over two iterables."""
    box = base.Toolbox()
    box.register("host", _bits, creator.CoHost, 8)
    box.register("parasite", _bits, creator.CoParasite, 8)
    box.register("evaluate", _missed)
    box.register("mate", tools.cxTwoPoint)
    box.register("mutate", tools.mutUniformInt, low=0, up=9, indpb=0.2)
    box.register("select", tools.selTournament, tournsize=3)
    return box


def compete(toolbox: Any, **_: Any) -> Any:
    hosts = [toolbox.host() for _ in range(12)]
    parasites = [toolbox.parasite() for _ in range(12)]
    for generation in range(6):
        if generation:
            hosts = algorithms.varAnd(toolbox.select(hosts, 12), toolbox, 0.5, 0.3)
            parasites = algorithms.varAnd(toolbox.select(parasites, 12), toolbox, 0.5, 0.3)
        fits = toolbox.map(toolbox.evaluate, hosts, parasites)
        for host, parasite, fit in zip(hosts, parasites, fits, strict=True):
            host.fitness.values = parasite.fitness.values = fit
    return hosts


def _error(tree: Any, points: list[float], box: Any) -> tuple[float]:
    function = gp.compile(tree, box)
    return (sum(abs(function(x) - x * x - x) for x in points) / len(points),)


def regressing() -> base.Toolbox:
    """Trees against the points that they are tried at: `evaluate(tree, points=...)`."""
    primitives = gp.PrimitiveSet("CO_MAIN", 1)
    primitives.addPrimitive(_add, 2)
    primitives.addPrimitive(_mul, 2)
    primitives.addTerminal(1.0)
    box = base.Toolbox()
    box.register("expr", gp.genFull, pset=primitives, min_=1, max_=2)
    box.register("individual", tools.initIterate, creator.CoTree, box.expr)
    box.register("points", lambda: creator.CoPoints(random.uniform(-1, 1) for _ in range(5)))
    box.register("evaluate", _error, box=primitives)
    box.register("mate", gp.cxOnePoint)
    box.register("mutate", gp.mutUniform, expr=box.expr, pset=primitives)
    box.register("select", tools.selTournament, tournsize=3)
    return box


def _add(one: float, other: float) -> float:
    return one + other


def _mul(one: float, other: float) -> float:
    return one * other


def regress(toolbox: Any, **_: Any) -> Any:
    trees = [toolbox.individual() for _ in range(10)]
    points = [toolbox.points() for _ in range(10)]
    hardest, best = points[0], trees[0]
    for generation in range(5):
        if generation:
            trees = algorithms.varAnd(toolbox.select(trees, 10), toolbox, 0.5, 0.3)
        for tree in trees:
            tree.fitness.values = toolbox.evaluate(tree, points=hardest)
        for each in points:
            each.fitness.values = toolbox.evaluate(best, points=each)
        best, hardest = tools.selBest(trees, 1)[0], tools.selBest(points, 1)[0]
    fits = list(toolbox.map(partial(toolbox.evaluate, points=hardest), trees))
    assert [tuple(fit) for fit in fits] == [
        tuple(fit) for fit in toolbox.map(toolbox.evaluate, trees, [hardest] * len(trees))
    ]
    for tree, fit in zip(trees, fits, strict=True):
        tree.fitness.values = fit
    return trees


def _strength(match_set: list[Any], targets: list[list[int]]) -> tuple[float]:
    assert all(type(each) is creator.CoSet for each in match_set)
    best = [max(sum(map(int.__eq__, each, target)) for each in match_set) for target in targets]
    return (sum(best) / len(targets),)


def cooperating() -> base.Toolbox:
    """Species that are evaluated together: `evaluate([individual, *others], targets)`."""
    box = base.Toolbox()
    box.register("individual", lambda: creator.CoSet(random.randint(0, 1) for _ in range(10)))
    box.register("evaluate", _strength)
    box.register("mate", tools.cxTwoPoint)
    box.register("mutate", tools.mutFlipBit, indpb=0.1)
    box.register("select", tools.selTournament, tournsize=3)
    box.targets = [[number >> place & 1 for place in range(10)] for number in (5, 682, 341)]
    return box


def cooperate(toolbox: Any, **_: Any) -> Any:
    species = [[toolbox.individual() for _ in range(8)] for _ in range(3)]
    representatives = [group[0] for group in species]
    for _ in range(4):
        following = []
        for number, group in enumerate(species):
            offspring = algorithms.varAnd(group, toolbox, 0.6, 1.0)
            others = representatives[:number] + representatives[number + 1 :]
            for each in offspring:
                each.fitness.values = toolbox.evaluate([each, *others], toolbox.targets)
            species[number] = toolbox.select(offspring, len(offspring))
            following.append(tools.selBest(offspring, 1)[0])
        representatives = following
    return [each for group in species for each in group]


def _shared(population: list[Any]) -> list[tuple[float]]:
    """Niching: what an individual is worth depends on all the others."""
    crowd = [sum(one == other for other in population) for one in population]
    return [(sum(each) / many,) for each, many in zip(population, crowd, strict=True)]


def together() -> base.Toolbox:
    """`evaluate(population)` gives the fitness of each."""
    box = cooperating()
    box.register("evaluate", _shared)
    return box


def evolve_together(toolbox: Any, **_: Any) -> Any:
    population = [toolbox.individual() for _ in range(12)]
    for generation in range(5):
        if generation:
            population = algorithms.varAnd(toolbox.select(population, 12), toolbox, 0.5, 0.3)
        for each, fit in zip(population, toolbox.evaluate(population), strict=True):
            each.fitness.values = fit
    for alone in population[:1]:
        (alone.fitness.values,) = toolbox.evaluate([alone])
    return population


def _lists(genes: list[int]) -> tuple[float]:
    assert type(genes) is list
    return (float(sum(genes)),)


def plain_lists() -> base.Toolbox:
    """Lists in the place of individuals."""
    box = cooperating()
    box.register("evaluate", _lists)
    return box


def evaluate_lists(toolbox: Any, **_: Any) -> Any:
    population = [toolbox.individual() for _ in range(8)]
    fits = toolbox.map(toolbox.evaluate, [list(each) for each in population])
    for each, fit in zip(population, fits, strict=True):
        each.fitness.values = fit
    population[0].fitness.values = toolbox.evaluate(list(population[0]))
    return population


def with_a_file() -> base.Toolbox:
    """An argument that cannot travel."""
    box = cooperating()
    box.register("evaluate", lambda individual, _: (float(len(individual)),))
    return box


def evaluate_with_a_file(toolbox: Any, **_: Any) -> Any:
    population = [toolbox.individual() for _ in range(2)]
    with open(__file__) as file:  # noqa: PTH123
        for each in population:
            each.fitness.values = toolbox.evaluate(each, file)
    return population


PROGRAMS = {
    competing: compete,
    regressing: regress,
    cooperating: cooperate,
    together: evolve_together,
    plain_lists: evaluate_lists,
}
