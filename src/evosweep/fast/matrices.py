"""Convert genomes of plain numbers to one array."""

from array import array
from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from evosweep.fast import core
from evosweep.fast.kinds import reads_as_list, reads_as_ndarray, writes_as_array

Matrix = NDArray[np.generic]
_FLOAT = np.dtype(np.float64).str
_KINDS = ({float}, {np.float64}, {int})


def matrix(individuals: Sequence[object]) -> tuple[Matrix | None, bool]:
    """Return the genomes as an array (individuals, genes), and True if genes are NumPy's floats.

    The array is None if the genomes have several lengths, or other genes than plain numbers of one
    type.
    """
    kinds = set(map(type, individuals))
    if all(map(reads_as_list, kinds)):
        return _of_lists([ind for ind in individuals if isinstance(ind, list)])
    if all(map(writes_as_array, kinds)):
        return _of_arrays([ind for ind in individuals if isinstance(ind, array)])
    if all(map(reads_as_ndarray, kinds)):
        return _of_ndarrays([ind for ind in individuals if isinstance(ind, np.ndarray)])
    return None, False


def _of_lists(individuals: Sequence[list[float]]) -> tuple[Matrix | None, bool]:
    first = type(individuals[0][0]) if individuals and individuals[0] else None
    compiled = core.genes(individuals, first) if first in (float, np.float64) else None
    if compiled is not None:
        return compiled, first is np.float64
    sizes = set(map(len, individuals))
    genes = list(chain.from_iterable(individuals))
    kind = set(map(type, genes))
    if len(sizes) != 1 or kind not in _KINDS:
        return None, False
    try:
        flat = np.fromiter(genes, np.int64 if kind == {int} else np.float64, len(genes))
    except OverflowError:  # integers beyond 64 bits
        return None, False
    return flat.reshape(len(individuals), -1), kind == {np.float64}


def _of_arrays(individuals: Sequence["array[float]"]) -> tuple[Matrix | None, bool]:
    codes = {individual.typecode for individual in individuals}
    sizes = set(map(len, individuals))
    if len(codes) != 1 or not codes <= set("bBhHiIlLqQd") or len(sizes) != 1 or sizes == {0}:
        return None, False
    flat = np.frombuffer(b"".join(individuals), dtype=codes.pop())
    return flat.reshape(len(individuals), -1), False


def _of_ndarrays(individuals: Sequence[NDArray[np.generic]]) -> tuple[Matrix | None, bool]:
    shapes = {(individual.shape, individual.dtype.str) for individual in individuals}
    ((size, *more), dtype) = shapes.pop() if len(shapes) == 1 else ((0,), "")
    if not size or more or dtype != _FLOAT:
        return None, False
    return np.array(list(map(np.asarray, individuals))), True
