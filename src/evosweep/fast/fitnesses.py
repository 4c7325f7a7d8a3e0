"""Fitnesses as keys and arrays, for those classes whose order is that of their weighted values."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np
from deap import base
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_COMPARISONS = ("__gt__", "__ge__", "__le__", "__lt__", "__eq__", "__ne__", "__hash__", "dominates")
_NUMBERS = frozenset((int, float, np.float64))
_EXACT = 2**53  # integers up to here are floats exactly
_plain: dict[type, bool] = {}


def is_plain(kind: type) -> bool:
    """Whether this class of fitness compares, dominates and reads its values as DEAP's Fitness."""
    if kind not in _plain:
        same = (*_COMPARISONS, "values", "valid", "getValues", "setValues", "delValues")
        _plain[kind] = issubclass(kind, base.Fitness) and all(
            getattr(kind, name) is getattr(base.Fitness, name) for name in same
        )
    return _plain[kind]


def evaluate(toolbox: Any, individuals: Sequence[Any], only_invalid: bool = True) -> int:
    """Evaluate those without a valid fitness, or all, through `toolbox.map`; returns how many."""
    kind = _plain_kind(individuals)
    if only_invalid and kind is not None:
        individuals = [individual for individual in individuals if not individual.fitness.wvalues]
    elif only_invalid:
        individuals = [individual for individual in individuals if not individual.fitness.valid]
    found = toolbox.map(toolbox.evaluate, individuals)
    if kind is not None and len(kind.weights) == 1:
        _assign(individuals, found, kind.weights[0])
    else:
        for individual, values in zip(individuals, found, strict=False):
            individual.fitness.values = values
    return len(individuals)


def _plain_kind(individuals: Sequence[Any]) -> Any:
    """The one class of their fitnesses, where it is a plain one."""
    kinds = {type(individual.fitness) for individual in individuals}
    kind = kinds.pop() if len(kinds) == 1 else None
    return kind if kind is not None and is_plain(kind) else None


def _assign(individuals: Sequence[Any], found: Iterable[Any], weight: Any) -> None:
    """`individual.fitness.values = values` for each, with one objective, without DEAP's property.

    As in DEAP, each is set before the next is asked for, where `found` is lazy.
    """
    if isinstance(found, list) and _are_single_numbers(found):
        for individual, (value,) in zip(individuals, found, strict=False):
            individual.fitness.wvalues = (value * weight,)
        return
    for individual, values in zip(individuals, found, strict=False):
        if type(values) is tuple and len(values) == 1 and type(values[0]) in _NUMBERS:
            individual.fitness.wvalues = (values[0] * weight,)
        else:
            individual.fitness.values = values


def _are_single_numbers(found: list[Any]) -> bool:
    if set(map(type, found)) != {tuple} or set(map(len, found)) != {1}:
        return False
    return _NUMBERS.issuperset(map(type, chain.from_iterable(found)))


def keys(individuals: Sequence[Any]) -> list[Any] | None:
    """A key an individual that orders them as their fitnesses do, or None where none is known.

    The weighted value itself with one objective, else the tuple of them.
    """
    fitnesses = [individual.fitness for individual in individuals]
    if not all(map(is_plain, set(map(type, fitnesses)))):
        return None
    weighted = [fitness.wvalues for fitness in fitnesses]
    try:
        flat = [value for (value,) in weighted]
    except ValueError:  # none, or several objectives
        lengths = set(map(len, weighted))
        orders = len(lengths) == 1 and lengths != {0} and _is_number(sum(map(sum, weighted)))
        return weighted if orders else None
    return flat if _is_number(sum(flat)) else None


def _is_number(total: Any) -> bool:
    """False for nan, which has no place in an order."""
    return bool(total == total)  # noqa: PLR0124


def weighted_array(individuals: Sequence[Any]) -> Floats | None:
    """The weighted values as an array (individuals, objectives), or None where it is not the same.

    None for a class of fitness with an order of its own, for values that are missing, not finite,
    not numbers or not exactly floats.
    """
    known = keys(individuals)
    if not known:
        return None
    several = isinstance(known[0], tuple)
    values = np.array(list(chain.from_iterable(known)) if several else known)
    if values.dtype.kind in "iub" and np.abs(values).max(initial=0) <= _EXACT:
        values = values.astype(np.float64)
    if values.dtype != np.float64 or values.ndim != 1 or not np.isfinite(values).all():
        return None
    return values.reshape(len(known), -1)


def values_array(individuals: Sequence[Any], weighted: Floats) -> Floats:
    """The unweighted values of individuals whose weighted ones are given."""
    return weighted / np.array(individuals[0].fitness.weights, dtype=np.float64)
