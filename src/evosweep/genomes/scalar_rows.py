"""Encode and decode lists of NumPy scalars of one type, as CMA-ES makes them, as tables.

The encoding is that of the plain form, with a tagged list for each gene. All genes have the same
number of bytes, and only the bytes of their values differ.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import chain
from operator import countOf

import numpy

from evosweep.genomes.encoding import HEAD, encode, list_head
from evosweep.genomes.numpy_values import SCALAR_DTYPES


def encode_rows(genomes: Sequence[list[object]]) -> bytes | None:
    """Return the encoding of equally long lists of scalars of one type; None for other lists."""
    genes = list(chain.from_iterable(genomes))
    kind = type(genes[0])
    if (dtype := SCALAR_DTYPES.get(kind)) is None or countOf(map(type, genes), kind) != len(genes):
        return None
    lengths = set(map(len, genomes))
    if len(lengths) > 1:
        return None
    values = numpy.fromiter(genes, dtype, len(genes))
    length = lengths.pop()
    rows = bytearray(list_head(len(genomes)) + _empty(dtype, length) * len(genomes))
    table = numpy.frombuffer(rows, _row(dtype, length), offset=HEAD)
    table["genes"]["value"] = values.reshape(len(genomes), length)
    return bytes(rows)


def decode_rows(encoding: bytes) -> list[list[object]]:
    """Return the lists of scalars that `encode_rows` has encoded."""
    length = int.from_bytes(encoding[HEAD + 1 : 2 * HEAD], "little")
    row = _row(_dtype_at(encoding, 2 * HEAD), length)
    return [list(genes) for genes in numpy.frombuffer(encoding, row, offset=HEAD)["genes"]["value"]]


def _dtype_at(encoding: bytes, place: int) -> str:
    """Return the dtype of the encoded gene at this byte."""
    return next(d for d in set(SCALAR_DTYPES.values()) if encoding.startswith(_head(d), place))


@lru_cache(maxsize=8)
def _empty(dtype: str, length: int) -> bytes:
    """Return the encoding of a list of `length` zeros."""
    return list_head(length) + (_head(dtype) + bytes(numpy.dtype(dtype).itemsize)) * length


@cache
def _row(dtype: str, length: int) -> "numpy.dtype[numpy.void]":
    """Return the byte layout of an encoded list of scalars."""
    head, gene_head = f"V{HEAD}", f"V{len(_head(dtype))}"
    genes = numpy.dtype([("head", gene_head), ("value", dtype)])
    return numpy.dtype([("head", head), ("genes", genes, (length,))])


@cache
def _head(dtype: str) -> bytes:
    """Return the bytes of an encoded gene before those of its value."""
    size = numpy.dtype(dtype).itemsize
    return encode([..., "scalar", dtype, bytes(size)])[:-size]
