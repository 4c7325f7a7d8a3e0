"""Mutations with DEAP's mutants and random draws, at less cost a gene.

Which genes mutate is drawn in one pass where a mutation draws nothing further; where it does, the
draws come gene by gene as in DEAP.
"""

import random
from collections.abc import Iterator
from typing import Any

from deap import tools

from evosweep.fast.draws import indices_below

Mutant = tuple[Any]


def mut_flip_bit(individual: Any, indpb: float) -> Mutant:
    """`deap.tools.mutFlipBit`."""
    draw = random.random
    for i in [i for i in range(len(individual)) if draw() < indpb]:
        gene = individual[i]
        individual[i] = type(gene)(not gene)
    return (individual,)


def mut_shuffle_indexes(individual: Any, indpb: float) -> Mutant:
    """`deap.tools.mutShuffleIndexes`."""
    size = len(individual)
    if size < 2:
        return tools.mutShuffleIndexes(individual, indpb)  # type: ignore[no-any-return]
    shuffle_indexes(individual, indpb, indices_below(size - 1))
    return (individual,)


def shuffle_indexes(genes: Any, indpb: float, others: Iterator[int]) -> None:
    """Swap each gene with probability `indpb` with one of the others, as `others` numbers them."""
    draw = random.random
    for i in range(len(genes)):
        if draw() < indpb:
            other = next(others)
            if other >= i:
                other += 1
            genes[i], genes[other] = genes[other], genes[i]


def mut_gaussian(individual: Any, mu: Any, sigma: Any, indpb: float) -> Mutant:
    """`deap.tools.mutGaussian`."""
    if not isinstance(mu, int | float) or not isinstance(sigma, int | float):
        return tools.mutGaussian(individual, mu, sigma, indpb)  # type: ignore[no-any-return]
    draw, gauss = random.random, random.gauss
    for i in range(len(individual)):
        if draw() < indpb:
            individual[i] += gauss(mu, sigma)
    return (individual,)


def mut_polynomial_bounded(individual: Any, eta: float, low: Any, up: Any, indpb: float) -> Mutant:
    """`deap.tools.mutPolynomialBounded`: Deb and Goyal, 1996."""
    if not isinstance(low, int | float) or not isinstance(up, int | float):
        return tools.mutPolynomialBounded(  # type: ignore[no-any-return]
            individual, eta, low, up, indpb
        )
    draw = random.random
    for i in range(len(individual)):
        if draw() <= indpb:
            individual[i] = _polynomial(individual[i], draw(), eta, low, up)
    return (individual,)


def _polynomial(gene: Any, rand: float, eta: float, low: float, up: float) -> Any:
    width = up - low
    if rand < 0.5:
        near = 1.0 - (gene - low) / width
        value = 2.0 * rand + (1.0 - 2.0 * rand) * near ** (eta + 1)
        step = value ** (1.0 / (eta + 1.0)) - 1.0
    else:
        near = 1.0 - (up - gene) / width
        value = 2.0 * (1.0 - rand) + 2.0 * (rand - 0.5) * near ** (eta + 1)
        step = 1.0 - value ** (1.0 / (eta + 1.0))
    return min(max(gene + step * width, low), up)
