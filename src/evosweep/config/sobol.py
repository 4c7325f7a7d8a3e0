"""Sobol' points as whole numbers of 32 bits, scrambled by an exact rule.

The direction numbers are those of Joe and Kuo (Constructing Sobol' sequences with better
two-dimensional projections, SIAM J. Sci. Comput. 30, 2008; their table new-joe-kuo-6.21201), which
SciPy has too: without scrambling the points are those of `scipy.stats.qmc.Sobol`. The scrambling is
Owen's (Randomly permuted (t,m,s)-nets and (t,s)-sequences, 1995) with bits of SHA-256. SciPy draws
its own from NumPy's generator, whose stream may change between versions, and with it every value.
"""

from collections.abc import Sequence
from functools import cache, lru_cache, reduce
from operator import xor

from evosweep.config.digits import BITS, digest

_BLOCK = 8  # levels of the tree of prefixes to which one digest of 256 bits gives a bit per node

# For each parameter after the first: a primitive polynomial, and the first direction numbers.
_JOE_AND_KUO: tuple[tuple[int, tuple[int, ...]], ...] = (
    (3, (1,)),
    (7, (1, 3)),
    (11, (1, 3, 1)),
    (13, (1, 1, 1)),
    (19, (1, 1, 3, 3)),
    (25, (1, 3, 5, 13)),
    (37, (1, 1, 5, 5, 17)),
    (41, (1, 1, 5, 5, 5)),
    (47, (1, 1, 7, 11, 19)),
    (55, (1, 1, 5, 1, 1)),
    (59, (1, 1, 1, 3, 11)),
    (61, (1, 3, 5, 5, 31)),
    (67, (1, 3, 3, 9, 7, 49)),
    (91, (1, 1, 1, 15, 21, 21)),
    (97, (1, 3, 1, 13, 27, 49)),
    (103, (1, 1, 1, 15, 7, 5)),
    (109, (1, 3, 1, 15, 13, 25)),
    (115, (1, 1, 5, 5, 19, 61)),
    (131, (1, 3, 7, 11, 23, 15, 103)),
)
MOST_PARAMETERS = 1 + len(_JOE_AND_KUO)


def plain_point(place: int, count: int) -> list[int]:
    """Return the unscrambled coordinates of one point of the sequence, in units of 2**-32."""
    gray = place ^ place >> 1
    bits = [bit for bit in range(gray.bit_length()) if gray >> bit & 1]
    return [reduce(xor, (_directions(axis)[bit] for bit in bits), 0) for axis in range(count)]


def point(place: int, names: Sequence[str], seed: int) -> list[int]:
    """Return the coordinates of one scrambled point, one for each name."""
    plain = plain_point(place, len(names))
    return [_scrambled(value, name, seed) for value, name in zip(plain, names, strict=True)]


def _scrambled(value: int, name: str, seed: int) -> int:
    """Return `value` with each bit flipped, or not, depending on the bits above it."""
    for start in range(0, BITS, _BLOCK):
        above, shift = value >> (BITS - start), BITS - start - _BLOCK
        flips = _flips(seed, name, start, above)
        value ^= _mask(flips, value >> shift & (2**_BLOCK - 1)) << shift
    return value


@lru_cache(2**16)
def _flips(seed: int, name: str, start: int, above: int) -> int:
    return int.from_bytes(digest("sobol", seed, name, start, above))


def _mask(flips: int, block: int) -> int:
    """Return which bits of a block are flipped: node 1 is its first bit, 2 and 3 its second."""
    nodes = (1 << level | block >> (_BLOCK - level) for level in range(_BLOCK))
    return sum((flips >> node & 1) << (_BLOCK - 1 - level) for level, node in enumerate(nodes))


@cache
def _directions(axis: int) -> tuple[int, ...]:
    if axis == 0:
        return tuple(1 << (BITS - 1 - bit) for bit in range(BITS))
    polynomial, first = _JOE_AND_KUO[axis - 1]
    degree, numbers = len(first), list(first)
    for place in range(degree, BITS):
        number = numbers[place - degree] ^ numbers[place - degree] << degree
        for step in range(1, degree):
            if polynomial >> (degree - step) & 1:
                number ^= numbers[place - step] << step
        numbers.append(number)
    return tuple(number << (BITS - 1 - place) for place, number in enumerate(numbers))
