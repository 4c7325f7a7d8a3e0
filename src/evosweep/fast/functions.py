"""DEAP's benchmark functions for a whole population at once, with the values of single calls.

Arithmetic runs over arrays, since IEEE 754 rounds their operations like those of Python. Powers and
sines are computed gene by gene, by the functions that DEAP calls, and sums in the order of `sum`:
NumPy's own may differ in the last bit.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import repeat
from math import cos, e, exp, pi, sin, sqrt
from types import FunctionType

import numpy as np
from deap import benchmarks

from evosweep.fast import core
from evosweep.fast.matrices import matrix
from evosweep.fast.shapes import Floats

_LARGEST = 1e100  # beyond it, genes may overflow, which Python and NumPy report differently
_COMPENSATED = sys.version_info >= (3, 12)  # how `sum` adds Python's floats
Column = Floats | list[float]  # a list if DEAP's function always returns Python's floats
Formula = Callable[..., Sequence[Column]]


def _each(function: Callable[[float], float], values: Floats) -> Floats:
    flat = values.ravel().tolist()
    return np.fromiter(map(function, flat), np.float64, len(flat)).reshape(values.shape)


def _squares(values: Floats) -> Floats:
    """Return `x ** 2`, which is not always `x * x`."""
    compiled = core.powers(values, 2.0)
    if compiled is not None:
        return compiled
    flat = values.ravel().tolist()
    return np.fromiter(map(pow, flat, repeat(2)), np.float64, len(flat)).reshape(values.shape)


def _sums(terms: Floats, *, scalars: bool) -> Floats:
    """Return the `sum` of each row."""
    if _COMPENSATED and not scalars:
        return np.array(list(map(sum, terms.tolist())), dtype=np.float64)
    compiled = core.row_sums(terms)
    if compiled is not None:
        return compiled
    totals = np.zeros(len(terms))
    for column in terms.T:
        totals = totals + column
    return totals


def _sphere(genes: Floats, scalars: bool) -> list[Floats]:
    return [_sums(genes * genes, scalars=scalars)]


def _rastrigin(genes: Floats, scalars: bool) -> list[Floats]:
    terms = genes * genes - 10 * _each(cos, 2 * pi * genes)
    return [10 * genes.shape[1] + _sums(terms, scalars=scalars)]


def _rosenbrock(genes: Floats, scalars: bool) -> list[Floats]:
    x, y = genes[:, :-1], genes[:, 1:]
    return [_sums(100 * _squares(x * x - y) + _squares(1.0 - x), scalars=scalars)]


def _ackley(genes: Floats, scalars: bool) -> list[list[float]]:
    share = 1.0 / genes.shape[1]
    spread = -0.2 * _each(sqrt, share * _sums(_squares(genes), scalars=scalars))
    # cos always returns Python's floats.
    waves = share * _sums(_each(cos, 2 * pi * genes), scalars=False)
    return [(20 - 20 * _each(exp, spread) + e - _each(exp, waves)).tolist()]


def _dtlz2(genes: Floats, scalars: bool, obj: int) -> list[Floats]:
    distance = 1.0 + _sums(_squares(genes[:, obj - 1 :] - 0.5), scalars=scalars)
    angles = 0.5 * genes[:, : obj - 1] * pi
    cosines, sines = _each(cos, angles), _each(sin, angles)
    products = [np.ones(len(genes))]
    for column in cosines.T:
        products.append(products[-1] * column)
    return [distance * products[-1]] + [
        distance * products[m] * sines[:, m] for m in range(obj - 2, -1, -1)
    ]


_FORMULAS: dict[object, Formula] = {
    benchmarks.ackley: _ackley,
    benchmarks.dtlz2: _dtlz2,
    benchmarks.rastrigin: _rastrigin,
    benchmarks.rosenbrock: _rosenbrock,
    benchmarks.sphere: _sphere,
}
_LISTS = {_dtlz2}  # true if DEAP's function returns a list, not a tuple
Together = Callable[[Sequence[object]], list[Sequence[float]] | None]


def together(evaluation: "partial[object]") -> Together | None:
    """Return a function that evaluates individuals together, for functions of `deap.benchmarks`."""
    function = evaluation.func
    formula = _FORMULAS.get(function) if isinstance(function, FunctionType) else None
    if formula is None or evaluation.args:
        return None
    return partial(_evaluate, formula, dict(evaluation.keywords))


def _evaluate(
    formula: Formula, options: dict[str, int], individuals: Sequence[object]
) -> list[Sequence[float]] | None:
    genes, scalars = matrix(individuals)
    if genes is None or genes.dtype != np.float64 or not _suits(formula, options, genes.shape[1]):
        return None
    floats = genes.astype(np.float64, copy=False)
    if not np.abs(floats).max() < _LARGEST:
        return None
    columns = [_values(column, scalars) for column in formula(floats, scalars, **options)]
    rows: list[Sequence[float]] = list(zip(*columns, strict=True))
    return [*map(list, rows)] if formula in _LISTS else rows


def _suits(formula: Formula, options: dict[str, int], size: int) -> bool:
    """Return True if the formula accepts this number of genes and these options."""
    if formula is not _dtlz2:
        return not options and size > 1
    return set(options) == {"obj"} and type(options["obj"]) is int and 1 <= options["obj"] <= size


def _values(column: Column, scalars: bool) -> Iterable[float]:
    """Return the values of a column, as NumPy's floats or Python's."""
    if isinstance(column, list):
        return column
    return iter(column) if scalars else column.tolist()
