"""Random draws in bulk that are those of the module `random`, one by one.

`random.choice`, `randint` and `randrange` draw an index below n by rejection: as many random bits
as n has, again until the number is below n. The same is done here without a call of a Python
function a draw. `faithful` says whether this Python's `random` still does so.
"""

import random
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice, repeat

Bits = Callable[[int], int]


def indices_below(n: int, getrandbits: Bits | None = None) -> Iterator[int]:
    """An endless iterator over draws of `random.randrange(n)`; n must be 1 or more."""
    bits = getrandbits or random.getrandbits
    return filter(n.__gt__, map(bits, repeat(n.bit_length())))


def draw_below(n: int, count: int) -> list[int]:
    """`count` draws of `random.randrange(n)`."""
    return list(islice(indices_below(n), count))


@cache
def faithful() -> bool:
    """Whether the draws here are those of this Python's `random`, state afterwards included."""
    one, two = random.Random(11), random.Random(11)
    for n in (1, 2, 3, 7, 100, 256, 1000):
        ours = list(islice(indices_below(n, one.getrandbits), 20))
        if ours[:10] != [two.randrange(n) for _ in range(10)]:
            return False
        if ours[10:] != [two.choice(range(n)) for _ in range(10)]:
            return False
    return one.getstate() == two.getstate()
