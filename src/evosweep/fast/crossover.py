"""Crossovers with DEAP's children and random draws, at less cost a gene.

Each falls back to DEAP's own where the genomes are not what it knows how to vary.
"""

import random
from typing import Any

from deap import tools

from evosweep.fast.draws import indices_below

Pair = tuple[Any, Any]


def cx_one_point(first: Any, second: Any) -> Pair:
    """`deap.tools.cxOnePoint`."""
    size = min(len(first), len(second))
    if size < 2:
        return tools.cxOnePoint(first, second)  # type: ignore[no-any-return]
    point = 1 + next(indices_below(size - 1))
    first[point:], second[point:] = second[point:], first[point:]
    return first, second


def cx_two_point(first: Any, second: Any) -> Pair:
    """`deap.tools.cxTwoPoint`."""
    size = min(len(first), len(second))
    if size < 2:
        return tools.cxTwoPoint(first, second)  # type: ignore[no-any-return]
    start, end = two_points(size, size - 1)
    start, end = start + 1, end + 1
    first[start:end], second[start:end] = second[start:end], first[start:end]
    return first, second


def cx_uniform(first: Any, second: Any, indpb: float) -> Pair:
    """`deap.tools.cxUniform`."""
    draw = random.random
    for i in [i for i in range(min(len(first), len(second))) if draw() < indpb]:
        first[i], second[i] = second[i], first[i]
    return first, second


def cx_blend(first: Any, second: Any, alpha: float) -> Pair:
    """`deap.tools.cxBlend`: Eshelman and Schaffer, 1993."""
    draw, width = random.random, 1.0 + 2.0 * alpha
    for i, (x1, x2) in enumerate(zip(first, second, strict=False)):
        gamma = width * draw() - alpha
        first[i] = (1.0 - gamma) * x1 + gamma * x2
        second[i] = gamma * x1 + (1.0 - gamma) * x2
    return first, second


def cx_simulated_binary_bounded(first: Any, second: Any, eta: float, low: Any, up: Any) -> Pair:
    """`deap.tools.cxSimulatedBinaryBounded`: Deb and Agrawal, 1995."""
    size = min(len(first), len(second))
    lows, ups = _bounds(low, size), _bounds(up, size)
    if lows is None or ups is None:
        return tools.cxSimulatedBinaryBounded(  # type: ignore[no-any-return]
            first, second, eta, low, up
        )
    draw, power, root = random.random, -(eta + 1), 1.0 / (eta + 1)
    for i in range(size):
        if draw() > 0.5:
            continue
        x1, x2 = first[i], second[i]
        if not abs(x1 - x2) > 1e-14:
            continue
        if x2 < x1:
            x1, x2 = x2, x1
        xl, xu, span, rand = lows[i], ups[i], x2 - x1, draw()
        c1 = 0.5 * (x1 + x2 - _spread(2.0 * (x1 - xl) / span, rand, power, root) * span)
        c2 = 0.5 * (x1 + x2 + _spread(2.0 * (xu - x2) / span, rand, power, root) * span)
        c1 = min(max(c1, xl), xu)
        c2 = min(max(c2, xl), xu)
        first[i], second[i] = (c2, c1) if draw() <= 0.5 else (c1, c2)
    return first, second


def _spread(room: Any, rand: float, power: float, root: float) -> Any:
    """How far the children lie apart, given the room up to a bound."""
    alpha = 2.0 - (1.0 + room) ** power
    scaled = rand * alpha
    return (scaled if rand <= 1.0 / alpha else 1.0 / (2.0 - scaled)) ** root


def _bounds(bound: Any, size: int) -> Any:
    """A bound a gene, or None where DEAP's own reading of it is needed."""
    if isinstance(bound, int | float):
        return [bound] * size
    return bound if isinstance(bound, list | tuple) and len(bound) >= size else None


def two_points(below_first: int, below_second: int) -> tuple[int, int]:
    """Two different points in order, the first drawn below one number, the second below another."""
    first = next(indices_below(below_first))
    second = next(indices_below(below_second))
    return (first, second + 1) if second >= first else (second, first)
