"""The compiled core, if it was built, and if it draws and computes as this Python does.

Without a compiler the package is installed without the core (its C is in the folder `native`), and
the interpreted parts do everything, with the same populations.
"""

import random
from array import array
from collections.abc import Sequence
from importlib import import_module
from itertools import repeat
from typing import Protocol, cast

import numpy as np

from evosweep.fast.shapes import Floats, Individual, Member

Words = tuple[int, ...]
"""The generator's state: the second item of `random.getstate()`."""
Operators = tuple[float, float, float, float, float, float, float]
Flips = tuple[int, float, float]


class Core(Protocol):
    """The module `_core`. A function returns None where it does not support its arguments."""

    def floats(self, words: Words, count: int, /) -> tuple[list[float], Words] | None:
        """Return draws of `random.random`, and the state after them."""
        ...

    def powers(self, bases: "array[float] | Floats", exponent: float, /) -> bytes | None:
        """Return the power of each base, if none overflows."""
        ...

    def row_sums(self, terms: Floats, columns: int, /) -> bytes | None:
        """Return the sum of each row, from the left."""
        ...

    def bear(
        self, kind: type, fitness_class: type, genomes: list[Sequence[object]], /
    ) -> list[object] | None:
        """Return lists of a class with these genes, each with a fitness without values."""
        ...

    def blend(
        self, out: Floats, arrays: tuple[Floats, Floats], one: float, two: float, /
    ) -> bool | None:
        """Put the weighted sum of two arrays into `out`, and return True."""
        ...

    def add_ranks(
        self,
        out: Floats,
        arrays: tuple[Floats, Floats, Floats],
        rates: tuple[float, float, float, float],
        /,
    ) -> bool | None:
        """Put CMA-ES's next covariance into `out`, and return True."""
        ...

    def shuffled(self, capsule: object, count: int, /) -> list[int] | None:
        """Return the numbers below `count` as `numpy.random.shuffle` leaves them."""
        ...

    def genes(self, individuals: Sequence[object], kind: type, /) -> bytes | None:
        """Return the genes of lists of equal length, if all are of this class of floats."""
        ...

    def weighted(
        self, individuals: Sequence[Individual], fitness_class: type, scalar: type, most: float, /
    ) -> tuple[int, bytes] | None:
        """Return the number of objectives, and all weighted values: floats or `scalar`s up to
        `most`."""
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

    def vary_bits(
        self,
        words: Words,
        individuals: Sequence[Member],
        rates: tuple[float, float],
        operators: Flips,
        /,
    ) -> tuple[list[Member], Words] | None:
        """Return the children of `varAnd`, and the state after their draws.

        The operators are the number of the crossover's points (0: it goes gene by gene), its
        probability for each gene, and that of a flip.
        """
        ...

    def fronts_of_two(
        self, individuals: Sequence[Member], wanted: int, fitness_class: type, /
    ) -> list[list[Member]] | None:
        """Return the fronts that hold `wanted` individuals together, for two objectives."""
        ...

    def log_fronts(
        self, individuals: Sequence[Member], wanted: int, fitness_class: type, /
    ) -> tuple[list[list[Member]], bytes] | None:
        """Return the fronts of `sortLogNondominated`, and their weighted values in order."""
        ...

    def extreme_points(self, values: Floats, best: Floats, /) -> list[int] | None:
        """Return the row of values that is extreme in each objective."""
        ...

    def fill_niches(
        self, capsule: object, arrays: tuple[Floats, Floats, Floats, Floats], taken: int, k: int, /
    ) -> list[int] | None:
        """Return `k` places of the last front, whose rows follow `taken` others.

        The arrays are values to minimise, reference points, best point and intercepts; the capsule
        holds NumPy's generator, from which the draws come.
        """
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

    def contests(
        self,
        words: Words,
        individuals: Sequence[Member],
        counts: tuple[int, int],
        classes: tuple[type, type],
        /,
    ) -> tuple[list[Member], Words] | None:
        """Return the winners of `selTournament`, and the state after their draws.

        The counts are those of the winners and of a contest's individuals, the classes those of the
        fitnesses and of their values beside floats.
        """
        ...

    def encode_lists(self, lists: list[list[object]], /) -> bytes | None:
        """Return what `marshal` makes, in version 2, of lists of bools, 32-bit ints and floats."""
        ...

    def encode_values(
        self,
        individuals: Sequence[Individual],
        fitness_class: type,
        scalar: type,
        weights: tuple[float, ...],
        /,
    ) -> bytes | None:
        """Return the same of their fitness values, if all have the same weights."""
        ...


def load() -> Core | None:
    """Return the core; None if it is not there or if a draw or a power differs from Python's."""
    try:
        core = cast(Core, import_module("evosweep.fast._core"))
    except ImportError:
        return None
    if not all(hasattr(core, name) for name in vars(Core) if not name.startswith("_")):
        return None  # it was built from an earlier version's sources
    alike = _draws_alike(core) and _shuffles_alike(core) and _computes_alike(core)
    return core if alike else None


def _draws_alike(core: Core) -> bool:
    """Return True if draws from before to after a renewal of the state equal Python's."""
    one = random.Random(11)
    drawn = core.floats(one.getstate()[1], 700)
    return drawn == ([one.random() for _ in range(700)], one.getstate()[1])


def _shuffles_alike(core: Core) -> bool:
    """Return True if shuffles, and the generator afterwards, equal those of NumPy."""
    one, two = np.random.MT19937(13), np.random.RandomState(np.random.MT19937(13))
    for count in (1, 2, 9, 64, 700):
        numbers = list(range(count))
        two.shuffle(numbers)
        if core.shuffled(one.capsule, count) != numbers:
            return False
    return bool(np.random.RandomState(one).rand() == two.rand())


def _computes_alike(core: Core) -> bool:
    """Return True if powers equal Python's: squares, roots below 2, inverse powers above 1."""
    one = random.Random(12)
    small = [0.0, 1.0, *(2.0 * one.random() for _ in range(100))]
    large = [1.0, *(1e14 ** one.random() for _ in range(50))]
    signed = [one.uniform(-3.0, 3.0) for _ in range(100)]
    cases = (small, (21.0, 1 / 21, 1 / 31, 1.0)), (large, (-21.0, -16.5)), (signed, (2.0,))
    return all(
        core.powers(array("d", bases), exponent)
        == array("d", map(pow, bases, repeat(exponent))).tobytes()
        for bases, exponents in cases
        for exponent in exponents
    )
