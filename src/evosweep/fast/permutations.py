"""Partially matched crossovers with DEAP's children and random draws.

At each point, DEAP swaps the two parents' genes, and then in each parent the gene that it has
twice. Such a step exchanges two numbers wherever they are, the same two in both parents. So all
steps together rename the numbers. This module computes the renaming from the parents' original
genes, and applies it once.
"""

import random
from array import array
from collections.abc import Iterable
from typing import TypeVar

from deap import tools

from evosweep.fast.crossover import two_points
from evosweep.fast.kinds import writes_as_array, writes_as_list
from evosweep.fast.shapes import Genes

IDENTITY = bytes(range(256))
_INTEGERS = frozenset((int,))
_WHOLE = frozenset("bBhHiIlLqQ")
Numbers = bytes | list[int]
Pairs = Iterable[tuple[int, int]]
Names = TypeVar("Names", bytearray, list[int])


def cx_partialy_matched(ind1: Genes, ind2: Genes) -> tuple[Genes, Genes]:
    """`deap.tools.cxPartialyMatched`: Goldberg and Lingle, 1985; genomes are permutations."""
    one, two = numbers(ind1), numbers(ind2)
    if one is None or two is None or len(one) != len(two) or len(one) < 2 or ind1 is ind2:
        stock: tuple[Genes, Genes] = tools.cxPartialyMatched(ind1, ind2)
        return stock
    start, end = two_points(len(one) + 1, len(one))
    pairs = zip(one[start:end], two[start:end], strict=True)
    ind1[:], ind2[:] = _renamed((one, two), pairs, (ind1, ind2))
    return ind1, ind2


def cx_uniform_partialy_matched(ind1: Genes, ind2: Genes, indpb: float) -> tuple[Genes, Genes]:
    """`deap.tools.cxUniformPartialyMatched`: Cicirello and Smith, 2000."""
    one, two = numbers(ind1), numbers(ind2)
    if one is None or two is None or len(one) != len(two) or ind1 is ind2:
        stock: tuple[Genes, Genes] = tools.cxUniformPartialyMatched(ind1, ind2, indpb)
        return stock
    draw = random.random
    pairs = [pair for pair in zip(one, two, strict=True) if draw() < indpb]
    ind1[:], ind2[:] = _renamed((one, two), pairs, (ind1, ind2))
    return ind1, ind2


def _renamed(
    both: tuple[Numbers, Numbers], pairs: Pairs, kinds: tuple[object, object]
) -> tuple["Numbers | array[int]", ...]:
    """Return both genomes after exchanging the two numbers of each pair."""
    one, two = both
    if isinstance(one, bytes) and isinstance(two, bytes):
        table = exchanged(bytearray(IDENTITY), pairs)
        renamed: list[Numbers] = [one.translate(table), two.translate(table)]
    else:
        names = exchanged(list(range(len(one))), pairs)
        renamed = [[names[number] for number in genome] for genome in both]
    return tuple(map(_as, kinds, renamed))


def _as(kind: object, genome: Numbers) -> "Numbers | array[int]":
    """Return the genes as an array of the typecode of `kind`, if that is an array."""
    return array(kind.typecode, list(genome)) if isinstance(kind, array) else genome


def exchanged(names: Names, pairs: Pairs) -> Names:
    """Return `names` after exchanging the names of the two numbers of each pair, in order."""
    for a, b in pairs:
        names[a], names[b] = names[b], names[a]
    return names


def numbers(genome: object) -> Numbers | None:
    """Return a permutation of 0 to n - 1, in bytes up to 256; None for any other genome."""
    kind = type(genome)
    if isinstance(genome, array) and writes_as_array(kind) and genome.typecode in _WHOLE:
        plain = genome.tolist()
    elif isinstance(genome, list) and writes_as_list(kind):
        plain = genome
        if not _INTEGERS.issuperset(map(type, genome)):
            return None
    else:
        return None
    size = len(plain)
    if size > len(IDENTITY):
        return list(plain) if set(plain) == set(range(size)) else None
    try:
        code = bytes(plain)
    except ValueError:  # a number that is too large for a byte
        return None
    # Deleting the numbers of the genome from all numbers must leave none.
    return None if IDENTITY[:size].translate(None, code) else code
