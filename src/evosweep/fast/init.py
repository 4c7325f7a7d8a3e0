"""Make genomes of random numbers, with DEAP's draws but less overhead."""

import random
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from deap import tools

from evosweep.fast.birth import maker
from evosweep.fast.draws import draw_below, shuffled
from evosweep.fast.kinds import is_count
from evosweep.fast.shapes import Anything

_MOST = 2**62  # most numbers to draw from: an index has 64 bits
Drawn = list[int] | list[float]


def init_repeat(
    container: Callable[[Iterable[object]], Anything], func: Callable[[], object], n: int
) -> Anything:
    """`deap.tools.initRepeat`: a container of `n` calls of `func`."""
    genes = _genes(func) if is_count(n) else None
    make = maker(container) if genes is not None else None
    if genes is None or make is None:
        stock: Anything = tools.initRepeat(container, func, n)
        return stock
    return make(genes(n))


def _genes(func: Callable[[], object]) -> Callable[[int], Drawn] | None:
    """Return a function that makes n numbers as n calls of `func` would; None if it cannot."""
    if type(func) is not partial or func.keywords or len(func.args) != 2:
        return None
    low, high = func.args
    if func.func == random.randint and type(low) is type(high) is int:
        return partial(_integers, low, high) if 0 <= high - low < _MOST else None
    if func.func == random.uniform and {type(low), type(high)} <= {int, float}:
        return partial(_reals, low, high)
    return None


def _integers(low: int, high: int, n: int) -> list[int]:
    draws: list[int] = draw_below(high - low + 1, n).tolist()
    return list(map(low.__add__, draws)) if low else draws


def _reals(low: float, high: float, n: int) -> list[float]:
    draw, width = random.random, high - low
    return [low + width * draw() for _ in range(n)]


def sample(
    population: Sequence[Anything], k: int, *, counts: Iterable[int] | None = None
) -> list[Anything]:
    """`random.sample`, faster for a random permutation of a whole range."""
    whole = isinstance(population, range) and type(k) is int and k == len(population)
    if not whole or counts is not None:
        return random.sample(population, k, counts=counts)
    return list(map(population.__getitem__, shuffled(range(k))))
