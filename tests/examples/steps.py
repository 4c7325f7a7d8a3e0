"""Steps that the examples share, as DEAP's documentation writes them."""

from collections.abc import Sequence
from typing import Any

from deap import base, creator, tools


def created(name: str, kind: type, weights: tuple[float, ...], **attributes: Any) -> Any:
    """A class of individuals of `creator`, made once a process."""
    fitness = f"{name}Fitness"
    if not hasattr(creator, name):
        creator.create(fitness, base.Fitness, weights=weights)
        creator.create(name, kind, fitness=getattr(creator, fitness), **attributes)
    return getattr(creator, name)


def fill(toolbox: Any, kind: Any, gene: Any, size: int) -> None:
    """Registers individuals of so many genes, and populations of them."""
    toolbox.register("individual", tools.initRepeat, kind, gene, size)
    toolbox.register("population", tools.initRepeat, list, toolbox.individual)


def evaluate(toolbox: Any, individuals: Sequence[Any]) -> int:
    """Evaluates those without a fitness."""
    invalid = [individual for individual in individuals if not individual.fitness.valid]
    for individual, values in zip(invalid, toolbox.map(toolbox.evaluate, invalid), strict=True):
        individual.fitness.values = values
    return len(invalid)


class Log:
    """A logbook row and a look by the hall of fame for each generation."""

    def __init__(self, statistics: Any, hall_of_fame: Any) -> None:
        self.statistics, self.hall = statistics, hall_of_fame
        self.book = tools.Logbook()

    def add(self, gen: int, nevals: int, population: Sequence[Any]) -> None:
        """Writes the row of a generation."""
        if self.hall is not None:
            self.hall.update(population)
        record = self.statistics.compile(population) if self.statistics else {}
        self.book.record(gen=gen, nevals=nevals, **record)
