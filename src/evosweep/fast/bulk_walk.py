"""Walk over the random draws of a generation of reals, to find the genes that vary and their draws.

Each gene of a mating pair needs one draw, or three if it varies; each gene of a mutant needs one
draw, or two. So the meaning of a draw depends on all earlier draws, and the walk must be in order.
"""

import random
import sys

import numpy as np
from numpy.typing import NDArray

from evosweep.fast.draws import floats, words
from evosweep.fast.shapes import Floats

_EPSILON = 1e-14  # genes with a smaller difference are not crossed


class Walk:
    """The draws for some individuals (rows); two neighbours are a pair. Call `leave` at the end.

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
        """Indices of crossed genes over all pairs, and the index of each one's first draw."""
        self.mutated: tuple[list[int], list[int]] = ([], [])
        """Indices of mutated genes over all rows, and the index of each one's first draw."""

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
        """Find the genes of an individual that polynomial mutation varies."""
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
        """Set the generator to its state after the used draws."""
        random.setstate(self._state)
        if self._at:
            words(2 * self._at)


def pairs_of(genes: Floats) -> tuple[Floats, Floats]:
    """Return the first and the second of each pair, as views."""
    count = len(genes) // 2
    return genes[0 : 2 * count : 2], genes[1 : 2 * count : 2]


def indices(found: list[int]) -> NDArray[np.intp]:
    """Return indices as an array that can index another one."""
    return np.array(found, dtype=np.intp)
