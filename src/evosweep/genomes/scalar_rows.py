"""Lists of NumPy scalars of one type, as CMA-ES makes them: encoded and decoded as tables.

The encoding is that of the plain form, a tagged list for each gene. In it every gene has equally
many bytes, of which all but those of the value are the same.
"""

from collections.abc import Sequence
from functools import cache
from itertools import chain

import numpy

from evosweep.genomes.encoding import HEAD, encode, list_head
from evosweep.genomes.numpy_values import SCALAR_DTYPES


def encode_rows(genomes: Sequence[list[object]]) -> bytes | None:
    """The encoding of lists whose items are all scalars of one type; None where they are not."""
    genes = list(chain.from_iterable(genomes))
    kinds = set(map(type, genes))
    if len(kinds) != 1 or (dtype := SCALAR_DTYPES.get(kinds.pop())) is None:
        return None
    values = numpy.fromiter(genes, dtype, len(genes))
    head = _head(dtype)
    table = numpy.empty((len(genes), len(head) + values.itemsize), "u1")
    table[:, : len(head)] = numpy.frombuffer(head, "u1")
    table[:, len(head) :] = values.view("u1").reshape(len(genes), -1)
    data, width, at = table.tobytes(), table.shape[1], 0
    parts = [list_head(len(genomes))]
    for genome in genomes:
        parts += list_head(len(genome)), data[at : at + width * len(genome)]
        at += width * len(genome)
    return b"".join(parts)


def decode_rows(encoding: bytes) -> list[list[object]]:
    """The lists of scalars whose encoding `encode_rows` made."""
    genomes: list[list[object]] = []
    dtype, head, width, at = "", 0, 0, HEAD
    while at < len(encoding):
        count = int.from_bytes(encoding[at + 1 : at + HEAD], "little")
        at += HEAD
        if count and not dtype:
            dtype, head, width = _first_gene(encoding[at : at + _LONGEST])
        table = numpy.frombuffer(encoding, "u1", count * width, at).reshape(count, width)
        genomes.append(list(numpy.frombuffer(table[:, head:].tobytes(), dtype or "u1")))
        at += count * width
    return genomes


_LONGEST = 64  # bytes of a gene, at most


def _first_gene(encoding: bytes) -> tuple[str, int, int]:
    """The first gene of an encoding: its dtype, the bytes before its value, all its bytes."""
    for dtype in set(SCALAR_DTYPES.values()):
        head = _head(dtype)
        if encoding.startswith(head):
            return dtype, len(head), len(head) + numpy.dtype(dtype).itemsize
    raise AssertionError(encoding)


@cache
def _head(dtype: str) -> bytes:
    """What stands before the bytes of a gene's value."""
    size = numpy.dtype(dtype).itemsize
    return encode([..., "scalar", dtype, bytes(size)])[:-size]
