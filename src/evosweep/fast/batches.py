"""A `map` that evaluates a whole population in one call, where an evaluation knows how.

An evaluation says so by an attribute `together`: a function of the individuals that returns their
fitness values, those of one call each to the last bit, or None where it cannot. `accelerate` gives
it to DEAP's benchmark functions, and to an `evaluate` whose toolbox has an `evaluate_batch` beside.
"""

from array import array
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = list[tuple[Any, ...]]
_FLOAT = np.dtype(np.float64).str
_FEW = 16  # individuals that are evaluated sooner one by one
_KINDS = ({float}, {np.float64}, {int})


def map_together(function: Callable[..., Any], *iterables: Iterable[Any]) -> Any:
    """What `map(function, *iterables)` gives, evaluated together where `function` can."""
    together = getattr(function, "together", None)
    if together is None or len(iterables) != 1:
        return map(function, *iterables)
    individuals = list(iterables[0])
    values = together(individuals) if len(individuals) >= _FEW else None
    return map(function, individuals) if values is None else values


def by_rows(evaluate_batch: Callable[[Any], Any]) -> Callable[[Sequence[Any]], Values | None]:
    """A `together` for a toolbox's `evaluate_batch`, of an array (n, genes) to one (n, values)."""

    def together(individuals: Sequence[Any]) -> Values | None:
        genomes, _ = matrix(individuals)
        if genomes is None:
            return None
        return list(zip(*np.asarray(evaluate_batch(genomes.copy())).T.tolist(), strict=True))

    return together


def matrix(individuals: Sequence[Any]) -> tuple[NDArray[Any] | None, bool]:
    """Genomes as an array (individuals, genes), and whether their genes are NumPy's floats.

    None where they are not of one length, or no plain numbers of one type.
    """
    size = len(individuals[0])
    if set(map(len, individuals)) != {size} or not size:
        return None, False
    kinds = set(map(type, individuals))
    for genome, reader in ((list, _of_lists), (array, _of_arrays), (np.ndarray, _of_ndarrays)):
        if all(issubclass(kind, genome) for kind in kinds):
            return reader(individuals, size)
    return None, False


def _of_lists(individuals: Sequence[Any], size: int) -> tuple[NDArray[Any] | None, bool]:
    genes = list(chain.from_iterable(individuals))
    kind = set(map(type, genes))
    if kind not in _KINDS:
        return None, False
    try:
        flat = np.fromiter(genes, np.int64 if kind == {int} else np.float64, len(genes))
    except OverflowError:  # integers beyond 64 bits
        return None, False
    return flat.reshape(-1, size), kind == {np.float64}


def _of_arrays(individuals: Sequence[Any], size: int) -> tuple[NDArray[Any] | None, bool]:
    codes = {individual.typecode for individual in individuals}
    if len(codes) != 1 or not codes <= set("bBhHiIlLqQd"):
        return None, False
    return np.frombuffer(b"".join(individuals), dtype=codes.pop()).reshape(-1, size), False


def _of_ndarrays(individuals: Sequence[Any], size: int) -> tuple[NDArray[Any] | None, bool]:
    if {(ind.shape, ind.dtype.str) for ind in individuals} != {((size,), _FLOAT)}:
        return None, False
    return np.array(list(map(np.asarray, individuals))), True
