"""The compiled core, if it was built, and if it draws and computes as this Python does.

Without a compiler the package is installed without the core (its C is in the folder `native`), and
the interpreted parts do everything, with the same populations.
"""

import random
from collections.abc import Sequence
from importlib import import_module
from itertools import repeat
from typing import Protocol, cast

from evosweep.fast.shapes import Individual, Member

Words = tuple[int, ...]
"""The generator's state: the second item of `random.getstate()`."""
Operators = tuple[float, float, float, float, float, float, float]


class Core(Protocol):
    """The module `_core`. A function returns None where it does not support its arguments."""

    def floats(self, words: Words, count: int, /) -> tuple[list[float], Words] | None:
        """Return draws of `random.random`, and the state after them."""
        ...

    def powers(self, bases: list[float], exponent: float, /) -> list[float]:
        """Return the power of each base."""
        ...

    def vary_reals(
        self,
        words: Words,
        individuals: Sequence[Member],
        rates: tuple[float, ...],
        operators: Operators,
        /,
    ) -> tuple[list[Member], Words] | None:
        """Return the children of a population, and the state after their draws.

        Two rates vary as `varAnd` does, one as DEAP's example of NSGA-II. The operators are low,
        up, power and root of the crossover, power and root of the mutation, and indpb.
        """
        ...

    def fronts_of_two(
        self, individuals: Sequence[Member], wanted: int, fitness_class: type, /
    ) -> list[list[Member]] | None:
        """Return the fronts that hold `wanted` individuals together, for two objectives."""
        ...

    def assign_crowding(
        self, individuals: Sequence[Individual], fitness_class: type, weights: tuple[float, ...], /
    ) -> bool | None:
        """Set the crowding distances, and return True."""
        ...

    def tournament(
        self, words: Words, individuals: Sequence[Member], k: int, fitness_class: type, /
    ) -> tuple[list[Member], Words] | None:
        """Return the winners of `selTournamentDCD`, and the state after their draws."""
        ...


def load() -> Core | None:
    """Return the core; None if it is not there or if a draw or a power differs from Python's."""
    try:
        core = cast(Core, import_module("evosweep.fast._core"))
    except ImportError:
        return None
    return core if _draws_alike(core) and _computes_alike(core) else None


def _draws_alike(core: Core) -> bool:
    """Return True if draws from before to after a renewal of the state equal Python's."""
    one = random.Random(11)
    drawn = core.floats(one.getstate()[1], 700)
    return drawn == ([one.random() for _ in range(700)], one.getstate()[1])


def _computes_alike(core: Core) -> bool:
    """Return True if powers equal Python's: roots below 2, and inverse powers above 1."""
    one = random.Random(12)
    small = [0.0, 1.0, *(2.0 * one.random() for _ in range(100))]
    large = [1.0, *(1e14 ** one.random() for _ in range(50))]
    return all(
        core.powers(bases, exponent) == list(map(pow, bases, repeat(exponent)))
        for bases, exponents in ((small, (21.0, 1 / 21, 1 / 31, 1.0)), (large, (-21.0, -16.5)))
        for exponent in exponents
    )
