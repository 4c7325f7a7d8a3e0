"""Convert fitnesses to keys and arrays, for classes that are ordered by weighted values."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from math import inf, isnan
from operator import countOf, ne

import numpy as np

from evosweep.fast import core
from evosweep.fast.plain import are_divisors, is_plain
from evosweep.fast.shapes import Fitness, Floats, Individual, Ordered

_FLOATS = frozenset((float, np.float64))
# Values of one of these types are ordered; between two types, NumPy may round one of them.
_ALONE = frozenset((np.float64, np.float32, np.float16, np.int64, np.int32))
_EXACT = 2**53  # integers up to this one are exact as floats
_FINITE = float(np.finfo(np.float64).max)
_LARGEST = 1e100  # beyond it, values may overflow, which Python and NumPy report differently


def keys(individuals: Sequence[Individual]) -> Sequence[Ordered] | None:
    """Return sort keys in the order of the individuals' fitnesses; None if the order is not sure.

    A key is the weighted value with one objective, else the tuple of weighted values.
    """
    weighted = core.weighted(individuals, inf)
    if weighted is not None and weighted.shape[1] == 1:
        single: list[float] = weighted.ravel().tolist()
        return single
    sort_keys, _ = _read(individuals)
    return sort_keys


def _read(individuals: Sequence[Individual]) -> tuple[Sequence[Ordered] | None, set[type]]:
    """Return the keys, and the classes of the fitnesses."""
    try:
        fitnesses = [individual.fitness for individual in individuals]
    except AttributeError:
        return None, set()
    kinds = kinds_of(fitnesses)
    weighted = [fitness.wvalues for fitness in fitnesses]
    if not all(map(is_plain, kinds)) or kinds_of(weighted) != {tuple}:
        return None, kinds
    try:
        single = [value for (value,) in weighted]
    except ValueError:  # no objective, or several
        lengths = set(map(len, weighted))
        several = list(chain.from_iterable(weighted)) if len(lengths) == 1 else []
        return (weighted if several and _are_ordered(several) else None), kinds
    return (single if _are_ordered(single) else None), kinds


def kinds_of(items: Sequence[object]) -> set[type]:
    """Return `set(map(type, items))`, faster if all items have one type."""
    kind = type(items[0]) if items else object
    return {kind} if countOf(map(type, items), kind) == len(items) else set(map(type, items))


def _are_ordered(values: list[float]) -> bool:
    """Return True if these numbers have one consistent order, and none is nan."""
    kinds = kinds_of(values)
    if kinds == {float}:
        return not isnan(sum(values))
    if kinds in ({int}, {bool}):
        return True
    if kinds <= _FLOATS or (len(kinds) == 1 and kinds <= _ALONE):
        return not any(map(ne, values, values))
    return False


def dominance(one: Fitness, other: Fitness) -> tuple[bool, bool]:
    """Return (`one` dominates `other`, `other` dominates `one`)."""
    kind = type(one)
    if kind is not type(other) or not is_plain(kind):
        up = one.dominates(other)
        return up, not up and other.dominates(one)
    up = down = False
    for mine, theirs in zip(one.wvalues, other.wvalues, strict=False):
        if mine > theirs:
            up = True
        elif mine < theirs:
            down = True
    return up and not down, down and not up


def weighted_array(individuals: Sequence[Individual]) -> Floats | None:
    """Return the weighted values as an array (individuals, objectives), or None.

    It is None for a class of fitness with an order of its own, and if a value is missing, not
    finite, no number, or not exact as a float.
    """
    weighted = core.weighted(individuals, _FINITE)
    if weighted is not None:
        return weighted
    sort_keys, _ = _read(individuals)
    return _as_array(sort_keys) if sort_keys else None


def _as_array(sort_keys: Sequence[Ordered], most: float = _FINITE) -> Floats | None:
    """Return the keys as an array, None if one is beyond `most` or no float."""
    values = np.array(sort_keys)
    if values.dtype.kind in "iub" and values.min() >= -_EXACT and values.max() <= _EXACT:
        values = values.astype(np.float64)
    if values.dtype != np.float64 or not np.abs(values).max() <= most:
        return None
    return values.reshape(len(sort_keys), -1)


def both_arrays(individuals: Sequence[Individual]) -> tuple[Floats, Floats] | None:
    """Return the weighted values and the values themselves as arrays.

    None if `weighted_array` is None, if the fitnesses have several classes, or if a quotient or a
    square of values may overflow.
    """
    weighted = core.weighted(individuals, _LARGEST)
    if weighted is None:
        sort_keys, kinds = _read(individuals)
        weighted = _as_array(sort_keys, _LARGEST) if sort_keys and len(kinds) == 1 else None
    if weighted is None:
        return None
    weights = individuals[0].fitness.weights
    if len(weights) != weighted.shape[1] or not are_divisors(weights):
        return None
    return weighted, weighted / _divisors(tuple(weights))


@lru_cache(maxsize=64)
def _divisors(weights: tuple[float, ...]) -> Floats:
    return np.array(weights, dtype=np.float64)
