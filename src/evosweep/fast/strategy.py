"""CMA-ES's generate and update with DEAP's results.

Hansen and Ostermeier: Completely derandomized self-adaptation in evolution strategies, Evolutionary
Computation 9(2), 2001. Every operation keeps DEAP's order, since floating point is not associative.
The time is saved by making the array of the individuals only once, and by not comparing fitness
objects.
"""

from collections.abc import Callable, Iterable
from itertools import chain
from math import isfinite, sqrt
from operator import lt
from types import MethodType
from typing import Protocol, cast

import numpy as np
from deap import cma

from evosweep.fast.birth import born, maker
from evosweep.fast.core import add_ranks, blend
from evosweep.fast.fitnesses import keys
from evosweep.fast.kinds import reads_as_list
from evosweep.fast.matrices import matrix
from evosweep.fast.shapes import Anything, Floats, Operator, RealVector

_FLOATS = frozenset((float, np.float64))
_EIGH = getattr(getattr(np.linalg, "_umath_linalg", None), "eigh_lo", None)
"""What `numpy.linalg.eigh` calls; it is not public, and None where it has another name."""


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
    samples = np.random.standard_normal((strategy.lambda_, strategy.dim))
    samples = strategy.centroid + strategy.sigma * np.dot(samples, strategy.BD.T)
    return born(ind_init, samples) or list(map(maker(ind_init) or ind_init, samples))


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
    length, rising = _evolution_paths(strategy, shift)
    _covariance(strategy, steps, rising)
    strategy.sigma *= np.exp((length / strategy.chiN - 1.0) * strategy.cs / strategy.damps)
    _axes(strategy)


def _array(individuals: list[RealVector], dimension: int) -> Floats | None:
    """Return the genes as an array, or None for genomes that are not lists or arrays of floats."""
    genomes, scalars = matrix(individuals)
    lists = all(map(reads_as_list, set(map(type, individuals))))
    if genomes is not None or not lists:
        usual = genomes is not None and (lists or scalars) and genomes.dtype == np.float64
        fits = usual and genomes is not None and genomes.shape[1] == dimension
        return cast(Floats, genomes) if fits else None
    genes = list(chain.from_iterable(individuals))
    if set(map(len, individuals)) != {dimension} or not _FLOATS.issuperset(map(type, genes)):
        return None
    return np.fromiter(genes, np.float64, len(genes)).reshape(len(individuals), dimension)


def _norm(vector: Floats) -> np.float64:
    length: np.float64 = np.sqrt(vector.dot(vector))
    return length


def _evolution_paths(strategy: Strategy, shift: Floats) -> tuple[np.float64, float]:
    """Cumulate the evolution paths; returns the length of the step size's, and h_sigma.

    h_sigma is 1.0 if the covariance's path may grow, else 0.0.
    """
    s = strategy
    turned = np.dot(s.B, (1.0 / s.diagD) * np.dot(s.B.T, shift))
    s.ps = blend(1 - s.cs, s.ps, sqrt(s.cs * (2 - s.cs) * s.mueff) / s.sigma, turned)
    length = _norm(s.ps)
    usual = sqrt(1.0 - (1.0 - s.cs) ** (2.0 * (s.update_count + 1.0)))
    rising = float(length / usual / s.chiN < (1.4 + 2.0 / (s.dim + 1.0)))
    s.update_count += 1
    moved = rising * sqrt(s.cc * (2 - s.cc) * s.mueff) / s.sigma
    s.pc = blend(1 - s.cc, s.pc, moved, shift)
    return length, rising


def _covariance(strategy: Strategy, steps: Floats, rising: float) -> None:
    s = strategy
    kept = 1 - s.ccov1 - s.ccovmu + (1 - rising) * s.ccov1 * s.cc * (2 - s.cc)
    product = np.dot((s.weights * steps.T), steps)
    s.C = add_ranks(s.C, s.pc, product, (kept, s.ccov1, s.ccovmu, s.sigma**2))


def _eigen(matrix: Floats) -> tuple[Floats, Floats]:
    """`numpy.linalg.eigh`, whose checks take a third of the time of a small matrix."""
    plain = type(matrix) is np.ndarray and matrix.dtype == np.float64
    if _EIGH is None or not plain or not isfinite(np.vdot(matrix, matrix)):
        return np.linalg.eigh(matrix)
    return cast(tuple[Floats, Floats], _EIGH(matrix, signature="d->dd"))


def _axes(strategy: Strategy) -> None:
    """Set the eigenvectors and the lengths of the axes, in ascending order."""
    s = strategy
    squares, axes = _eigen(s.C)
    lengths = squares.tolist()
    if all(map(lt, lengths, lengths[1:])):  # as LAPACK leaves them, but for equal ones
        axes = np.asfortranarray(axes)  # in memory as the columns that an index takes
    else:
        order = np.argsort(squares)
        squares, axes = squares[order], axes[:, order]
    s.cond = squares[-1] / squares[0]
    s.diagD, s.B = squares**0.5, axes
    s.BD = s.B * s.diagD
