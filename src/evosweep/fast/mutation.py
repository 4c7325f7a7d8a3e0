"""Mutations with DEAP's mutants and random draws, at less cost per gene.

Genes are drawn, read and written in DEAP's order.
"""

import random
from collections.abc import Iterator, Sequence

from deap import tools

from evosweep.fast.draws import indices_below
from evosweep.fast.shapes import Genes, Genome

Number = int | float


def mut_flip_bit(individual: Genes, indpb: float) -> tuple[Genes]:
    """`deap.tools.mutFlipBit`."""
    draw = random.random
    # The generator draws again only after a gene was written, as in DEAP's loop.
    for i in (i for i in range(len(individual)) if draw() < indpb):
        individual[i] = type(individual[i])(not individual[i])
    return (individual,)


def mut_shuffle_indexes(individual: Genes, indpb: float) -> tuple[Genes]:
    """`deap.tools.mutShuffleIndexes`."""
    size = len(individual)
    if size < 2:
        stock: tuple[Genes] = tools.mutShuffleIndexes(individual, indpb)
        return stock
    shuffle_indexes(individual, indpb, indices_below(size - 1))
    return (individual,)


def shuffle_indexes(genes: Genome, indpb: float, others: Iterator[int]) -> None:
    """Swap each gene, with probability `indpb`, with the gene at the next index of `others`."""
    draw = random.random
    for i in range(len(genes)):
        if draw() < indpb:
            other = next(others)
            if other >= i:
                other += 1
            genes[i], genes[other] = genes[other], genes[i]


def mut_gaussian(
    individual: Genes, mu: float | Sequence[float], sigma: float | Sequence[float], indpb: float
) -> tuple[Genes]:
    """`deap.tools.mutGaussian`."""
    if not isinstance(mu, Number) or not isinstance(sigma, Number):
        stock: tuple[Genes] = tools.mutGaussian(individual, mu, sigma, indpb)
        return stock
    draw, gauss = random.random, random.gauss
    for i in range(len(individual)):
        if draw() < indpb:
            individual[i] += gauss(mu, sigma)
    return (individual,)


def mut_polynomial_bounded(
    individual: Genes,
    eta: float,
    low: float | Sequence[float],
    up: float | Sequence[float],
    indpb: float,
) -> tuple[Genes]:
    """`deap.tools.mutPolynomialBounded`: Deb and Goyal, 1996."""
    if not isinstance(low, Number) or not isinstance(up, Number):
        stock: tuple[Genes] = tools.mutPolynomialBounded(
            individual, eta=eta, low=low, up=up, indpb=indpb
        )
        return stock
    draw = random.random
    for i in range(len(individual)):
        if draw() <= indpb:
            individual[i] = _polynomial(individual[i], eta, low, up)
    return (individual,)


def _polynomial(gene: Number, eta: float, low: float, up: float) -> Number:
    width = up - low
    below, above = (gene - low) / width, (up - gene) / width
    rand, root = random.random(), 1.0 / (eta + 1.0)
    if rand < 0.5:
        value = 2.0 * rand + (1.0 - 2.0 * rand) * (1.0 - below) ** (eta + 1)
        step = value**root - 1.0
    else:
        value = 2.0 * (1.0 - rand) + 2.0 * (rand - 0.5) * (1.0 - above) ** (eta + 1)
        step = 1.0 - value**root
    mutant: Number = min(max(gene + step * width, low), up)
    return mutant
