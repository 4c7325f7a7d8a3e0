"""A clone that copies genes and fitness values, where that is what `copy.deepcopy` would give."""

from array import array
from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import partial
from typing import Any

import numpy as np
from deap import base, creator, gp

_ATOMS = frozenset(
    (int, float, bool, str, bytes, complex, type(None), np.float64, np.int64, np.bool_)
)
_Copier = Callable[[Any], Any]
_only_atoms = _ATOMS.issuperset

_copiers: dict[type, _Copier] = {}
_plain_copiers: dict[type, _Copier] = {}  # of lists that are known to hold only atoms
_copied_as_values: set[type] = set()  # classes of fitness


def clone(individual: Any) -> Any:
    """An independent copy of an individual, equal to `copy.deepcopy(individual)`.

    Genes that cannot change are shared. An individual with anything else in its genome, or with an
    attribute that is neither a fitness, an atom nor a list or array of atoms, is deep-copied.
    """
    kind = individual.__class__
    copier = _copiers.get(kind)
    if copier is None:
        copier = _copiers[kind] = _copier(kind)
    return copier(individual)


def clones(individuals: Sequence[Any]) -> list[Any]:
    """`[clone(individual) for individual in individuals]`, each genome looked at only once.

    A selection names a good individual several times; nothing runs in between that could have
    changed its genes.
    """
    seen: set[int] = set()
    copies = []
    for individual in individuals:
        kind = individual.__class__
        plain = _plain_copiers.get(kind)
        if plain is None:
            copies.append(_copiers.get(kind, clone)(individual))
        elif id(individual) in seen or _only_atoms(map(type, individual)):
            seen.add(id(individual))
            copies.append(plain(individual))
        else:
            copies.append(deepcopy(individual))
    return copies


def _copier(kind: Any) -> _Copier:
    """The way to copy individuals of one class."""
    method = getattr(kind, "__deepcopy__", None)
    if issubclass(kind, gp.PrimitiveTree) and method is gp.PrimitiveTree.__deepcopy__:
        return _list_copier(kind)  # DEAP's own deep copy shares the nodes
    if issubclass(kind, array) and method is creator._array.__deepcopy__:
        return _array_copier(partial(array.__new__, kind, kind.typecode))
    numpy_array = creator.class_replacers[np.ndarray]
    if issubclass(kind, numpy_array) and method is numpy_array.__deepcopy__:
        return _array_copier(np.ndarray.copy)
    if issubclass(kind, list) and kind is not list and method is None and _reduces_plainly(kind):
        _plain_copiers[kind] = plain = _list_copier(kind)
        return lambda genome: plain(genome) if _only_atoms(map(type, genome)) else deepcopy(genome)
    return deepcopy


def _reduces_plainly(kind: Any) -> bool:
    names = ("__reduce_ex__", "__reduce__", "__getstate__", "__setstate__")
    return all(getattr(kind, name, None) is getattr(object, name, None) for name in names)


def _list_copier(kind: Any) -> _Copier:
    new, extend = kind.__new__, list.extend

    def copy_list(individual: Any) -> Any:
        copy = new(kind)
        extend(copy, individual)
        return copy if _equipped(copy, individual.__dict__) else deepcopy(individual)

    return copy_list


def _array_copier(make: Callable[[Any], Any]) -> _Copier:
    def copy_array(individual: Any) -> Any:
        copy = make(individual)
        return copy if _equipped(copy, individual.__dict__) else deepcopy(individual)

    return copy_array


def _equipped(copy: Any, attributes: dict[str, Any]) -> bool:
    """Give the copy its attributes; False where one needs a deep copy."""
    if len(attributes) == 1 and "fitness" in attributes:  # nearly always
        fitness = attributes["fitness"]
        shape = fitness.__class__
        if shape in _copied_as_values:
            copy.fitness = twin = shape.__new__(shape)
            twin.wvalues = fitness.wvalues
            return True
    return _copy_attributes(attributes, copy.__dict__)


def _copy_attributes(attributes: dict[str, Any], copies: dict[str, Any]) -> bool:
    """Copy every attribute; False where one needs a deep copy."""
    lists = 0
    for name, value in attributes.items():
        kind = value.__class__
        if is_copied_as_values(kind):
            copies[name] = twin = kind.__new__(kind)
            twin.wvalues = value.wvalues
        elif kind in _ATOMS:
            copies[name] = value
        elif not lists and kind is list and _only_atoms(map(type, value)):
            copies[name] = value.copy()
            lists += 1  # two attributes may be one list, which a copy must keep
        else:
            return False
    return True


def is_copied_as_values(kind: Any) -> bool:
    """Whether a deep copy of this class of fitness is a new one with the same weighted values."""
    if kind in _copied_as_values:
        return True
    if not isinstance(kind, creator.MetaCreator) or kind.__bases__ != (base.Fitness,):
        return False  # ConstrainedFitness, say, whose copies have more than values
    if any(isinstance(value, type) for value in kind.reduce_args[2].values()):
        return False
    if kind.__deepcopy__ is not base.Fitness.__deepcopy__:
        return False
    _copied_as_values.add(kind)
    return True
