"""A clone that copies genes and fitness values, if that is what `copy.deepcopy` would give."""

from array import array
from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import partial
from typing import Any

import numpy as np
from deap import creator, gp

from evosweep.fast.classes import (
    ATOMS,
    attributes_made,
    is_copied_as_values,
    reduces_as_tuple,
    reduces_plainly,
    sets_plainly,
)
from evosweep.fast.kinds import keeps
from evosweep.fast.shapes import Anything, Fitness

_Copier = Callable[[Any], Any]
_only_atoms = ATOMS.issuperset
_AS_ARRAY = ("__new__", "__iter__")

_copiers: dict[type, _Copier] = {}
_plain_copiers: dict[type, _Copier] = {}  # copiers of lists and tuples that hold only atoms
_copied_as_values: set[type] = set()  # classes of fitness


def clone(x: Anything, memo: dict[int, object] | None = None) -> Anything:
    """Return an independent copy of an individual, equal to `copy.deepcopy(individual)`.

    Genes that cannot change are shared. An individual with anything else in its genome, or with an
    attribute that is neither a fitness, an atom nor a list or array of atoms, is deep-copied.
    """
    if memo is not None:
        return deepcopy(x, memo)
    kind = type(x)
    copier = _copiers.get(kind)
    if copier is None:
        copier = _copiers[kind] = _copier(kind)
    copy: Anything = copier(x)
    return copy


def clones(individuals: Sequence[Anything]) -> list[Anything]:
    """Return `[clone(individual) for individual in individuals]`, but check each genome only once.

    A selection contains a good individual several times, and no code runs in between that could
    change its genes.
    """
    seen: set[int] = set()
    copies: list[Anything] = []
    for individual in individuals:
        kind = type(individual)
        plain = _plain_copiers.get(kind)
        if plain is None:
            copies.append(_copiers.get(kind, clone)(individual))
        elif id(individual) in seen or _holds_atoms(individual):
            seen.add(id(individual))
            copies.append(plain(individual))
        else:
            copies.append(deepcopy(individual))
    return copies


def _holds_atoms(genome: Any) -> bool:
    return _only_atoms(map(type, genome))


def copies_by_genes(kind: type) -> bool:
    """Return True if a copy of the genes, if they are atoms, is a full copy of the genome."""
    if kind not in _copiers:
        _copiers[kind] = _copier(kind)
    return _copiers[kind] is not deepcopy


def _copier(kind: type) -> _Copier:
    """Return the function that copies individuals of one class."""
    method = getattr(kind, "__deepcopy__", None)
    if method is gp.PrimitiveTree.__deepcopy__:
        return _tree_copier(kind)
    if issubclass(kind, list) and kind is not list and reduces_plainly(kind):
        return _checked(kind, _list_copier(kind, set()))
    if issubclass(kind, tuple) and kind is not tuple and reduces_as_tuple(kind):
        return _checked(kind, _tuple_copier(kind))
    return _array_copier(kind) if sets_plainly(kind) else deepcopy


def _checked(kind: type, plain: _Copier) -> _Copier:
    """Return a copier for any genome; it uses `plain` for genomes that hold only atoms."""
    _plain_copiers[kind] = plain
    return lambda genome: plain(genome) if _holds_atoms(genome) else deepcopy(genome)


def _tuple_copier(kind: Any) -> _Copier:
    def copy_tuple(individual: Any) -> Any:
        copy = tuple.__new__(kind, individual)
        return copy if _equipped(copy, individual.__dict__) else deepcopy(individual)

    return copy_tuple


def _tree_copier(kind: type) -> _Copier:
    """Return a copier of trees that shares the nodes, as DEAP's own deep copy does."""
    attributes = attributes_made(kind)
    written = next(c for c in kind.__mro__ if type(c) is not creator.MetaCreator)
    if attributes is None or written is not gp.PrimitiveTree or not sets_plainly(kind):
        return deepcopy
    return (
        _list_copier(kind, attributes) if keeps(kind, list, ("__new__", "__iter__")) else deepcopy
    )


def _list_copier(kind: Any, needed: set[str]) -> _Copier:
    new, extend = kind.__new__, list.extend

    def copy_list(individual: Any) -> Any:
        attributes = individual.__dict__
        if needed and not needed <= attributes.keys():  # this individual lost an attribute
            return deepcopy(individual)
        copy = new(kind)
        extend(copy, individual)
        return copy if _equipped(copy, attributes) else deepcopy(individual)

    return copy_list


def _array_copier(kind: Any) -> _Copier:
    """Return a copier for arrays of DEAP's classes; it is deepcopy for any other class."""
    method, ndarray = getattr(kind, "__deepcopy__", None), creator.class_replacers[np.ndarray]
    make: _Copier
    if method is creator._array.__deepcopy__ and keeps(kind, creator._array, _AS_ARRAY):
        make = partial(array.__new__, kind, kind.typecode)
    elif method is ndarray.__deepcopy__ and issubclass(kind, ndarray):
        make = np.ndarray.copy
    else:
        return deepcopy

    def copy_array(individual: Any) -> Any:
        copy = make(individual)
        return copy if _equipped(copy, individual.__dict__) else deepcopy(individual)

    return copy_array


def _equipped(copy: Any, attributes: dict[str, Any]) -> bool:
    """Give the copy its attributes; False if one needs a deep copy."""
    if len(attributes) == 1 and "fitness" in attributes:  # the usual case
        fitness = attributes["fitness"]
        shape: Any = type(fitness)
        if shape in _copied_as_values:
            copy.fitness = twin = shape.__new__(shape)
            twin.wvalues = fitness.wvalues
            return True
    return _copy_attributes(attributes, copy.__dict__)


def _copy_attributes(attributes: dict[str, Any], copies: dict[str, object]) -> bool:
    """Copy every attribute; False if one needs a deep copy."""
    lists = 0
    twins: dict[int, Fitness] = {}  # one fitness may have two names, which a copy keeps
    for name, value in attributes.items():
        kind: Any = type(value)
        if kind in _copied_as_values or is_copied_as_values(kind):
            _copied_as_values.add(kind)
            if id(value) not in twins:
                twins[id(value)] = kind.__new__(kind)
                twins[id(value)].wvalues = value.wvalues
            copies[name] = twins[id(value)]
        elif kind in ATOMS:
            copies[name] = value
        elif not lists and kind is list and _only_atoms(map(type, value)):
            copies[name] = value.copy()
            lists += 1  # two attributes may be one list, which a copy must keep
        else:
            return False
    return True
