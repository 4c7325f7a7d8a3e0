"""CMA-ES's generate and update with DEAP's results.

Hansen and Ostermeier: Completely derandomized self-adaptation in evolution strategies, Evolutionary
Computation 9(2), 2001. Every operation keeps DEAP's order, since floating point is not associative.
The time is saved by making the array of the individuals only once, and by not comparing fitness
objects.
"""

from collections.abc import Callable, Iterable
from itertools import chain
from math import sqrt
from types import MethodType
from typing import Protocol, cast

import numpy as np
from deap import cma

from evosweep.fast.birth import maker
from evosweep.fast.fitnesses import Floats, keys
from evosweep.fast.kinds import reads_as_list
from evosweep.fast.matrices import matrix
from evosweep.fast.shapes import Anything, Operator, RealVector

_FLOATS = frozenset((float, np.float64))


class Strategy(Protocol):
    """`cma.Strategy`, with its own names."""

    centroid: Floats
    sigma: float
    dim: int
    lambda_: int
    mu: int
    weights: Floats
    mueff: float
    chiN: float
    update_count: int
    pc: Floats
    ps: Floats
    C: Floats
    B: Floats
    BD: Floats
    diagD: Floats
    cond: float
    cc: float
    cs: float
    ccov1: float
    ccovmu: float
    damps: float


def method(bound: MethodType) -> Operator | None:
    """Return the faster twin of a bound method of `cma.Strategy`, if there is one."""
    twins: dict[object, Operator] = {
        cma.Strategy.generate: generate,
        cma.Strategy.update: update,
    }
    if type(bound.__self__) is not cma.Strategy or bound.__func__ not in twins:
        return None
    return MethodType(twins[bound.__func__], bound.__self__)


def generate(
    strategy: Strategy, ind_init: Callable[[Iterable[object]], Anything]
) -> list[Anything]:
    """`deap.cma.Strategy.generate`."""
    make = maker(ind_init) or ind_init
    samples = np.random.standard_normal((strategy.lambda_, strategy.dim))
    samples = strategy.centroid + strategy.sigma * np.dot(samples, strategy.BD.T)
    return list(map(make, samples))


def update(strategy: Strategy, population: list[RealVector]) -> None:
    """`deap.cma.Strategy.update`."""
    values = keys(population) if type(population) is list else None
    if values is None or len(population) < strategy.mu:
        cma.Strategy.update(strategy, population)
        return
    order = sorted(range(len(population)), key=values.__getitem__, reverse=True)
    population[:] = [population[index] for index in order]
    parents = _array(population[: strategy.mu], strategy.dim)
    if parents is None:
        cma.Strategy.update(strategy, population)  # it would sort a sorted list
        return
    centroid = np.dot(strategy.weights, parents)
    steps, shift = parents - strategy.centroid, centroid - strategy.centroid
    strategy.centroid = centroid
    rising = _evolution_paths(strategy, shift)
    _covariance(strategy, steps, rising)
    strategy.sigma *= np.exp(
        (_norm(strategy.ps) / strategy.chiN - 1.0) * strategy.cs / strategy.damps
    )
    _axes(strategy)


def _array(individuals: list[RealVector], dimension: int) -> Floats | None:
    """Return the genes as an array, or None for genomes that are not lists or arrays of floats."""
    if not all(map(reads_as_list, set(map(type, individuals)))):
        genomes, scalars = matrix(individuals)
        fits = genomes is not None and scalars and genomes.shape[1] == dimension
        return cast(Floats, genomes) if fits else None
    genes = list(chain.from_iterable(individuals))
    if set(map(len, individuals)) != {dimension} or not _FLOATS.issuperset(map(type, genes)):
        return None
    return np.fromiter(genes, np.float64, len(genes)).reshape(len(individuals), dimension)


def _norm(vector: Floats) -> np.float64:
    length: np.float64 = np.sqrt(vector.dot(vector))
    return length


def _evolution_paths(strategy: Strategy, shift: Floats) -> float:
    """Cumulate the evolution paths; returns h_sigma, 1.0 if the covariance's path may grow, else
    0.0."""
    s = strategy
    s.ps = (1 - s.cs) * s.ps + sqrt(s.cs * (2 - s.cs) * s.mueff) / s.sigma * np.dot(
        s.B, (1.0 / s.diagD) * np.dot(s.B.T, shift)
    )
    length = _norm(s.ps) / sqrt(1.0 - (1.0 - s.cs) ** (2.0 * (s.update_count + 1.0))) / s.chiN
    rising = float(length < (1.4 + 2.0 / (s.dim + 1.0)))
    s.update_count += 1
    s.pc = (1 - s.cc) * s.pc + rising * sqrt(s.cc * (2 - s.cc) * s.mueff) / s.sigma * shift
    return rising


def _covariance(strategy: Strategy, steps: Floats, rising: float) -> None:
    s = strategy
    kept = 1 - s.ccov1 - s.ccovmu + (1 - rising) * s.ccov1 * s.cc * (2 - s.cc)
    rank_one = s.ccov1 * np.multiply.outer(s.pc, s.pc)
    rank_mu = s.ccovmu * np.dot((s.weights * steps.T), steps) / s.sigma**2
    s.C = kept * s.C + rank_one + rank_mu


def _axes(strategy: Strategy) -> None:
    """Set the eigenvectors and the lengths of the axes, in ascending order."""
    s = strategy
    s.diagD, s.B = np.linalg.eigh(s.C)
    order = np.argsort(s.diagD)
    s.cond = s.diagD[order[-1]] / s.diagD[order[0]]
    s.diagD = s.diagD[order] ** 0.5
    s.B = s.B[:, order]
    s.BD = s.B * s.diagD
