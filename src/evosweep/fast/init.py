"""Genomes of random integers, with DEAP's draws at less cost each."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

from deap import tools

from evosweep.fast.draws import draw_below, shuffled

_MOST = 2**62  # numbers to draw from: their indices are held in 64 bits


def init_repeat(container: Callable[..., Any], func: Callable[[], Any], n: int) -> Any:
    """`deap.tools.initRepeat`: a container of `n` calls of `func`."""
    bounds = _bounds(func)
    if bounds is None or not isinstance(container, type) or not issubclass(container, list):
        return tools.initRepeat(container, func, n)
    low, high = bounds
    draws = draw_below(high - low + 1, n).tolist()
    return container(map(low.__add__, draws) if low else draws)


def _bounds(func: Any) -> tuple[int, int] | None:
    """The bounds of a registered `random.randint`, where it is one."""
    if not isinstance(func, partial) or func.func != random.randint or func.keywords:
        return None
    if len(func.args) != 2 or set(map(type, func.args)) != {int}:
        return None
    low, high = func.args
    return func.args if 0 <= high - low < _MOST else None


def sample(population: Any, k: int, *, counts: Any = None) -> list[Any]:
    """`random.sample`: here of all of a range, a random permutation."""
    if counts is not None or type(population) is not range or k != len(population):
        return random.sample(population, k, counts=counts)
    return shuffled(population)
