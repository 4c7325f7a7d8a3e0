"""Coevolution: hosts and parasites, trees and points, and species that cooperate."""

import random
from typing import Any

from deap import algorithms, base, tools
from ga_several import INPUTS, rewire, unsorted, wire
from steps import Log, created, fill
from trees import POINTS, regression

BITS = 16
SCHEMATA = ("1##1###1###11111", "0##0###0###00000", "1#1#1#1#0#0#0#0#")


def against_parasites() -> base.Toolbox:
    """Sorting networks, and inputs that they find hard (Hillis)."""
    toolbox, parasites = base.Toolbox(), base.Toolbox()
    host, parasite = created("CoHost", list, (-1.0,)), created("CoParasite", list, (1.0,))
    toolbox.register("network", lambda: [wire() for _ in range(random.randint(5, 8))])
    toolbox.register("individual", tools.initIterate, host, toolbox.network)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)
    toolbox.register("evaluate", lambda net, cases: (unsorted(net, cases),))
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", rewire)
    toolbox.register("select", tools.selTournament, tournsize=3)
    parasites.register("case", lambda: [random.choice((0, 1)) for _ in range(INPUTS)])
    fill(parasites, parasite, parasites.case, 6)
    parasites.register("mate", tools.cxTwoPoint)
    parasites.register("mutate", _flip_cases)
    parasites.register("select", tools.selTournament, tournsize=3)
    toolbox.parasites = parasites
    return toolbox


def _flip_cases(parasite: Any) -> Any:
    for case in parasite:
        if random.random() < 0.2:
            tools.mutFlipBit(case, indpb=0.2)
    return (parasite,)


def hosts_and_parasites(toolbox: Any, *, statistics: Any, hall_of_fame: Any) -> Any:
    """Each host meets one parasite, and both get the result."""
    log = Log(statistics, hall_of_fame)
    hosts, parasites = toolbox.population(n=12), toolbox.parasites.population(n=12)
    for gen in range(4):
        if gen:
            hosts = algorithms.varAnd(toolbox.select(hosts, 12), toolbox, 0.5, 0.3)
            chosen = toolbox.parasites.select(parasites, 12)
            parasites = algorithms.varAnd(chosen, toolbox.parasites, 0.5, 0.3)
        results = toolbox.map(toolbox.evaluate, hosts, parasites)
        for host, parasite, values in zip(hosts, parasites, results, strict=True):
            host.fitness.values = parasite.fitness.values = values
        log.add(gen, len(hosts), hosts)
    return hosts, log.book


def with_points() -> base.Toolbox:
    """Trees for a function, and points at which they are wrong."""
    toolbox, points = regression(), base.Toolbox()
    points.register("point", random.uniform, -1, 1)
    fill(points, created("CoPoints", list, (1.0,)), points.point, 6)
    points.register("select", tools.selTournament, tournsize=3)
    points.register("mate", tools.cxTwoPoint)
    points.register("mutate", tools.mutGaussian, mu=0, sigma=0.1, indpb=0.3)
    toolbox.points = points
    return toolbox


def trees_and_points(toolbox: Any, *, statistics: Any, hall_of_fame: Any) -> Any:
    """Each population is evaluated with the best of the other."""
    log, best_points = Log(statistics, hall_of_fame), POINTS
    trees, points = toolbox.population(n=10), toolbox.points.population(n=10)
    best_tree = trees[0]
    for gen in range(4):
        if gen:
            trees = algorithms.varAnd(toolbox.select(trees, 10), toolbox, 0.5, 0.2)
            points = algorithms.varAnd(toolbox.points.select(points, 10), toolbox.points, 0.5, 0.2)
        for tree in trees:
            tree.fitness.values = toolbox.evaluate(tree, points=best_points)
        for some in points:
            some.fitness.values = toolbox.evaluate(best_tree, points=some)
        log.add(gen, 20, trees)
        (best_tree,), (best_points,) = tools.selBest(trees, 1), tools.selBest(points, 1)
    return trees, log.book


def matching() -> base.Toolbox:
    """Bit strings that together match targets (Potter and De Jong)."""
    toolbox = base.Toolbox()
    toolbox.register("bit", random.randint, 0, 1)
    fill(toolbox, created("CoMatching", list, (1.0,)), toolbox.bit, BITS)
    toolbox.register("mate", tools.cxTwoPoint)
    toolbox.register("mutate", tools.mutFlipBit, indpb=1.0 / BITS)
    toolbox.register("select", tools.selTournament, tournsize=3)
    toolbox.register("evaluate", _match)
    return toolbox


def _match(strings: Any, targets: Any) -> tuple[float]:
    """How well the best of these strings matches each target, on average."""
    best = [max(sum(map(int.__eq__, s, target)) for s in strings) for target in targets]
    return (sum(best) / len(targets),)


def _targets(schemata: Any, size: int) -> list[list[int]]:
    """Strings that match a schema, and are random where it says nothing."""
    return [
        [random.randint(0, 1) if letter == "#" else int(letter) for letter in schema]
        for schema in schemata
        for _ in range(size)
    ]


def _contributions(representatives: Any, targets: Any) -> list[int]:
    """For how many targets each is the best."""
    best = [
        max(range(len(representatives)), key=lambda i: sum(map(int.__eq__, representatives[i], t)))
        for t in targets
    ]
    return [best.count(place) for place in range(len(representatives))]


def cooperation(
    toolbox: Any, *, statistics: Any, hall_of_fame: Any, species: int = 3, rounds: int = 4,
    adding: bool = False, removing: bool = False, niches: bool = False,
) -> Any:  # fmt: skip
    """Species take turns; each individual is evaluated with the others' representatives.

    They are as many from the start (general), or one is added where nothing gets better (adapting),
    and removed where it adds too little (evolving). With niches, targets are of one schema each.
    """
    log, targets = Log(statistics, hall_of_fame), _targets(SCHEMATA if niches else SCHEMATA[:2], 4)
    groups = [toolbox.population(n=8) for _ in range(species)]
    representatives = [random.choice(group) for group in groups]
    history: list[float] = []
    for gen in range(rounds):
        following = []
        for place, group in enumerate(groups):
            varied = algorithms.varAnd(group, toolbox, 0.6, 1.0)
            others = representatives[:place] + representatives[place + 1 :]
            sets = [[individual, *others] for individual in varied]
            results = toolbox.map(toolbox.evaluate, sets, [targets] * len(sets))
            for individual, values in zip(varied, results, strict=True):
                individual.fitness.values = values
            groups[place] = toolbox.select(varied, len(varied))
            following += tools.selBest(varied, 1)
        representatives = following
        log.add(gen, 8 * len(groups), [one for group in groups for one in group])
        history.append(representatives[0].fitness.values[0])
        if adding and len(history) > 1 and history[-1] - history[-2] < 0.5:
            if removing and len(groups) > 1:
                kept = [c > 2 for c in _contributions(representatives, targets)]
                groups = [group for group, keep in zip(groups, kept, strict=True) if keep]
                representatives = [r for r, keep in zip(representatives, kept, strict=True) if keep]
            history.clear()
            groups.append(toolbox.population(n=8))
            representatives.append(random.choice(groups[-1]))
    return [
        individual for group in groups for individual in group if individual.fitness.valid
    ], log.book
