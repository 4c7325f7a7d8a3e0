"""Make genomes of random numbers, with DEAP's draws but less overhead."""

import random
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import cast

from deap import tools

from evosweep.fast.birth import bearer, maker
from evosweep.fast.draws import draw_below, shuffled
from evosweep.fast.kinds import is_count
from evosweep.fast.shapes import Anything

_MOST = 2**62  # most numbers to draw from: an index has 64 bits
_AT_ONCE = 65536  # most numbers in memory beside the individuals
Drawn = list[int] | list[float]


def init_repeat(
    container: Callable[[Iterable[object]], Anything], func: Callable[[], object], n: int
) -> Anything:
    """`deap.tools.initRepeat`: a container of `n` calls of `func`."""
    rows = _rows(func, n) if container is list and is_count(n) else None
    if rows is not None:
        return cast(Anything, rows)
    genes = _genes(func) if is_count(n) else None
    make = maker(container) if genes is not None else None
    if genes is None or make is None:
        stock: Anything = tools.initRepeat(container, func, n)
        return stock
    return make(genes(n))


def _rows(func: Callable[[], object], n: int) -> list[object] | None:
    """Return n individuals whose genes are drawn many at once; None if it cannot."""
    if type(func) is not partial or func.func is not init_repeat or func.keywords:
        return None
    if len(func.args) != 3 or not is_count(func.args[2], 1):
        return None
    container, gene, size = func.args
    genes, bears = _genes(gene), bearer(container)
    if genes is None or bears is None:
        return None
    rows: list[object] = []
    most = max(1, _AT_ONCE // size)
    for done in range(0, n, most):
        count = min(most, n - done)
        drawn = genes(count * size)
        rows += bears([drawn[at : at + size] for at in range(0, count * size, size)])
    return rows


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
