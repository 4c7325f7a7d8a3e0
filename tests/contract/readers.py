"""Evaluations that read more than their genome, and algorithms that change what they read."""

import random
import sys
from typing import Any

from deap import algorithms, base, creator, tools

from evosweep import current_batch

creator.create("ReadMin", base.Fitness, weights=(-1.0,))
creator.create("ReadMax", base.Fitness, weights=(1.0,))
creator.create("ReadList", list, fitness=creator.ReadMin)
creator.create("ReadAged", list, fitness=creator.ReadMin, age=0)

GENERATION = 0


class State:
    generation = 0


def _toolbox(evaluate: Any, kind: Any = creator.ReadList) -> base.Toolbox:
    box = base.Toolbox()
    box.register("individual", lambda: kind(random.randint(0, 9) for _ in range(6)))
    box.register("population", tools.initRepeat, list, box.individual)
    box.register("evaluate", evaluate)
    box.register("mate", tools.cxTwoPoint)
    box.register("mutate", tools.mutUniformInt, low=0, up=9, indpb=0.2)
    box.register("select", tools.selTournament, tournsize=3)
    return box


def _sum(individual: list[int]) -> tuple[float]:
    return (float(sum(individual)),)


def by_genome() -> base.Toolbox:
    return _toolbox(_sum)


def by_age() -> base.Toolbox:
    return _toolbox(lambda one: (sum(one) + one.age,), creator.ReadAged)


class Box:
    """No simple value, so that it travels only where the problem declares it."""

    def __init__(self, value: int) -> None:
        self.value = value


def by_box() -> base.Toolbox:
    def make() -> Any:
        individual = creator.ReadList(random.randint(0, 9) for _ in range(6))
        individual.box = [[random.randint(0, 9)]]
        return individual

    box = _toolbox(lambda one: (sum(one) + getattr(one, "box", [[0]])[0][0],))
    box.register("individual", make)
    box.register("population", tools.initRepeat, list, make)
    return box


def by_old_fitness() -> base.Toolbox:
    def evaluate(one: Any) -> tuple[float]:
        before = one.fitness.values[0] if one.fitness.valid else 100.0
        return (0.5 * before + sum(one),)

    return _toolbox(evaluate)


def by_global() -> base.Toolbox:
    return _toolbox(lambda one: (sum(one) + 10.0 * GENERATION,))


def by_class() -> base.Toolbox:
    return _toolbox(lambda one: (sum(one) + 10.0 * State.generation,))


def by_batch() -> base.Toolbox:
    return _toolbox(lambda one: (sum(one) + 10.0 * current_batch(),))


def by_identity() -> base.Toolbox:
    return _toolbox(lambda one: (float(id(one)),))


def by_module() -> base.Toolbox:
    """What one process has, and another has not."""
    value = float(hasattr(sys, "evosweep_readers"))
    sys.evosweep_readers = True  # type: ignore[attr-defined]
    return _toolbox(lambda one: (sum(one) + value,))


def counting() -> base.Toolbox:
    """A counter that decides nothing."""
    count = [0]

    def evaluate(one: list[int]) -> tuple[float]:
        count[0] += 1
        return _sum(one)

    return _toolbox(evaluate)


creator.create("ReadCounted", list, fitness=creator.ReadMin, hits=0)


def leaving_a_note() -> base.Toolbox:
    """Leaves what nobody reads on its individual."""

    def evaluate(one: Any) -> tuple[float]:
        one.note = "seen"
        return _sum(one)

    return _toolbox(evaluate)


def hitting() -> base.Toolbox:
    """Counts on its individual, in an attribute that its class declares."""

    def evaluate(one: Any) -> tuple[float]:
        one.hits += 1
        return _sum(one)

    return _toolbox(evaluate, creator.ReadCounted)


def noisy() -> base.Toolbox:
    generator = random.Random(1)
    return _toolbox(lambda one: (sum(one) + generator.random(),))


def with_an_argument() -> base.Toolbox:
    """An `individual` that cannot be made without knowing what of."""
    box = _toolbox(_sum)
    box.register("individual", creator.ReadList)
    rows = [[number, 1, 2] for number in range(20)]
    box.register("population", lambda n: [box.individual(rows[i]) for i in range(n)])
    return box


def without_individual() -> base.Toolbox:
    """A minimisation whose toolbox tells nothing of its weights."""
    box = _toolbox(_sum)
    make = box.individual
    box.unregister("individual")
    box.register("population", tools.initRepeat, list, make)
    return box


def evolve(
    toolbox: Any, *, statistics: Any, population: int = 20, generations: int = 8, **_: Any
) -> Any:
    """Ages grow, a global and a class follow the generation, fitnesses stay."""
    global GENERATION  # noqa: PLW0603
    found = toolbox.population(n=population)
    for generation in range(generations):
        GENERATION = State.generation = generation
        if generation:
            found = [toolbox.clone(each) for each in toolbox.select(found, population)]
            for each in found:
                toolbox.mutate(each)
                each.age = generation
        for each, fitness in zip(found, toolbox.map(toolbox.evaluate, found), strict=True):
            each.fitness.values = fitness
        statistics.compile(found)
    return found


def elitist(
    population: Any, toolbox: Any, ngen: int = 5, stats: Any = None, halloffame: Any = None
) -> Any:
    """The best of all are in each generation, as in programs that put their hall of fame back."""
    if halloffame is None:
        raise ValueError("no hall of fame")
    for each, fitness in zip(population, toolbox.map(toolbox.evaluate, population), strict=True):
        each.fitness.values = fitness
    halloffame.update(population)
    stats.compile(population)
    for _ in range(ngen):
        kept = halloffame.items
        offspring = algorithms.varAnd(
            toolbox.select(population, len(population) - len(kept)), toolbox, 0.5, 0.5
        )
        new = [each for each in offspring if not each.fitness.valid]
        for each, fitness in zip(new, toolbox.map(toolbox.evaluate, new), strict=True):
            each.fitness.values = fitness
        population = offspring + list(kept)
        halloffame.update(population)
        stats.compile(population)
    return population


def popping(toolbox: Any, *, statistics: Any, hall_of_fame: Any, rates: list[float]) -> Any:
    """Takes its rates off the list that it is given."""
    found = evolve(toolbox, statistics=statistics, hall_of_fame=hall_of_fame, generations=1)
    while rates:
        rates.pop(0)
    return found


def forgetting(toolbox: Any, *, statistics: Any, hall_of_fame: Any) -> Any:
    """Loses its best individuals, and keeps no hall of fame."""
    found = evolve(toolbox, statistics=statistics, hall_of_fame=hall_of_fame, generations=3)
    return sorted(found, key=lambda each: each.fitness.values)[-3:]


def returning(toolbox: Any, *, statistics: Any, hall_of_fame: Any, what: str) -> Any:
    """What no run can go on with."""
    found = evolve(toolbox, statistics=statistics, hall_of_fame=hall_of_fame, generations=1)
    raw = toolbox.population(n=3)
    return {
        "nothing": None,
        "empty": [],
        "raw": raw,
        "number": 7,
        "demes": [found, found],
        "pair of nothing": (None, None),
        "pair of raw": (raw, tools.Logbook()),
    }[what]
