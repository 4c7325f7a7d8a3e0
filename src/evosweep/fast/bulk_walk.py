"""A walk over the random draws of a generation of reals, which finds out what varies and by which.

Each gene of a pair that mates takes one draw, or three where it varies; each gene of a mutant takes
one, or two. So every draw's meaning depends on all before it: this is what has to be done in order.
"""

import random
import sys

import numpy as np
from numpy.typing import NDArray

from evosweep.fast.draws import floats, words
from evosweep.fast.fitnesses import Floats

_EPSILON = 1e-14  # genes that differ by no more are not crossed


class Walk:
    """The draws for some individuals (rows), two neighbours being a pair; `leave` at its end.

    `most` is the number of draws that may be needed.
    """

    def __init__(self, genes: Floats, indpb: float, most: int) -> None:
        self._state, self._size = random.getstate(), genes.shape[1]
        self.draws = floats(most)
        first, second = pairs_of(genes)
        self.rows, self.pairs = len(genes), len(first)
        self._differ = (np.abs(first - second) > _EPSILON).tobytes()
        self._crosses = (self.draws <= 0.5).tobytes()
        self._mutates = [*np.flatnonzero(self.draws <= indpb).tolist(), sys.maxsize]
        self._at = self._next = 0
        self.crossed: tuple[list[int], list[int]] = ([], [])
        """The genes that are crossed, counted over the pairs, and the draw that says so of each."""
        self.mutated: tuple[list[int], list[int]] = ([], [])
        """The genes that are mutated, counted over the rows, and the draw that says so of each."""

    def draw(self) -> float:
        """Return the next draw."""
        self._at += 1
        return self.draws.item(self._at - 1)

    def mate(self, pair: int) -> None:
        """Find the genes of a pair that simulated binary crossover varies."""
        crosses, differ, at, (places, draws) = self._crosses, self._differ, self._at, self.crossed
        for place in range(pair * self._size, (pair + 1) * self._size):
            if crosses[at] and differ[place]:
                places.append(place)
                draws.append(at)
                at += 3
            else:
                at += 1
        self._at = at

    def mutate(self, row: int) -> None:
        """Find the genes of an individual that polynomial mutation varies, from one to the next."""
        hits, number, at, (places, draws) = self._mutates, self._next, self._at, self.mutated
        shift, end = row * self._size - at, at + self._size
        while hits[number] < at:
            number += 1
        while (hit := hits[number]) < end:
            places.append(hit + shift)
            draws.append(hit)
            at, end, shift = hit + 2, end + 1, shift - 1
            while hits[number] < at:
                number += 1
        self._at, self._next = end, number

    def leave(self) -> None:
        """Put the generator where it is after the draws that were used."""
        random.setstate(self._state)
        if self._at:
            words(2 * self._at)


def pairs_of(genes: Floats) -> tuple[Floats, Floats]:
    """Return the first and the second of each pair, as views."""
    count = len(genes) // 2
    return genes[0 : 2 * count : 2], genes[1 : 2 * count : 2]


def indices(found: list[int]) -> NDArray[np.intp]:
    """Return places as an array that indexes another."""
    return np.array(found, dtype=np.intp)
