"""Crossovers with DEAP's children and random draws, at less cost per gene.

Each leaves genomes that it does not support to DEAP. It reads, draws and writes in DEAP's order, so
that genomes of any kind behave the same.
"""

import random
from collections.abc import Sequence

from deap import tools

from evosweep.fast.draws import indices_below
from evosweep.fast.shapes import Genes


def cx_one_point(ind1: Genes, ind2: Genes) -> tuple[Genes, Genes]:
    """`deap.tools.cxOnePoint`."""
    size = min(len(ind1), len(ind2))
    if size < 2:
        stock: tuple[Genes, Genes] = tools.cxOnePoint(ind1, ind2)
        return stock
    point = 1 + next(indices_below(size - 1))
    ind1[point:], ind2[point:] = ind2[point:], ind1[point:]
    return ind1, ind2


def cx_two_point(ind1: Genes, ind2: Genes) -> tuple[Genes, Genes]:
    """`deap.tools.cxTwoPoint`."""
    size = min(len(ind1), len(ind2))
    if size < 2:
        stock: tuple[Genes, Genes] = tools.cxTwoPoint(ind1, ind2)
        return stock
    start, end = two_points(size, size - 1)
    start, end = start + 1, end + 1
    ind1[start:end], ind2[start:end] = ind2[start:end], ind1[start:end]
    return ind1, ind2


def cx_uniform(ind1: Genes, ind2: Genes, indpb: float) -> tuple[Genes, Genes]:
    """`deap.tools.cxUniform`."""
    draw = random.random
    # The generator draws again only after a gene was written, as in DEAP's loop.
    for i in (i for i in range(min(len(ind1), len(ind2))) if draw() < indpb):
        ind1[i], ind2[i] = ind2[i], ind1[i]
    return ind1, ind2


def cx_blend(ind1: Genes, ind2: Genes, alpha: float) -> tuple[Genes, Genes]:
    """`deap.tools.cxBlend`: Eshelman and Schaffer, 1993."""
    if type(alpha) not in (float, int):
        stock: tuple[Genes, Genes] = tools.cxBlend(ind1, ind2, alpha)
        return stock
    draw, width = random.random, 1.0 + 2.0 * alpha
    for i, (x1, x2) in enumerate(zip(ind1, ind2, strict=False)):
        gamma = width * draw() - alpha
        ind1[i] = (1.0 - gamma) * x1 + gamma * x2
        ind2[i] = gamma * x1 + (1.0 - gamma) * x2
    return ind1, ind2


def cx_simulated_binary_bounded(
    ind1: Genes,
    ind2: Genes,
    eta: float,
    low: float | Sequence[float],
    up: float | Sequence[float],
) -> tuple[Genes, Genes]:
    """`deap.tools.cxSimulatedBinaryBounded`: Deb and Agrawal, 1995."""
    size = min(len(ind1), len(ind2))
    lows, ups = bounds(low, size), bounds(up, size)
    if lows is None or ups is None or type(eta) not in (int, float) or not eta >= 0:
        stock: tuple[Genes, Genes] = tools.cxSimulatedBinaryBounded(
            ind1, ind2, eta=eta, low=low, up=up
        )
        return stock
    draw, power, root = random.random, -(eta + 1), 1.0 / (eta + 1)
    for i in range(size):
        if draw() > 0.5:
            continue
        x1, x2 = ind1[i], ind2[i]
        if not abs(x1 - x2) > 1e-14:
            continue
        if x2 < x1:
            x1, x2 = x2, x1
        xl, xu, span, rand = lows[i], ups[i], x2 - x1, draw()
        c1 = 0.5 * (x1 + x2 - _spread(2.0 * (x1 - xl) / span, rand, power, root) * span)
        c2 = 0.5 * (x1 + x2 + _spread(2.0 * (xu - x2) / span, rand, power, root) * span)
        c1 = min(max(c1, xl), xu)
        c2 = min(max(c2, xl), xu)
        ind1[i], ind2[i] = (c2, c1) if draw() <= 0.5 else (c1, c2)
    return ind1, ind2


def _spread(room: float, rand: float, power: float, root: float) -> float:
    """Return the distance between the children, given the room up to a bound."""
    alpha = 2.0 - (1.0 + room) ** power
    scaled = rand * alpha
    spread: float = (scaled if rand <= 1.0 / alpha else 1.0 / (2.0 - scaled)) ** root
    return spread


def bounds(bound: float | Sequence[float], size: int) -> Sequence[float] | None:
    """Return one bound for each gene; None for forms of bounds that only DEAP handles."""
    if type(bound) in (int, float) and isinstance(bound, int | float):
        return [bound] * size
    if type(bound) in (list, tuple) and isinstance(bound, list | tuple):
        return bound if len(bound) >= size else None
    return None


def two_points(below_first: int, below_second: int) -> tuple[int, int]:
    """Draw two different points, below `below_first` and `below_second`; returns them in order."""
    first = next(indices_below(below_first))
    second = next(indices_below(below_second))
    return (first, second + 1) if second >= first else (second, first)
