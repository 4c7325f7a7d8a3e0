"""Encode and rebuild genomes that are NumPy arrays of one dtype and shape, all at once.

The encoding is that of the plain form, in which all these genomes have the same bytes before their
data.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy
from deap import creator

from evosweep.fast.kinds import asked_once, keeps
from evosweep.genomes.encoding import HEAD, decode_list, encode, list_head
from evosweep.genomes.numpy_values import WIDE

_OF_CREATOR = creator.class_replacers[numpy.ndarray]
_READ = ("dtype", "shape", "flags", "nbytes", "tobytes", "view", "__getattribute__")


@asked_once
def is_usual(kind: type) -> bool:
    """Return True for `numpy.ndarray`, and for classes of `creator` that are read like it."""
    if kind is numpy.ndarray:
        return True
    made = type(kind) is creator.MetaCreator and kind.__bases__ == (_OF_CREATOR,)
    return made and keeps(kind, numpy.ndarray, _READ)


def encode_arrays(arrays: Sequence["numpy.ndarray"]) -> bytes | None:
    """Return the encoding of arrays if it is the same in every plain form; else None.

    All arrays must have one numeric dtype in the byte order of the encoding, one shape with at
    least one dimension, and C order.
    """
    first = arrays[0]
    dtype, shape = first.dtype, first.shape
    if dtype.kind not in "biufc" or dtype.char in WIDE or dtype.str[0] == ">":
        return None
    if not shape or not first.nbytes:
        return None
    for array in arrays:
        if array.dtype != dtype or array.shape != shape or not array.flags.c_contiguous:
            return None
    head = _head(dtype.str, shape)
    return list_head(len(arrays)) + head + head.join([array.tobytes() for array in arrays])


def decode_arrays(encoding: bytes) -> list["numpy.ndarray"]:
    """Return new, writable arrays, which are the rows of one array."""
    count = int.from_bytes(encoding[1:HEAD], "little")
    size = (len(encoding) - HEAD) // count
    first: Any = decode_list(list_head(1) + encoding[HEAD : HEAD + size])[0]
    _, _, dtype, shape, data = first
    rows = numpy.frombuffer(encoding, "u1", offset=HEAD).reshape(count, size)
    return list(rows[:, size - len(data) :].copy().view(dtype).reshape(count, *shape))


@lru_cache(maxsize=8)
def _head(dtype: str, shape: tuple[int, ...]) -> bytes:
    """Return the bytes before the data of an array."""
    size = numpy.dtype(dtype).itemsize * int(numpy.prod(shape))
    return encode([..., "ndarray", dtype, list(shape), bytes(size)])[:-size]
