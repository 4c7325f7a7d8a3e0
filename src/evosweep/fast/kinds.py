"""Classes that behave as the built-in they derive from, so far as a faster part relies on it.

An individual's class may override anything; what does is left to DEAP's own functions.
"""

from array import array
from collections.abc import Callable
from functools import cache

import numpy as np

from evosweep.fast.shapes import Anything

_READING = ("__len__", "__getitem__", "__iter__", "__getattribute__")
_WRITING = (*_READING, "__setitem__")


def asked_once(predicate: Callable[[type], Anything]) -> Callable[[type], Anything]:
    """`predicate`, which is asked once for each class."""
    return cache(predicate)


def keeps(kind: type, base: type, names: tuple[str, ...]) -> bool:
    """Return True if `kind` derives from `base` and has these attributes as `base` has them."""
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
    """Return True if a population is a list or a tuple, which may be looked at more than once."""
    kind = type(population)
    return kind is list or kind is tuple or reads_as_list(kind)


def is_count(k: object, least: int = 0) -> bool:
    """Return True if `k` is an ordinary integer, and `least` or more."""
    return type(k) is int and k >= least
