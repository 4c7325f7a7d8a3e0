"""Genomes of random numbers, with DEAP's draws at less cost each."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

from deap import tools

from evosweep.fast.birth import maker
from evosweep.fast.draws import draw_below, shuffled

_MOST = 2**62  # numbers to draw from: their indices are held in 64 bits
_REALS = {int, float}
Genes = list[Any]


def init_repeat(container: Callable[..., Any], func: Callable[[], Any], n: int) -> Any:
    """`deap.tools.initRepeat`: a container of `n` calls of `func`."""
    genes = _genes(func) if isinstance(container, type) and issubclass(container, list) else None
    return tools.initRepeat(container, func, n) if genes is None else maker(container)(genes(n))


def _genes(func: Any) -> Callable[[int], Genes] | None:
    """What makes so many of the random numbers that `func` was registered to draw, if it was."""
    if not isinstance(func, partial) or func.keywords or len(func.args) != 2:
        return None
    low, high = func.args
    kinds = {type(low), type(high)}
    if func.func == random.randint and kinds == {int} and 0 <= high - low < _MOST:
        return partial(_integers, low, high)
    if func.func == random.uniform and kinds <= _REALS:
        return partial(_reals, low, high)
    return None


def _integers(low: int, high: int, n: int) -> Genes:
    draws: Genes = draw_below(high - low + 1, n).tolist()
    return list(map(low.__add__, draws)) if low else draws


def _reals(low: float, high: float, n: int) -> Genes:
    draw, width = random.random, high - low
    return [low + width * draw() for _ in range(n)]


def sample(population: Any, k: int, *, counts: Any = None) -> list[Any]:
    """`random.sample`: here of all of a range, a random permutation."""
    if counts is not None or type(population) is not range or k != len(population):
        return random.sample(population, k, counts=counts)
    return shuffled(population)
