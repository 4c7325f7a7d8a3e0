"""BBOB's functions from COCO's own code, where `ioh` has no wheel (3.13 and newer on x86-64).

The two agree in every bit, but for the last ones of some values of functions 6, 19, 21 and 22.
The optimum is that of Hansen, Finck, Ros, Auger, INRIA RR-6829: the quotient of two Cauchy-like
draws of BBOB's own generator, rounded to two decimals and cut at 1000.
"""

import math
from typing import Any

from evosweep.errors import InputError

DIMENSIONS = (2, 3, 5, 10, 20, 40)  # those that COCO has
_SHARED_SEED = {4: 3, 18: 17}  # functions that share their instances with another one
_MODULUS = 2147483647


class CocoFunction:
    """One BBOB function: called with a genome, it gives the objective; `optimum` is its best."""

    def __init__(self, function: int, instance: int, dimension: int) -> None:
        import cocoex

        if dimension not in DIMENSIONS:
            raise InputError(
                f"dimension must be one of {DIMENSIONS}, not {dimension}: the package ioh, which "
                "has the others, is not installed"
            )
        self._suite = cocoex.Suite("bbob", f"instances: {instance}", f"dimensions: {dimension}")
        self._problem: Any = self._suite.get_problem_by_function_dimension_instance(
            function, dimension, instance
        )
        self.optimum = optimum(function, instance)

    def __call__(self, genome: list[float]) -> float:
        return float(self._problem(genome))


def optimum(function: int, instance: int) -> float:
    """Return the objective value of the function's optimum."""
    seed = _SHARED_SEED.get(function, function) + 10_000 * instance
    ratio = _normal(seed) / _normal(seed + 1)
    return float(min(1000.0, max(-1000.0, math.floor(1e4 * ratio + 0.5) / 100)))


def _normal(seed: int) -> float:
    """Return one draw by Box and Muller's method."""
    first, second = _uniform(2, seed)
    return math.sqrt(-2 * math.log(first)) * math.cos(2 * math.pi * second) or 1e-99


def _uniform(count: int, seed: int) -> list[float]:
    """Lehmer's generator (16807), its output shuffled through a table of 32."""
    state = seed
    table = [0] * 32
    for place in reversed(range(40)):
        state = state * 16807 % _MODULUS
        if place < 32:
            table[place] = state
    last, drawn = table[0], []
    for _ in range(count):
        state = state * 16807 % _MODULUS
        place = last // 67108865
        last, table[place] = table[place], state
        drawn.append(last / _MODULUS or 1e-99)
    return drawn
