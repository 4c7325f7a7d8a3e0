"""Encode genomes as bytes, each kind of genome in the fastest way.

All ways give the bytes of the plain form. Most genomes are flat lists of numbers. For these it is
faster to encode first, and to read the types of the genes from the encoding, than to look at genes.
"""

from collections.abc import Sequence
from contextlib import suppress
from itertools import chain
from typing import Any, Literal, NamedTuple

import numpy
from deap import creator, gp

from evosweep.fast import core
from evosweep.genomes import array_rows, scalar_rows
from evosweep.genomes.class_values import base_of
from evosweep.genomes.encoding import ELLIPSIS, HEAD, encode
from evosweep.genomes.form import Form
from evosweep.genomes.numpy_values import SCALAR_DTYPES
from evosweep.genomes.value_kinds import NATIVE, is_immutable, survey

Layout = Literal["native", "scalars", "arrays", "tagged"]
"""The content of an encoding: no tags; lists of NumPy scalars of one type; arrays of one dtype and
shape; or any values.
"""


_FLOAT = 9
"""Number of bytes of an encoded float."""
_WORTH_A_TABLE = 1000
"""From this number of bytes on, NumPy scans an encoding faster than Python scans the genes."""


class Encoded(NamedTuple):
    """The genomes of some individuals."""

    encoding: bytes
    """The encoding of the list of genomes."""
    layout: Layout
    contents: list[list[object]] | None = None
    """Copies of genomes that are lists of immutable values; the copies share the values."""


def encode_genomes(individuals: Sequence[Any], form: Form) -> Encoded:
    """Return the genomes of individuals, in their order."""
    kinds = set(map(type, individuals))
    parent = base_of(kinds.pop()) if len(kinds) == 1 else None
    if parent is list:
        genomes = list(map(list.copy, individuals))
        encoding = core.encoded_lists(genomes)
        return Encoded(encoding, "native", genomes) if encoding else _encode_lists(genomes, form)
    kind = type(next(iter(individuals), None))
    if parent is numpy.ndarray and array_rows.is_usual(kind):
        rows = array_rows.encode_arrays(individuals)
        if rows is not None:
            return Encoded(rows, "arrays")
    if parent is tuple and (kind is tuple or isinstance(kind, creator.MetaCreator)):
        encoded = _encode_tuples(individuals)
        if encoded is not None:
            return encoded
    encoding = encode([form.genome(individual) for individual in individuals])
    layout: Layout = "tagged" if ELLIPSIS in encoding else "native"
    if parent is gp.PrimitiveTree:
        return Encoded(encoding, "tagged", list(map(list.copy, individuals)))
    return Encoded(encoding, layout)


def _encode_lists(genomes: list[list[object]], form: Form) -> Encoded:
    if type(next(chain.from_iterable(genomes), None)) in SCALAR_DTYPES:
        rows = scalar_rows.encode_rows(genomes)
        if rows is not None:
            return Encoded(rows, "scalars", genomes)
    with suppress(ValueError):
        encoding = encode(genomes)
        if _is_of_numbers(encoding, genomes):
            return Encoded(encoding, "native", genomes)
        genes = list(chain.from_iterable(genomes))
        if NATIVE.issuperset(map(type, genes)):
            return Encoded(encoding, "native", genomes)
        native, constant = survey(genes)
        if native:
            return Encoded(encoding, "native", genomes if constant else None)
    if not is_immutable(genomes):
        return Encoded(encode([form(genome) for genome in genomes]), "tagged")
    distinct = {id(gene): gene for gene in chain.from_iterable(genomes)}  # many share their genes
    plain = {number: form(gene) for number, gene in distinct.items()}
    encoding = encode([[plain[id(gene)] for gene in genome] for genome in genomes])
    return Encoded(encoding, "tagged", genomes)


def encode_native(genes: list[object]) -> bytes | None:
    """Return the encoding of a list with one genome, whose genes are of native types, else None."""
    try:
        encoding = encode([genes])
    except ValueError:
        return None
    # The first byte of each value tells its type and so, for numbers, where the next value begins.
    size = len(encoding) - 2 * HEAD
    if encoding[2 * HEAD :: _FLOAT].count(b"g") * _FLOAT == size:
        return encoding
    if encoding[2 * HEAD :: HEAD].count(b"i") * HEAD == size:
        return encoding
    return encoding if NATIVE.issuperset(map(type, genes)) else None


def _encode_tuples(individuals: Sequence[tuple[object, ...]]) -> Encoded | None:
    """Encode tuples; returns None if one holds a value whose plain form differs from itself."""
    genomes = [tuple(tuple.__iter__(individual)) for individual in individuals]
    with suppress(ValueError):
        encoding = encode(genomes)
        if survey(genomes).native:
            return Encoded(encoding, "native")
    return None


def _is_of_numbers(encoding: bytes, genomes: Sequence[list[object]]) -> bool:
    """Return True if the encoding holds only flat lists of 32-bit ints, floats or truth values.

    The first byte of each value's encoding tells its type. Lists of floats or truth values must be
    equally long.
    """
    # The head of a list and an int have five bytes each, so that no other value can stand between
    # them. There is no list in a list, since there are only as many heads as genomes, plus one.
    codes = encoding[::HEAD]
    heads = codes.count(b"[")
    if heads == len(genomes) + 1 and heads + codes.count(b"i") == len(codes):
        return len(encoding) == HEAD * len(codes)
    return len(encoding) > _WORTH_A_TABLE and _is_of_rows(encoding, len(genomes), len(genomes[0]))


def _is_of_rows(encoding: bytes, count: int, genes: int) -> bool:
    size, rest = divmod(len(encoding) - HEAD, count)
    width = (size - HEAD) // max(genes, 1)
    if rest or width not in (1, _FLOAT):
        return False
    rows = numpy.frombuffer(encoding, "u1", offset=HEAD).reshape(count, size)
    if (rows[:, :HEAD] != rows[0, :HEAD]).any():
        return False
    codes = rows[:, HEAD::width]  # of the genes, as long as each of them is such a value
    alike = codes == ord("g") if width == _FLOAT else (codes == ord("T")) | (codes == ord("F"))
    return bool(alike.all())
