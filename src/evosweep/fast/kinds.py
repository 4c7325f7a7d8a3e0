"""Tell if a class behaves like the built-in class from which it is derived.

A class of individuals may override any method. If it overrides one on which a faster part relies,
DEAP's own function does the work.
"""

from array import array
from collections.abc import Callable
from functools import cache

import numpy as np

from evosweep.fast.shapes import Anything

_READING = ("__len__", "__getitem__", "__iter__", "__getattribute__")
_WRITING = (*_READING, "__setitem__")


def asked_once(predicate: Callable[[type], Anything]) -> Callable[[type], Anything]:
    """Return `predicate` with a cache, so that it is called once for each class."""
    return cache(predicate)


def keeps(kind: type, base: type, names: tuple[str, ...]) -> bool:
    """Return True if `kind` derives from `base` and does not override these attributes."""
    return issubclass(kind, base) and all(
        getattr(kind, name, None) is getattr(base, name, None) for name in names
    )


@asked_once
def reads_as_list(kind: type) -> bool:
    """Return True if instances are read like a list."""
    return keeps(kind, list, _READING)


@asked_once
def writes_as_list(kind: type) -> bool:
    """Return True if instances are read and written like a list."""
    return keeps(kind, list, _WRITING)


@asked_once
def writes_as_array(kind: type) -> bool:
    """Return True if instances are read and written like an `array.array`."""
    return keeps(kind, array, _WRITING)


@asked_once
def reads_as_ndarray(kind: type) -> bool:
    """Return True if instances are read like a `numpy.ndarray`."""
    return keeps(kind, np.ndarray, (*_READING, "__array_ufunc__", "__array_function__"))


def is_sequence(population: object) -> bool:
    """Return True if a population is a list or a tuple, so that it can be iterated twice."""
    kind = type(population)
    return kind is list or kind is tuple or reads_as_list(kind)


def is_count(k: object, least: int = 0) -> bool:
    """Return True if `k` is an `int` of at least `least`."""
    return type(k) is int and k >= least
