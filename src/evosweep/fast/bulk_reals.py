"""Simulated binary crossover and polynomial mutation of a whole population.

A loop over the draws in DEAP's order finds the genes that vary. The arithmetic then runs over
arrays of only these genes. Powers are computed by Python: NumPy's may differ in the last bit.
"""

from array import array
from collections.abc import Iterator
from itertools import repeat

import numpy as np

from evosweep.fast.bulk_walk import Walk, indices, pairs_of
from evosweep.fast.matrices import matrix
from evosweep.fast.parents import Options, Parents, Varied
from evosweep.fast.shapes import Floats, Sized

_ROWS = 4096  # individuals whose draws are in memory at a time; even, so that no pair is parted


def reals(
    parents: Parents[Sized], rates: tuple[float, float], mate: Options, mutate: Options
) -> Varied | None:
    """Return the genomes that `varAnd` makes, and which are new; None to leave it to DEAP.

    It supports genomes that are lists or arrays of floats, all within their bounds.
    """
    children = _Children.of(parents, mate, mutate)
    if children is None:
        return None
    children.mate(rates[0])
    children.mutate(rates[1])
    return children.genomes(parents.kind), children.new


def reals_in_pairs(
    parents: Parents[Sized], cxpb: float, mate: Options, mutate: Options
) -> Varied | None:
    """Do the same as `reals` for pairs that may mate, after which both individuals mutate."""
    children = _Children.of(parents, mate, mutate)
    if children is None:
        return None
    children.mate_and_mutate(cxpb)
    return children.genomes(parents.kind), children.new


class _Bounded:
    """The parameters of both operators: the crowding degree, and two bounds of all genes."""

    def __init__(self, eta: float, low: float, up: float) -> None:
        self.power, self.root = eta + 1, 1.0 / (eta + 1)
        self.low, self.up = self.bounds = (low, up)

    @classmethod
    def of(cls, genes: Floats, options: Options, names: set[str]) -> "_Bounded | None":
        """Return the parameters; None if the bounds are not two floats, or a gene exceeds them."""
        if set(options) != names or type(options["eta"]) not in (int, float):
            return None
        eta, low, up = options["eta"], options["low"], options["up"]
        if type(low) is not float or type(up) is not float or not low < up or not eta >= 0:
            return None
        inside = bool(genes.min() >= low and genes.max() <= up)  # false also for nan
        return cls(eta, low, up) if inside else None

    def clipped(self, values: Floats) -> Floats:
        """Return `min(max(value, low), up)` of each value, with the same sign of zeros."""
        values = np.where(self.low > values, self.low, values)
        return np.where(self.up < values, self.up, values)


