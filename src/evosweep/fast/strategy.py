"""CMA-ES's generate and update with DEAP's results.

Hansen and Ostermeier: Completely derandomized self-adaptation in evolution strategies, Evolutionary
Computation 9(2), 2001. Every operation keeps DEAP's order, since floats are not associative; what
is saved is making arrays of the same individuals twice, and comparing fitness objects.
"""

from collections.abc import Callable
from functools import partial
from itertools import chain
from math import sqrt
from typing import Any

import numpy as np
from deap import cma

from evosweep.fast.birth import maker
from evosweep.fast.fitnesses import keys

_FLOATS = frozenset((float, np.float64))


def method(strategy: Any, name: str) -> Callable[..., Any] | None:
    """The faster twin of a bound method of `strategy`, where there is one."""
    twins: dict[str, Callable[..., Any]] = {"generate": generate, "update": update}
    return partial(twins[name], strategy) if name in twins else None


def generate(strategy: Any, ind_init: Callable[[Any], Any]) -> list[Any]:
    """`deap.cma.Strategy.generate`."""
    make = maker(ind_init) if isinstance(ind_init, type) else ind_init
    samples = np.random.standard_normal((strategy.lambda_, strategy.dim))
    samples = strategy.centroid + strategy.sigma * np.dot(samples, strategy.BD.T)
    return list(map(make, samples))


def update(strategy: Any, population: list[Any]) -> None:
    """`deap.cma.Strategy.update`."""
    known = keys(population)
    if known is None or len(population) < strategy.mu:
        cma.Strategy.update(strategy, population)
        return
    order = sorted(range(len(population)), key=known.__getitem__, reverse=True)
    population[:] = [population[index] for index in order]
    parents = _array(population[: strategy.mu], strategy.dim)
    if parents is None:
        cma.Strategy.update(strategy, population)  # sorts what is sorted already
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


def _array(individuals: list[Any], dimension: int) -> Any:
    """The genes as an array, or None for genomes that are not lists of floats."""
    genes = list(chain.from_iterable(individuals))
    if len(genes) != len(individuals) * dimension or not _FLOATS.issuperset(map(type, genes)):
        return None
    return np.fromiter(genes, np.float64, len(genes)).reshape(len(individuals), dimension)


def _norm(vector: Any) -> Any:
    return np.sqrt(vector.dot(vector))


def _evolution_paths(strategy: Any, shift: Any) -> float:
    """Cumulate the paths; whether that of the covariance may grow (h_sigma), as 0.0 or 1.0."""
    s = strategy
    s.ps = (1 - s.cs) * s.ps + sqrt(s.cs * (2 - s.cs) * s.mueff) / s.sigma * np.dot(
        s.B, (1.0 / s.diagD) * np.dot(s.B.T, shift)
    )
    length = _norm(s.ps) / sqrt(1.0 - (1.0 - s.cs) ** (2.0 * (s.update_count + 1.0))) / s.chiN
    rising = float(length < (1.4 + 2.0 / (s.dim + 1.0)))
    s.update_count += 1
    s.pc = (1 - s.cc) * s.pc + rising * sqrt(s.cc * (2 - s.cc) * s.mueff) / s.sigma * shift
    return rising


def _covariance(strategy: Any, steps: Any, rising: float) -> None:
    s = strategy
    kept = 1 - s.ccov1 - s.ccovmu + (1 - rising) * s.ccov1 * s.cc * (2 - s.cc)
    rank_one = s.ccov1 * np.multiply.outer(s.pc, s.pc)
    rank_mu = s.ccovmu * np.dot((s.weights * steps.T), steps) / s.sigma**2
    s.C = kept * s.C + rank_one + rank_mu


def _axes(strategy: Any) -> None:
    """The eigenvectors and the lengths of the axes, in ascending order."""
    s = strategy
    s.diagD, s.B = np.linalg.eigh(s.C)
    order = np.argsort(s.diagD)
    s.cond = s.diagD[order[-1]] / s.diagD[order[0]]
    s.diagD = s.diagD[order] ** 0.5
    s.B = s.B[:, order]
    s.BD = s.B * s.diagD
