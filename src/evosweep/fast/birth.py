"""Make individuals of a creator's class without its `__init__`, if that only sets attributes."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, partial
from typing import Any, cast

import numpy as np
from deap import creator

from evosweep.fast import core
from evosweep.fast.classes import attributes_made, sets_plainly
from evosweep.fast.kinds import keeps
from evosweep.fast.shapes import Anything, Floats

_NDARRAY = creator.class_replacers[np.ndarray]


def maker(
    container: Callable[[Iterable[object]], Anything],
) -> Callable[[Iterable[object]], Anything] | None:
    """Return a function that makes individuals from genes; None if the result could differ.

    DEAP's `__init__` of a class with a fitness takes 6 us, most of them to check the weights.
    """
    make = _maker(container) if isinstance(container, type) else None
    return cast(Callable[[Iterable[object]], Anything] | None, make)


def born(
    container: Callable[[Iterable[object]], Anything], samples: Floats
) -> list[Anything] | None:
    """Return the individuals of an array's rows; None if they must be made one by one."""
    bears = bearer(container) if samples.ndim == 2 and samples.size else None
    if bears is None:
        return None
    genes, size = list(samples.flat), samples.shape[1]  # in a third of the time of row by row
    rows = [genes[at : at + size] for at in range(0, len(genes), size)]
    return cast(list[Anything], bears(rows))


def bearer(container: object) -> Callable[[Sequence[Sequence[object]]], list[object]] | None:
    """Return a function that makes individuals of lists of genes; None as for `maker`."""
    make = _maker(container) if isinstance(container, type) else None
    return partial(born_of, *make.args) if type(make) is partial else None


def born_of(kind: Any, fitness: Any, genomes: Sequence[Sequence[object]]) -> list[object]:
    """Return lists of this class with these genes, and with fitnesses that have no values.

    Both classes must make their instances as `list` and `deap.base.Fitness` do.
    """
    individuals = core.bear(kind, fitness, genomes)
    if individuals is not None:
        return individuals
    return [_born(kind, fitness, genes) for genes in genomes]


@lru_cache(maxsize=256)
def _maker(kind: Any) -> Callable[[Iterable[object]], object] | None:
    if kind is list:
        return list
    if type(kind) is not creator.MetaCreator or kind.__bases__ not in ((list,), (_NDARRAY,)):
        return None
    attributes = attributes_made(kind)
    if kind.__bases__ == (_NDARRAY,):
        bears = attributes == {"fitness"} and sets_plainly(kind)
        known = bears and keeps(kind, _NDARRAY, ("__new__", "__array_finalize__"))
        return _array_bearer(kind, kind.reduce_args[2]["fitness"]) if known else None
    if attributes is None or not sets_plainly(kind) or not keeps(kind, list, ("__new__", "extend")):
        return None
    if attributes != {"fitness"}:
        return cast(Callable[[Iterable[object]], object], kind)
    return partial(_born, kind, kind.reduce_args[2]["fitness"])


def _array_bearer(kind: Any, fitness: Any) -> Callable[[Iterable[object]], object]:
    """Return the same kind of function for NumPy's arrays, which the class itself makes."""

    def make(genes: Iterable[object]) -> object:
        if type(genes) is np.ndarray and genes.ndim == 1 and genes.dtype == np.float64:
            individual = genes.copy().view(kind)  # equal to an array of the list of these genes
        else:
            individual = np.array(list(genes)).view(kind)
        individual.fitness = fitness.__new__(fitness)
        return individual

    return make


def _born(kind: Any, fitness: Any, genes: Iterable[object]) -> object:
    """Return an individual with genes, and a fitness without values."""
    individual = kind.__new__(kind)
    list.extend(individual, genes)
    individual.fitness = fitness.__new__(fitness)
    return individual
