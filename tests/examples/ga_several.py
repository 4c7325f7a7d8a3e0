"""Genetic algorithms with several objectives: fronts, a knapsack, a menu, networks that sort."""

import random
from array import array
from collections import Counter
from typing import Any

import numpy as np
from deap import algorithms, base, benchmarks, tools
from ga import _count
from steps import Log, created, evaluate, fill

INPUTS = 6


def zdt(function: int = 1, dimension: int = 6) -> base.Toolbox:
    """A function of Zitzler, Deb and Thiele on an array of reals, under NSGA-II's operators."""
    return _bounded(getattr(benchmarks, f"zdt{function}"), dimension, objectives=2)


def dtlz(dimension: int = 7) -> base.Toolbox:
    """DTLZ2 with three objectives, under NSGA-III's operators."""
    toolbox = _bounded(benchmarks.dtlz2, dimension, objectives=3, obj=3)
    points = tools.uniform_reference_points(nobj=3, p=4)
    toolbox.register("select", tools.selNSGA3, ref_points=points)
    return toolbox


def _bounded(function: Any, dimension: int, *, objectives: int, **options: Any) -> base.Toolbox:
    toolbox, bounds = base.Toolbox(), {"low": 0.0, "up": 1.0, "eta": 20.0}
    kind = created(f"GaFront{objectives}", array, (-1.0,) * objectives, typecode="d")
    toolbox.register("gene", random.uniform, 0.0, 1.0)
    fill(toolbox, kind, toolbox.gene, dimension)
    toolbox.register("evaluate", function, **options)
    toolbox.register("mate", tools.cxSimulatedBinaryBounded, **bounds)
    toolbox.register("mutate", tools.mutPolynomialBounded, indpb=1.0 / dimension, **bounds)
    toolbox.register("select", tools.selNSGA2)
    return toolbox


def kursawe(dimension: int = 3) -> base.Toolbox:
    """Kursawe's function, with operators that a decorator keeps within their bounds."""
    toolbox = base.Toolbox()
    toolbox.register("gene", random.uniform, -5, 5)
    fill(toolbox, created("GaKursawe", list, (-1.0, -1.0)), toolbox.gene, dimension)
    toolbox.register("evaluate", benchmarks.kursawe)
    toolbox.register("mate", tools.cxBlend, alpha=1.5)
    toolbox.register("mutate", tools.mutGaussian, mu=0, sigma=3, indpb=0.3)
    for name in ("mate", "mutate"):
        toolbox.decorate(name, _within)
    toolbox.register("select", tools.selNSGA2)
    return toolbox


def _within(operator: Any) -> Any:
    def limited(*args: Any, **kwargs: Any) -> Any:
        children = operator(*args, **kwargs)
        for child in children:
            child[:] = [min(max(gene, -5), 5) for gene in child]
        return children

    return limited


def knapsack(items: int = 15) -> base.Toolbox:
    """Light and worthy: sets of items, with set operators."""
    stock = {i: (1 + 7 * i % 10, (13 * i + 5) % 29) for i in range(items)}
    toolbox = base.Toolbox()

    def worth(chosen: Any) -> tuple[int, int]:
        weight, value = (sum(stock[i][what] for i in chosen) for what in (0, 1))
        return (10_000, 0) if weight > 60 or len(chosen) > 9 else (weight, value)

    def toggle(chosen: Any) -> Any:
        if random.random() < 0.5 and chosen:
            chosen.remove(random.choice(sorted(chosen)))
        else:
            chosen.add(random.randrange(items))
        return (chosen,)

    toolbox.register("item", random.randrange, items)
    fill(toolbox, created("GaKnapsack", set, (-1.0, 1.0)), toolbox.item, 5)
    toolbox.register("evaluate", worth)
    toolbox.register("mate", _intersect)
    toolbox.register("mutate", toggle)
    toolbox.register("select", tools.selNSGA2)
    return toolbox


def _intersect(one: Any, two: Any) -> Any:
    """One child has what both parents have, the other what one of them has."""
    shared = set(one)
    one &= two
    two ^= shared
    return one, two


MENU = {
    "fruit": (215, 3),
    "fries": (275, 2),
    "salad": (335, 4),
    "wings": (355, 1),
    "sticks": (420, 5),
}


def menu(price: int = 1505) -> base.Toolbox:
    """Appetisers for exactly this price, soon: counters of dishes."""
    toolbox = base.Toolbox()

    def error(order: Any) -> tuple[int, int]:
        total = sum(MENU[dish][0] * number for dish, number in order.items())
        return abs(total - price), max((MENU[dish][1] for dish in order), default=99)

    toolbox.register("dish", random.choice, list(MENU))
    fill(toolbox, created("GaMenu", Counter, (-1.0, -1.0)), toolbox.dish, 3)
    toolbox.register("evaluate", error)
    toolbox.register("mate", _exchange_dishes)
    toolbox.register("mutate", _change_order)
    toolbox.register("select", tools.selNSGA2)
    return toolbox


def _exchange_dishes(one: Any, two: Any) -> Any:
    for dish in MENU:
        if random.random() < 0.5:
            one[dish], two[dish] = two[dish], one[dish]
    return one, two


def _change_order(order: Any) -> Any:
    dish = random.choice(list(MENU))
    order[dish] += 1 if random.random() > 0.5 else -1
    if order[dish] < 0:
        del order[dish]
    return (order,)