class _Children:
    """The genes of the children, varied in place, and which of them are new."""

    def __init__(self, genes: Floats, mating: _Bounded, mutating: _Bounded, indpb: float) -> None:
        self._genes, self._mating, self._mutating, self._indpb = genes, mating, mutating, indpb
        self.new = bytearray(len(genes))

    @classmethod
    def of(cls, parents: Parents[Sized], mate: Options, mutate: Options) -> "_Children | None":
        genomes, scalars = matrix(parents.different)
        if genomes is None or scalars or genomes.dtype != np.float64:
            return None
        genes = genomes.astype(np.float64, copy=False)
        mating = _Bounded.of(genes, mate, {"eta", "low", "up"})
        mutating = _Bounded.of(genes, mutate, {"eta", "low", "up", "indpb"})
        if mating is None or mutating is None or mating.bounds != mutating.bounds:
            return None
        return cls(genes[parents.places], mating, mutating, indpb=mutate["indpb"])

    def genomes(self, kind: type) -> list[bytes] | list[list[float]]:
        """Return the genome of each child, that of an array as bytes."""
        if not issubclass(kind, array):
            lists: list[list[float]] = self._genes.tolist()
            return lists
        raw, step = self._genes.tobytes(), self._genes[0].nbytes
        return [raw[i : i + step] for i in range(0, len(raw), step)]

    def mate(self, cxpb: float) -> None:
        """Mate each pair if a draw is below `cxpb`."""
        for start, walk in self._walks(draws=(1, 3), among=2):
            for pair in range(walk.pairs):
                if walk.draw() < cxpb:
                    walk.mate(pair)
                    first = start + 2 * pair
                    self.new[first] = self.new[first + 1] = True

    def mutate(self, mutpb: float) -> None:
        """Mutate each child if a draw is below `mutpb`."""
        for start, walk in self._walks(draws=(1, 2)):
            for row in range(walk.rows):
                if walk.draw() < mutpb:
                    walk.mutate(row)
                    self.new[start + row] = True

    def mate_and_mutate(self, cxpb: float) -> None:
        """Mate each pair unless a draw is above `cxpb`, and mutate both; a last one alone stays."""
        for start, walk in self._walks(draws=(1, 7), among=2):
            for pair in range(walk.pairs):
                if walk.draw() <= cxpb:
                    walk.mate(pair)
                walk.mutate(2 * pair)
                walk.mutate(2 * pair + 1)
            self.new[start : start + 2 * walk.pairs] = b"\1" * (2 * walk.pairs)

    def _walks(self, draws: tuple[int, int], among: int = 1) -> Iterator[tuple[int, Walk]]:
        """Yield a walk over the draws of the next children, and apply it afterwards.

        `draws` are the most that a pair (`among` 2) or a child needs: of its own, and for a gene.
        """
        size = self._genes.shape[1]
        for start in range(0, len(self._genes), _ROWS):
            genes = self._genes[start : start + _ROWS]
            walk = Walk(genes, self._indpb, len(genes) // among * (draws[0] + draws[1] * size))
            yield start, walk
            walk.leave()
            self._cross(genes, walk)
            self._change(genes, walk)

    def _cross(self, genes: Floats, walk: Walk) -> None:
        if not walk.crossed[0]:
            return
        places, draws = map(indices, walk.crossed)
        first, second = pairs_of(genes)
        where = np.divmod(places, genes.shape[1])
        rand, swap = walk.draws[draws + 1], walk.draws[draws + 2] <= 0.5
        lower, upper = _crossed(first[where], second[where], rand, self._mating)
        first[where] = np.where(swap, upper, lower)
        second[where] = np.where(swap, lower, upper)

    def _change(self, genes: Floats, walk: Walk) -> None:
        if not walk.mutated[0]:
            return
        places, draws = map(indices, walk.mutated)
        flat = genes.reshape(-1)
        flat[places] = _mutants(flat[places], walk.draws[draws + 1], self._mutating)


def _powers(values: Floats, exponent: float) -> Floats:
    return np.fromiter(map(pow, values.tolist(), repeat(exponent)), np.float64, len(values))


def _crossed(one: Floats, two: Floats, rand: Floats, bounded: _Bounded) -> tuple[Floats, Floats]:
    x1, x2 = np.where(one < two, one, two), np.where(one < two, two, one)
    span = x2 - x1

    def spread(room: Floats) -> Floats:
        alpha = 2.0 - _powers(1.0 + 2.0 * room / span, -bounded.power)
        scaled = rand * alpha
        base = np.where(rand <= 1.0 / alpha, scaled, 1.0 / (2.0 - scaled))
        return _powers(base, bounded.root)

    lower = 0.5 * (x1 + x2 - spread(x1 - bounded.low) * span)
    upper = 0.5 * (x1 + x2 + spread(bounded.up - x2) * span)
    return bounded.clipped(lower), bounded.clipped(upper)


def _mutants(x: Floats, rand: Floats, bounded: _Bounded) -> Floats:
    width, falls = bounded.up - bounded.low, rand < 0.5
    near = np.where(falls, 1.0 - (x - bounded.low) / width, 1.0 - (bounded.up - x) / width)
    near = _powers(near, bounded.power)
    value = np.where(
        falls,
        2.0 * rand + (1.0 - 2.0 * rand) * near,
        2.0 * (1.0 - rand) + 2.0 * (rand - 0.5) * near,
    )
    root = _powers(value, bounded.root)
    return bounded.clipped(x + np.where(falls, root - 1.0, 1.0 - root) * width)
