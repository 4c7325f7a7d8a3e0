"""Evaluate a population as DEAP's algorithms do, with less overhead per individual."""

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np

from evosweep.fast.batches import values_together
from evosweep.fast.kinds import is_sequence
from evosweep.fast.plain import is_plain
from evosweep.fast.shapes import Fitness, Individual, Toolbox

_NUMBERS = frozenset((int, float, np.float64))
Values = Iterable[Sequence[float]]


def evaluate(toolbox: Toolbox, individuals: Sequence[Individual], only_invalid: bool = True) -> int:
    """Evaluate individuals without a valid fitness, or all, by `toolbox.map`; returns the
    number."""
    kind = _plain_kind(individuals) if is_sequence(individuals) else None
    if only_invalid and kind is not None:
        individuals = [ind for ind in individuals if not len(ind.fitness.wvalues)]
    elif only_invalid:
        individuals = [individual for individual in individuals if not individual.fitness.valid]
    values: Values | None = values_together(toolbox, individuals)
    if values is None:
        values = toolbox.map(toolbox.evaluate, individuals)
    if kind is not None and len(kind.weights) == 1:
        _assign(individuals, values, kind.weights[0])
    else:
        for individual, one in zip(individuals, values, strict=False):
            individual.fitness.values = one
    return len(individuals)


def _plain_kind(individuals: Sequence[Individual]) -> type[Fitness] | None:
    """Return the class of their fitnesses if all have the same plain class, else None."""
    kinds = {type(individual.fitness) for individual in individuals}
    kind = kinds.pop() if len(kinds) == 1 else None
    return kind if kind is not None and is_plain(kind) else None


def _assign(individuals: Sequence[Individual], values: Values, weight: float) -> None:
    """Set `individual.fitness.values` of each, with one objective, without DEAP's property.

    As in DEAP, each value is set before the next one is taken from a lazy `values`.
    """
    if isinstance(values, list) and _are_single_numbers(values):
        for individual, (value,) in zip(individuals, values, strict=False):
            individual.fitness.wvalues = (value * weight,)
        return
    for individual, one in zip(individuals, values, strict=False):
        if type(one) is tuple and len(one) == 1 and type(one[0]) in _NUMBERS:
            individual.fitness.wvalues = (one[0] * weight,)
        else:
            individual.fitness.values = one


def _are_single_numbers(values: list[Sequence[float]]) -> bool:
    if set(map(type, values)) != {tuple} or set(map(len, values)) != {1}:
        return False
    return _NUMBERS.issuperset(map(type, chain.from_iterable(values)))
