"""DEAP's benchmark functions of a whole population at once, with the values of one call each.

Arithmetic runs over arrays, whose operations IEEE 754 rounds as it does Python's. What it leaves to
the system's mathematics (powers, sines) comes from the functions that DEAP calls, gene by gene, and
a sum is added up in the order of `sum`: an array's own may differ in the last bit.
"""

import sys
from collections.abc import Callable, Sequence
from itertools import repeat
from math import cos, e, exp, pi, sin, sqrt
from typing import Any

import numpy as np
from deap import benchmarks

from evosweep.fast.batches import Values, matrix
from evosweep.fast.fitnesses import Floats

_LARGEST = 1e100  # genes beyond may overflow, which Python's floats and NumPy's tell differently
_COMPENSATED = sys.version_info >= (3, 12)  # the way in which `sum` adds Python's floats
Column = Floats | list[float]  # a list where DEAP's function returns Python's floats in any case
Formula = Callable[..., Sequence[Column]]


def _each(function: Callable[[float], float], values: Floats) -> Floats:
    flat = values.ravel().tolist()
    return np.fromiter(map(function, flat), np.float64, len(flat)).reshape(values.shape)


def _squares(values: Floats) -> Floats:
    """`x ** 2`, which is not always `x * x`."""
    flat = values.ravel().tolist()
    return np.fromiter(map(pow, flat, repeat(2)), np.float64, len(flat)).reshape(values.shape)


def _sums(terms: Floats, scalars: bool) -> Floats:
    """`sum` of each row."""
    if _COMPENSATED and not scalars:
        return np.array(list(map(sum, terms.tolist())), dtype=np.float64)
    totals = np.zeros(len(terms))
    for column in terms.T:
        totals = totals + column
    return totals


def _sphere(genes: Floats, scalars: bool) -> list[Floats]:
    return [_sums(genes * genes, scalars)]


def _rastrigin(genes: Floats, scalars: bool) -> list[Floats]:
    terms = genes * genes - 10 * _each(cos, 2 * pi * genes)
    return [10 * genes.shape[1] + _sums(terms, scalars)]


def _rosenbrock(genes: Floats, scalars: bool) -> list[Floats]:
    x, y = genes[:, :-1], genes[:, 1:]
    return [_sums(100 * _squares(x * x - y) + _squares(1.0 - x), scalars)]


def _ackley(genes: Floats, scalars: bool) -> list[list[float]]:
    share = 1.0 / genes.shape[1]
    spread = -0.2 * _each(sqrt, share * _sums(_squares(genes), scalars))
    # cos returns Python's floats, whatever it is given.
    waves = share * _sums(_each(cos, 2 * pi * genes), False)
    return [(20 - 20 * _each(exp, spread) + e - _each(exp, waves)).tolist()]


def _dtlz2(genes: Floats, scalars: bool, obj: int) -> list[Floats]:
    distance = 1.0 + _sums(_squares(genes[:, obj - 1 :] - 0.5), scalars)
    angles = 0.5 * genes[:, : obj - 1] * pi
    cosines, sines = _each(cos, angles), _each(sin, angles)
    products = [np.ones(len(genes))]
    for column in cosines.T:
        products.append(products[-1] * column)
    return [distance * products[-1]] + [
        distance * products[m] * sines[:, m] for m in range(obj - 2, -1, -1)
    ]


def _scalars(column: Column, numpy: bool) -> Any:
    """The values of a column, as NumPy's floats or Python's."""
    return column if numpy or isinstance(column, list) else column.tolist()


_FORMULAS: dict[Any, Formula] = {
    benchmarks.ackley: _ackley,
    benchmarks.dtlz2: _dtlz2,
    benchmarks.rastrigin: _rastrigin,
    benchmarks.rosenbrock: _rosenbrock,
    benchmarks.sphere: _sphere,
}


def together(
    function: Any, *args: Any, **options: Any
) -> Callable[[Sequence[Any]], Values | None] | None:
    """What evaluates individuals by a function of `deap.benchmarks` at once, where it is known."""
    formula = _FORMULAS.get(function)
    if formula is None:
        return None

    def evaluate(individuals: Sequence[Any]) -> Values | None:
        genes, scalars = matrix(individuals)
        if genes is None or genes.dtype != np.float64 or not np.abs(genes).max() < _LARGEST:
            return None
        columns = formula(genes, scalars, *args, **options)
        return list(zip(*(_scalars(column, scalars) for column in columns), strict=True))

    return evaluate
