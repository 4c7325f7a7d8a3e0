"""Simulated binary crossover and polynomial mutation of a whole population.

A loop over the draws in DEAP's order finds the genes that vary. The arithmetic then runs over
arrays of only these genes. Powers are computed by Python: NumPy's may differ in the last bit.
"""

import random
from array import array
from itertools import repeat

import numpy as np

from evosweep.fast.draws import floats, words
from evosweep.fast.fitnesses import Floats
from evosweep.fast.matrices import matrix
from evosweep.fast.parents import Options, Parents, Varied
from evosweep.fast.shapes import Sized

Rates = tuple[float, float]


def reals(parents: Parents[Sized], rates: Rates, mate: Options, mutate: Options) -> Varied | None:
    """Return the children's genomes, and which of them are new; None to leave it to DEAP.

    It supports genomes that are lists or arrays of floats, all within their bounds.
    """
    genomes, scalars = matrix(parents.different)
    if genomes is None or scalars or genomes.dtype != np.float64:
        return None
    genes = genomes.astype(np.float64, copy=False)
    mating = _Bounded.of(genes, mate, {"eta", "low", "up"})
    mutating = _Bounded.of(genes, mutate, {"eta", "low", "up", "indpb"})
    if mating is None or mutating is None or mating.bounds != mutating.bounds:
        return None
    genes, new = genes[parents.places], bytearray(len(parents.places))
    _mate(genes, rates[0], mating, new)
    _mutate(genes, rates[1], mutating, indpb=mutate["indpb"], new=new)
    if not issubclass(parents.kind, array):
        return genes.tolist(), new
    raw, step = genes.tobytes(), genes[0].nbytes
    return [raw[i : i + step] for i in range(0, len(raw), step)], new


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


class _Draws:
    """As many random floats as may be needed; `leave` gives the unused ones back."""

    def __init__(self, most: int) -> None:
        self._state = random.getstate()
        self.array = floats(most)

    def leave(self, used: int) -> None:
        """Set the generator to its state after `used` draws."""
        random.setstate(self._state)
        if used:
            words(2 * used)


def _powers(values: Floats, exponent: float) -> Floats:
    return np.fromiter(map(pow, values.tolist(), repeat(exponent)), np.float64, len(values))


def _mate(genes: Floats, cxpb: float, bounded: _Bounded, new: bytearray) -> None:
    pairs, size = len(genes) // 2, genes.shape[1]
    if not pairs:
        return
    first, second = genes[0 : 2 * pairs : 2], genes[1 : 2 * pairs : 2]
    differ = (np.abs(first - second) > 1e-14).ravel().tolist()
    draws = _Draws(pairs * (1 + 3 * size))
    drawn, at = draws.array.tolist(), 0
    places: list[int] = []  # of genes that vary, and of the draws that decided so
    drawn_at: list[int] = []
    for pair in range(pairs):
        at += 1
        if not drawn[at - 1] < cxpb:
            continue
        new[2 * pair] = new[2 * pair + 1] = True
        for place in range(pair * size, (pair + 1) * size):
            if drawn[at] <= 0.5 and differ[place]:
                places.append(place)
                drawn_at.append(at)
                at += 3
            else:
                at += 1
    draws.leave(at)
    where = np.unravel_index(np.array(places, dtype=np.intp), (pairs, size))
    chosen = np.array(drawn_at, dtype=np.intp)
    rand, swap = draws.array[chosen + 1], draws.array[chosen + 2] <= 0.5
    lower, upper = _children(first[where], second[where], rand, bounded)
    first[where] = np.where(swap, upper, lower)
    second[where] = np.where(swap, lower, upper)


def _children(one: Floats, two: Floats, rand: Floats, bounded: _Bounded) -> tuple[Floats, Floats]:
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


def _mutate(genes: Floats, mutpb: float, bounded: _Bounded, indpb: float, new: bytearray) -> None:
    n, size = genes.shape
    draws = _Draws(n * (1 + 2 * size))
    drawn, at = draws.array.tolist(), 0
    places: list[int] = []
    drawn_at: list[int] = []
    for row in range(n):
        at += 1
        if not drawn[at - 1] < mutpb:
            continue
        new[row] = True
        for place in range(row * size, (row + 1) * size):
            if drawn[at] <= indpb:
                places.append(place)
                drawn_at.append(at)
                at += 1
            at += 1
    draws.leave(at)
    flat, where = genes.reshape(-1), np.array(places, dtype=np.intp)
    rand = draws.array[np.array(drawn_at, dtype=np.intp) + 1]
    flat[where] = _mutants(flat[where], rand, bounded)


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
