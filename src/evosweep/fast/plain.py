"""Tell fitness classes that are ordered and read like DEAP's, and weights that divide safely."""

from collections.abc import Sequence

from deap import base

_METHODS = ("__gt__", "__ge__", "__le__", "__lt__", "__eq__", "__ne__", "__hash__", "dominates")
_PROPERTIES = ("values", "valid", "getValues", "setValues", "delValues", "wvalues")
_ACCESS = ("__getattribute__", "__setattr__")
_WEIGHTS = (1e-20, 1e20)
_plain: dict[type, bool] = {}


def is_plain(kind: type) -> bool:
    """Return True if the class compares, dominates and reads values like DEAP's Fitness."""
    if kind not in _plain:
        same = (*_METHODS, *_PROPERTIES, *_ACCESS)
        _plain[kind] = issubclass(kind, base.Fitness) and all(
            getattr(kind, name) is getattr(base.Fitness, name) for name in same
        )
    return _plain[kind]


def are_divisors(weights: Sequence[float]) -> bool:
    """Return True if no quotient of a usual value and one of these weights overflows."""
    return all(
        type(weight) in (int, float) and _WEIGHTS[0] <= abs(weight) <= _WEIGHTS[1]
        for weight in weights
    )