def sorting_network() -> base.Toolbox:
    """Networks of connections (wire, wire): errors, length and depth, all small."""
    toolbox, kind = base.Toolbox(), created("GaNetwork", list, (-1.0, -1.0, -1.0))

    def network() -> Any:
        return kind(wire() for _ in range(random.randint(5, 9)))

    toolbox.register("individual", network)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", lambda net: (unsorted(net), len(net), len(set(net))))
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", rewire)
    toolbox.register("select", tools.selNSGA2)
    return toolbox


def wire() -> tuple[int, int]:
    """A connection of two wires."""
    return random.randrange(INPUTS), random.randrange(INPUTS)


def rewire(net: Any) -> Any:
    """Changes, adds or removes connections."""
    for index in range(len(net)):
        if random.random() < 0.1:
            net[index] = wire()
    if random.random() < 0.3:
        net.insert(random.randint(0, len(net)), wire())
    if random.random() < 0.3 and len(net) > 2:
        del net[random.randrange(len(net))]
    return (net,)


def unsorted(net: Any, cases: Any = None) -> int:
    """How many of these inputs (all, by default) the network leaves out of order."""
    errors = 0
    for case in cases or [[n >> i & 1 for i in range(INPUTS)] for n in range(2**INPUTS)]:
        values = list(case)
        for one, two in net:
            low, high = min(one, two), max(one, two)
            if values[low] > values[high]:
                values[low], values[high] = values[high], values[low]
        errors += values != sorted(values)
    return errors


def neighbours(rows: int = 40, features: int = 8) -> base.Toolbox:
    """Few features by which the nearest neighbour tells the class: bits, error and number."""
    rng = np.random.default_rng(7)
    data = rng.normal(size=(rows, features))
    classes = (data[:, 1] + data[:, 4] > 0).astype(int)
    toolbox = base.Toolbox()

    def error(bits: Any) -> tuple[float, int]:
        if not sum(bits):
            return 1.0, features
        chosen = data[:, np.flatnonzero(bits)]
        apart = ((chosen[:, None] - chosen[None]) ** 2).sum(axis=2) + np.eye(rows) * 1e9
        return float((classes[apart.argmin(axis=1)] != classes).mean()), _count(bits)[0]

    toolbox.register("bit", random.randint, 0, 1)
    fill(toolbox, created("GaFeatures", list, (-1.0, -1.0)), toolbox.bit, features)
    toolbox.register("evaluate", error)
    toolbox.register("mate", tools.cxUniform, indpb=0.1)
    toolbox.register("mutate", tools.mutFlipBit, indpb=0.05)
    toolbox.register("select", tools.selNSGA2)
    return toolbox


def plus(toolbox: Any, *, statistics: Any, hall_of_fame: Any, size: int = 16) -> Any:
    """`eaMuPlusLambda`, in one call."""
    return algorithms.eaMuPlusLambda(
        toolbox.population(n=size), toolbox, size, 2 * size, 0.4, 0.5, 3, stats=statistics,
        halloffame=hall_of_fame, verbose=False,
    )  # fmt: skip


def nsga2(toolbox: Any, *, statistics: Any, hall_of_fame: Any, size: int = 16) -> Any:
    """NSGA-II's loop: tournaments by crowding, then parents and offspring together."""
    log, population = Log(statistics, hall_of_fame), toolbox.population(n=size)
    nevals = evaluate(toolbox, population)
    population = toolbox.select(population, size)  # sets the crowding distances
    log.add(0, nevals, population)
    for gen in range(1, 5):
        offspring = [*map(toolbox.clone, tools.selTournamentDCD(population, size))]
        for one, two in zip(offspring[::2], offspring[1::2], strict=True):
            if random.random() <= 0.9:
                toolbox.mate(one, two)
            toolbox.mutate(one)
            toolbox.mutate(two)
            del one.fitness.values, two.fitness.values
        nevals = evaluate(toolbox, offspring)
        population = toolbox.select(population + offspring, size)
        log.add(gen, nevals, population)
    return population, log.book


def nsga3(toolbox: Any, *, statistics: Any, hall_of_fame: Any, size: int = 16) -> Any:
    """NSGA-III's loop: everybody varies, then parents and offspring together."""
    log, population = Log(statistics, hall_of_fame), toolbox.population(n=size)
    log.add(0, evaluate(toolbox, population), population)
    for gen in range(1, 5):
        offspring = algorithms.varAnd(population, toolbox, 1.0, 1.0)
        nevals = evaluate(toolbox, offspring)
        population = toolbox.select(population + offspring, size)
        log.add(gen, nevals, population)
    return population, log.book


def by_hypervolume(toolbox: Any, *, statistics: Any, hall_of_fame: Any, size: int = 8) -> Any:
    """Of the last front, whoever adds least to its hypervolume leaves, one after the other."""
    from deap.tools.indicator import hypervolume

    log, population = Log(statistics, hall_of_fame), toolbox.population(n=size)
    log.add(0, evaluate(toolbox, population), population)
    for gen in range(1, 4):
        offspring = algorithms.varOr(population, toolbox, size, 0.6, 0.4)
        nevals = evaluate(toolbox, offspring)
        fronts = tools.sortLogNondominated(population + offspring, size)
        population = [individual for front in fronts[:-1] for individual in front]
        last = list(fronts[-1])
        while len(population) + len(last) > size:
            last.pop(int(hypervolume(last, ref=[11.0, 11.0])))
        population += last
        log.add(gen, nevals, population)
    return population, log.book
