"""Genomes of random integers drawn in bulk, with DEAP's draws."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

from deap import tools

from evosweep.fast.draws import draw_below


def init_repeat(container: Callable[..., Any], func: Callable[[], Any], n: int) -> Any:
    """`deap.tools.initRepeat`: a container of `n` calls of `func`."""
    bounds = _bounds(func)
    if bounds is None or not isinstance(container, type) or not issubclass(container, list):
        return tools.initRepeat(container, func, n)
    low, high = bounds
    draws = draw_below(high - low + 1, n)
    return container(map(low.__add__, draws) if low else draws)


def _bounds(func: Any) -> tuple[int, int] | None:
    """The bounds of a registered `random.randint`, where it is one."""
    if not isinstance(func, partial) or func.func != random.randint or func.keywords:
        return None
    if len(func.args) != 2 or set(map(type, func.args)) != {int} or func.args[0] > func.args[1]:
        return None
    return func.args
