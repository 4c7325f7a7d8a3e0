"""Draw many random numbers at once, equal to single draws of the module `random`.

`random.choice`, `randint` and `randrange` draw an index below n by rejection: they draw as many
bits as n has, until the number is below n. `random.random` makes a float from 53 bits of two words.
Both read words of 32 bits, of which `getrandbits` can return many at once. `faithful` tells if this
Python's `random` still works like this.
"""

import random
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice, repeat

import numpy as np
from numpy.typing import NDArray

Bits = Callable[[int], int]
_FEW = 32  # up to this number of indices, single draws are faster


def words(count: int, getrandbits: Bits | None = None) -> NDArray[np.uint32]:
    """Return the next `count` words of the generator, of 32 bits each."""
    bits = (getrandbits or random.getrandbits)(32 * count)
    return np.frombuffer(bits.to_bytes(4 * count, "little"), dtype="<u4")


def floats(count: int, getrandbits: Bits | None = None) -> NDArray[np.float64]:
    """Return `count` draws of `random.random()`."""
    drawn = words(2 * count, getrandbits)
    high, low = drawn[::2] >> np.uint32(5), drawn[1::2] >> np.uint32(6)
    return (high * 67108864.0 + low) * (1.0 / 9007199254740992.0)


def indices_below(n: int, getrandbits: Bits | None = None) -> Iterator[int]:
    """Return an endless iterator over draws of `random.randrange(n)`; n must be 1 or more."""
    bits = getrandbits or random.getrandbits
    return filter(n.__gt__, map(bits, repeat(n.bit_length())))


def draw_below(n: int, count: int, getrandbits: Bits | None = None) -> NDArray[np.intp]:
    """Return `count` draws of `random.randrange(n)`, for an n below 2**63."""
    drawn = np.empty(count, dtype=np.intp)
    shift, done = 32 - n.bit_length(), 0
    while count - done > _FEW and shift >= 0:
        # It draws at most as many words as indices are missing, so that it never draws too many.
        few = words(count - done, getrandbits) >> np.uint32(shift)
        few = few[few < n]
        drawn[done : done + len(few)] = few
        done += len(few)
    drawn[done:] = list(islice(indices_below(n, getrandbits), count - done))
    return drawn


def shuffled(numbers: range, getrandbits: Bits | None = None) -> list[int]:
    """Return `random.sample(numbers, len(numbers))`: the last number replaces the drawn one."""
    pool, bits, drawn = list(numbers), getrandbits or random.getrandbits, []
    for left in range(len(pool), 0, -1):
        width = left.bit_length()
        while (index := bits(width)) >= left:
            pass
        drawn.append(pool[index])
        pool[index] = pool[left - 1]
    return drawn


@cache
def faithful() -> bool:
    """Return True if the draws here, and the state afterwards, equal those of Python's `random`."""
    one, two = random.Random(11), random.Random(11)
    bits = one.getrandbits
    for n in (1, 2, 3, 7, 100, 256, 1000):
        ours: list[float] = [*islice(indices_below(n, bits), 20), *draw_below(n, 90, bits).tolist()]
        ours += [*floats(5, bits).tolist(), *shuffled(range(n), bits)]
        theirs: list[float] = [two.randrange(n) for _ in range(10)]
        theirs += [two.choice(range(n)) for _ in range(100)]
        theirs += [*(two.random() for _ in range(5)), *two.sample(range(n), n)]
        if ours != theirs:
            return False
    return one.getstate() == two.getstate()
