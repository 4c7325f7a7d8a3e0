"""A `map` that evaluates a whole population in one call, if the evaluation function supports it.

DEAP's benchmark functions support it, and any function with an attribute `together`: a function of
the individuals that returns their fitness values, equal to those of single calls to the last bit,
or None if it cannot. If a toolbox has `evaluate_batch`, `accelerate` adds the attribute to its
`evaluate`.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import cast

import numpy as np
from numpy.typing import NDArray

from evosweep.fast.functions import together as by_formula
from evosweep.fast.kinds import is_sequence, reads_as_list
from evosweep.fast.matrices import Matrix, matrix
from evosweep.fast.shapes import Operator, Toolbox

Values = list[Sequence[float]]
_Comparison = Callable[[object, object], bool]
Together = Callable[[Sequence[object]], Values | None]
_FEW = 16  # up to this number of individuals, single calls are faster


def map_together(function: Operator, *iterables: Iterable[object]) -> Iterator[object]:
    """Return the values of `map(function, *iterables)`, evaluated together if possible.

    Like `map`, it evaluates nothing before the first value is requested. An individual that changes
    later, before its own value is requested, is evaluated alone.
    """
    if len(iterables) != 1 or not isinstance(iterables[0], Sequence):
        return map(function, *iterables)
    individuals = iterables[0]
    together = _together(function, individuals)
    if together is None:
        return map(function, individuals)
    return _lazily(function, together, individuals)


def values_together(toolbox: Toolbox, individuals: Sequence[object]) -> Values | None:
    """Return all values at once; None unless the toolbox has `map_together` and can do so."""
    mapping = toolbox.map
    if not isinstance(mapping, partial) or mapping.func is not map_together or mapping.args:
        return None
    together = _together(toolbox.evaluate, individuals)
    return None if together is None else together(individuals)


def _together(function: Operator, individuals: Sequence[object]) -> Together | None:
    if not is_sequence(individuals) or len(individuals) < _FEW:
        return None
    together: Together | None = getattr(function, "together", None)
    if together is None and type(function) is partial:
        return by_formula(function)
    return together


def _lazily(
    function: Operator, together: Together, individuals: Sequence[object]
) -> Iterator[object]:
    values = together(individuals)
    if values is None:
        yield from map(function, individuals)
        return
    evaluated = list(individuals)
    genes = list(map(_genes, evaluated))
    are_lists = all(map(reads_as_list, set(map(type, evaluated))))
    # Lists of the same objects are compared without a copy, and without a call for each gene.
    is_unchanged = cast(_Comparison, list.__eq__) if are_lists else _is_unchanged
    for place, individual in enumerate(individuals):
        same = place < len(values) and evaluated[place] is individual
        if same and is_unchanged(individual, genes[place]):
            yield values[place]
        else:
            yield function(individual)


def _is_unchanged(individual: object, genes: object) -> bool:
    return bool(_genes(individual) == genes)


def _genes(individual: object) -> object:
    """Return a copy of the genes for a later comparison."""
    if isinstance(individual, array | np.ndarray):
        return individual.tobytes()
    return list(individual) if isinstance(individual, list) else individual


def by_rows(evaluate_batch: Callable[[Matrix], NDArray[np.float64]]) -> Together:
    """Return a `together` for `evaluate_batch`, which maps an array (n, genes) to (n, values)."""
    return partial(_by_rows, evaluate_batch)


def _by_rows(
    evaluate_batch: Callable[[Matrix], NDArray[np.float64]], individuals: Sequence[object]
) -> Values | None:
    genomes, _ = matrix(individuals)
    if genomes is None:
        return None
    return list(zip(*np.asarray(evaluate_batch(genomes.copy())).T.tolist(), strict=True))
