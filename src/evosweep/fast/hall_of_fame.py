"""Halls of fame with the contents and the order of DEAP's."""

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import compress
from operator import attrgetter, eq, is_, lt, not_

import numpy as np
from deap import tools
from numpy.typing import NDArray

from evosweep.fast.classes import ATOMS
from evosweep.fast.clone import clone
from evosweep.fast.fitnesses import weighted_array
from evosweep.fast.kinds import is_count, is_sequence, keeps
from evosweep.fast.plain import is_plain
from evosweep.fast.shapes import Fitness, Individual, Weighted
from evosweep.fast.sorting import nondominated


class _Hall:
    """Methods that both halls share."""

    items: list[Individual]
    keys: list[Fitness]

    def _is_in_order(self) -> bool:
        """Return True if the items are sorted, and no program changed them or their keys."""
        fitnesses = [item.fitness for item in self.items]
        weighted = [fitness.wvalues for fitness in fitnesses]
        return (
            len(fitnesses) == len(self.keys)
            and all(map(is_, fitnesses, reversed(self.keys)))
            and not any(map(lt, weighted, weighted[1:]))
        )

    def _inserted(self, individual: Individual) -> bool:
        """Insert a copy to the right of its equals, like DEAP; returns False to leave it to
        DEAP."""
        kinds = {type(individual.fitness), *map(type, self.keys)}
        if len(kinds) > 1 or not is_plain(kinds.pop()):
            return False
        copy = clone(individual)
        place = bisect_right(self.keys, copy.fitness.wvalues, key=attrgetter("wvalues"))
        self.items.insert(len(self.items) - place, copy)
        self.keys.insert(place, copy.fitness)
        return True


class HallOfFame(_Hall, tools.HallOfFame):  # type: ignore[misc]
    """`deap.tools.HallOfFame`; one comparison of tuples rejects most of a population."""

    def insert(self, item: Individual) -> None:
        """Insert a copy of an individual in order."""
        if not self._inserted(item):
            super().insert(item)

    def update(self, population: Sequence[Individual]) -> None:
        """Add the individuals of `population` that are better than the worst member."""
        kind, bar = self._bar()
        for individual in population:
            if kind is not None:
                fitness = individual.fitness
                if type(fitness) is kind and fitness.wvalues <= bar:
                    continue
            if not len(self) and self.maxsize != 0:
                self.insert(population[0])
            elif individual.fitness > self[-1].fitness or len(self) < self.maxsize:
                self._take(individual)
            kind, bar = self._bar()

    def _take(self, individual: Individual) -> None:
        """Add an individual, unless the hall has a similar one."""
        if not any(self.similar(individual, other) for other in self):
            if len(self) >= self.maxsize:
                self.remove(-1)
            self.insert(individual)

    def _bar(self) -> tuple[type[Fitness] | None, Weighted]:
        """Return class and weighted values of the worst fitness if the hall is full."""
        if not is_count(self.maxsize, 1) or len(self) < self.maxsize:
            return None, ()
        worst: Fitness = self[-1].fitness
        return (type(worst), worst.wvalues) if is_plain(type(worst)) else (None, ())


class ParetoFront(_Hall, tools.ParetoFront):  # type: ignore[misc]
    """`deap.tools.ParetoFront`, without comparing every individual with every other in Python."""

    def insert(self, item: Individual) -> None:
        """Insert a copy of an individual in order."""
        if not self._inserted(item):
            super().insert(item)

    def update(self, population: Sequence[Individual]) -> None:
        """Add the individuals that are not dominated, and drop the members that they dominate.

        DEAP drops an individual that another one of the population dominates at the latest when it
        adds the other one, which also drops all that the individual dominates. So the result is the
        front of all individuals, with one of each set of similar twins.
        """
        stays = self._stays(population) if is_sequence(population) and len(population) else None
        if stays is None:
            super().update(population)
            return
        first = len(self.items)
        for index in np.flatnonzero(~stays[:first])[::-1].tolist():
            self.remove(index)
        twins: dict[Weighted, list[Individual]] = {}
        for item in self.items:
            twins.setdefault(item.fitness.wvalues, []).append(item)
        for individual in compress(population, stays[first:]):
            equals = twins.setdefault(individual.fitness.wvalues, [])
            if not any(self.similar(individual, other) for other in equals):
                self.insert(individual)
                equals.insert(0, individual)

    def _stays(self, population: Sequence[Individual]) -> NDArray[np.bool_] | None:
        """Return which members and individuals are not dominated; None to leave it to DEAP."""
        everybody = [*self.items, *population]
        weighted = weighted_array(everybody)
        if weighted is None or not self._is_in_order():
            return None
        stays, first = nondominated(weighted), len(self.items)
        if not stays[:first].all() and not nondominated(weighted[:first]).all():
            return None  # a program added or changed a member: the order of removals matters
        leaving = list(compress(everybody, map(not_, stays.tolist())))
        return stays if _compare_safely(leaving, self.similar) else None


def _compare_safely(leaving: list[Individual], similar: Callable[..., bool]) -> bool:
    """Return True if DEAP's comparisons of these individuals have no side effects.

    They are omitted here, and so would be their errors and changes.
    """
    counts = Counter(individual.fitness.wvalues for individual in leaving)
    equals = [ind for ind in leaving if counts[ind.fitness.wvalues] > 1]
    if not equals or similar is np.array_equal:
        return True
    return similar is eq and all(map(_compares_plainly, equals))


def _compares_plainly(individual: Individual) -> bool:
    kind = type(individual)
    if keeps(kind, array, ("__eq__",)):
        return True
    return (
        isinstance(individual, list)
        and keeps(kind, list, ("__eq__", "__iter__"))
        and ATOMS.issuperset(map(type, individual))
    )
