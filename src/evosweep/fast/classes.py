"""Predict the effect of `copy.deepcopy` and `__init__` on instances of DEAP's classes."""

import copyreg
from array import array
from collections.abc import Sequence
from typing import Any

import numpy as np
from deap import base, creator

from evosweep.fast.kinds import asked_once, keeps

ATOMS = frozenset(
    (int, float, bool, str, bytes, complex, type(None), np.float64, np.int64, np.bool_)
)
# New attributes of these classes are always empty.
EMPTY = frozenset((list, dict, set, tuple, int, float, str, bool, bytearray))
_AS_FITNESS = ("__new__", "__setattr__", "__getattribute__", "__deepcopy__", "wvalues")
_AS_OBJECT = ("__setattr__", "__reduce_ex__", "__reduce__", "__getstate__")
# Each built-in class has its own method to read attributes; all of them do the same.
_READERS = tuple(vars(c)["__getattribute__"] for c in (object, list, tuple, array))
_OF_STATE = ("__setstate__", "__getnewargs_ex__", "__deepcopy__")
_OF_REDUCTION = (*_OF_STATE, "__getnewargs__")


@asked_once
def is_copied_as_values(kind: Any) -> bool:
    """Return True if a deep copy of such a fitness is a new fitness with the same weighted
    values."""
    if type(kind) is not creator.MetaCreator or kind.__bases__ != (base.Fitness,):
        return False  # for instance ConstrainedFitness, whose copies have more than values
    if any(isinstance(value, type) for value in kind.reduce_args[2].values()):
        return False
    return keeps(kind, base.Fitness, _AS_FITNESS) and isinstance(kind.weights, Sequence)


def attributes_made(kind: Any) -> set[str] | None:
    """Return the attributes that DEAP's `__init__` sets; None if the class's may do more."""
    names: set[str] = set()
    while type(kind) is creator.MetaCreator:
        for name, value in kind.reduce_args[2].items():
            if isinstance(value, type):
                if value not in EMPTY and not is_copied_as_values(value):
                    return None
                names.add(name)
        kind = kind.__bases__[0]
    return names


def sets_plainly(kind: type) -> bool:
    """Return True if setting an attribute only writes into the instance's `__dict__`."""
    described = any("__set__" in dir(type(vars(c).get("fitness"))) for c in kind.__mro__)
    reads = getattr(kind, "__getattribute__", None) in _READERS
    return reads and keeps(kind, object, ("__setattr__",)) and not described


def reduces_plainly(kind: type) -> bool:
    """Return True if deepcopy makes an empty list of this class, then adds items and attributes."""
    return (
        keeps(kind, object, _AS_OBJECT)
        and keeps(kind, list, ("__new__", "__iter__", "append", "extend"))
        and not any(hasattr(kind, name) for name in _OF_REDUCTION)
        and kind not in copyreg.dispatch_table
        and not _slots(kind)
        and hasattr(kind, "__dict__")
        and sets_plainly(kind)
    )


def reduces_as_tuple(kind: type) -> bool:
    """Return True if deepcopy makes a tuple by `tuple.__new__`, and then sets its attributes."""
    return (
        keeps(kind, object, _AS_OBJECT)
        and keeps(kind, tuple, ("__new__", "__iter__", "__getnewargs__"))
        and not any(hasattr(kind, name) for name in _OF_STATE)
        and kind not in copyreg.dispatch_table
        and not _slots(kind)
        and hasattr(kind, "__dict__")
        and sets_plainly(kind)
    )


def _slots(kind: type) -> bool:
    """Return True if instances have slots, or no `__dict__`."""
    return any("__slots__" in vars(c) for c in kind.__mro__ if c not in (list, tuple, object))
