"""Halls of fame with the contents and the order of DEAP's."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from deap import tools

from evosweep.fast.clone import clone
from evosweep.fast.fitnesses import is_plain, keys, weighted_array
from evosweep.fast.sorting import nondominated


def _insert(hall: Any, individual: Any) -> None:
    """Insert a copy to the right of its equals, as DEAP's `HallOfFame.insert`."""
    copy = clone(individual)
    wvalues = copy.fitness.wvalues
    low, high = 0, len(hall.keys)
    while low < high:
        middle = (low + high) // 2
        if wvalues < hall.keys[middle].wvalues:
            high = middle
        else:
            low = middle + 1
    hall.items.insert(len(hall.items) - low, copy)
    hall.keys.insert(low, copy.fitness)


class HallOfFame(tools.HallOfFame):  # type: ignore[misc]
    """`deap.tools.HallOfFame`: most of a population is turned away by one comparison of tuples."""

    def insert(self, item: Any) -> None:
        """Insert a copy of an individual at its place."""
        if is_plain(type(item.fitness)):
            _insert(self, item)
        else:
            super().insert(item)

    def update(self, population: Sequence[Any]) -> None:
        """Take in the individuals of `population` that are better than the worst held."""
        known = keys(population) if len(population) and self.maxsize else None
        if known is None:
            super().update(population)
            return
        items = self.items
        if len(items) >= self.maxsize:
            population = self._better(population, known)
        elif not items:
            self.insert(population[0])
            population = population[1:]
        for individual in population:
            full = len(items) >= self.maxsize
            if full and not individual.fitness.wvalues > items[-1].fitness.wvalues:
                continue
            if not any(self.similar(individual, other) for other in items):
                if full:
                    self.remove(-1)
                self.insert(individual)

    def _better(self, population: Sequence[Any], known: list[Any]) -> Sequence[Any]:
        """Those that are better than the worst held now, which only rises later."""
        worst = self.items[-1].fitness.wvalues
        if not isinstance(known[0], tuple) and len(worst) == 1:
            (worst,) = worst
        elif not isinstance(known[0], tuple):
            return population
        return [ind for ind, key in zip(population, known, strict=True) if key > worst]


class ParetoFront(tools.ParetoFront):  # type: ignore[misc]
    """`deap.tools.ParetoFront`, without comparing every individual with every other in Python."""

    def insert(self, item: Any) -> None:
        """Insert a copy of an individual at its place."""
        if is_plain(type(item.fitness)):
            _insert(self, item)
        else:
            super().insert(item)

    def update(self, population: Sequence[Any]) -> None:
        """Take in what is not dominated, and drop what then is.

        Whoever is dominated by another of the population leaves again at the latest when that
        other comes, and takes nobody along who would not leave then too; so the front of all
        together is what remains, one of each set of similar twins.
        """
        everybody = [*self.items, *population]
        weighted = weighted_array(everybody) if len(population) else None
        if weighted is None:
            super().update(population)
            return
        stays = nondominated(weighted)
        for index in np.flatnonzero(~stays[: len(self.items)])[::-1].tolist():
            self.remove(index)
        twins: dict[Any, list[Any]] = {}
        for item in self.items:
            twins.setdefault(item.fitness.wvalues, []).append(item)
        first = len(everybody) - len(population)
        for index in np.flatnonzero(stays[first:]).tolist():
            individual = population[index]
            equals = twins.setdefault(individual.fitness.wvalues, [])
            if not any(self.similar(individual, other) for other in equals):
                self.insert(individual)
                equals.insert(0, individual)
