"""Partially matched crossovers with DEAP's children and random draws.

DEAP swaps, at one point after the other, the two parents' genes there, and in each parent the gene
that it then has twice. Each such step exchanges two numbers wherever they stand, the same two in
both parents. So all of them together are one renaming of the numbers, found from the parents' genes
as they were and applied once.
"""

import random
from array import array
from collections.abc import Iterable
from typing import Any, TypeVar

from deap import tools

from evosweep.fast.crossover import Pair, two_points

IDENTITY = bytes(range(256))
_INTEGERS = frozenset((int,))
_WHOLE = frozenset("bBhHiIlLqQ")
Numbers = bytes | list[int]
Names = TypeVar("Names", bytearray, list[int])


def cx_partialy_matched(first: Any, second: Any) -> Pair:
    """`deap.tools.cxPartialyMatched`: Goldberg and Lingle, 1985; genomes are permutations."""
    one, two = numbers(first), numbers(second)
    if one is None or two is None or len(one) != len(two) or len(one) < 2:
        return tools.cxPartialyMatched(first, second)  # type: ignore[no-any-return]
    start, end = two_points(len(one) + 1, len(one))
    pairs = zip(one[start:end], two[start:end], strict=True)
    return _renamed(first, second, one, two, pairs)


def cx_uniform_partialy_matched(first: Any, second: Any, indpb: float) -> Pair:
    """`deap.tools.cxUniformPartialyMatched`: Cicirello and Smith, 2000."""
    one, two = numbers(first), numbers(second)
    if one is None or two is None or len(one) != len(two):
        return tools.cxUniformPartialyMatched(  # type: ignore[no-any-return]
            first, second, indpb
        )
    draw = random.random
    pairs = [pair for pair in zip(one, two, strict=True) if draw() < indpb]
    return _renamed(first, second, one, two, pairs)


def _renamed(first: Any, second: Any, one: Numbers, two: Numbers, pairs: Iterable[Any]) -> Pair:
    """Both with the two numbers of each pair exchanged, looked up by what they were before."""
    if isinstance(one, bytes) and isinstance(two, bytes):
        table = exchanged(bytearray(IDENTITY), pairs)
        _write(first, one.translate(table))
        _write(second, two.translate(table))
    else:
        names = exchanged(list(range(len(one))), pairs)
        _write(first, [names[number] for number in one])
        _write(second, [names[number] for number in two])
    return first, second


def exchanged(names: Names, pairs: Iterable[Any]) -> Names:
    """`names` with those of the two numbers of each pair exchanged, one pair after the other."""
    for a, b in pairs:
        names[a], names[b] = names[b], names[a]
    return names


def _write(genome: Any, new: Numbers) -> None:
    genome[:] = array(genome.typecode, list(new)) if isinstance(genome, array) else new


def numbers(genome: Any) -> Numbers | None:
    """A permutation of 0 to n - 1, in bytes up to 256; None for any other genome."""
    if isinstance(genome, array) and genome.typecode in _WHOLE:
        plain = genome.tolist()
    elif isinstance(genome, list) and _INTEGERS.issuperset(map(type, genome)):
        plain = genome
    else:
        return None
    size = len(plain)
    if size > len(IDENTITY):
        return list(plain) if set(plain) == set(range(size)) else None
    try:
        code = bytes(plain)
    except ValueError:  # a number that no byte holds
        return None
    # Of all numbers that should be there, those that are get deleted: none is left over.
    return None if IDENTITY[:size].translate(None, code) else code
