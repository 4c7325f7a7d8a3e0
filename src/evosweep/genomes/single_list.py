"""Copy one individual that is a list of simple genes, without the overhead of a block.

The result equals that of `Block.of` and `Rebuilder.block` for a block of one. Individuals of one
class, whose attributes have the same names and types, are all copied in the same way; so the way is
found once.
"""

from collections.abc import Callable, Mapping
from operator import countOf
from typing import Any, NamedTuple

from deap import base, creator

from evosweep.fast.classes import is_copied_as_values
from evosweep.genomes.class_values import base_of, made_by_class
from evosweep.genomes.companions import state_that_travels
from evosweep.genomes.encoded import encode_genomes, encode_native
from evosweep.genomes.form import Form
from evosweep.genomes.rebuild import Rebuilder
from evosweep.genomes.value_kinds import NATIVE


class SingleList(NamedTuple):
    """An individual's genes, their encoding, and the copy for the evaluation."""

    encoding: bytes
    """The encoding of a list with this one genome."""
    genes: list[object]
    given: list[object]
    form: Form
    whole: bool | None
    """True if all attributes of the individual travel; None if that is not known."""

    @property
    def is_changed(self) -> bool:
        """True if the evaluation has changed its genes."""
        if list.__eq__(self.given, self.genes):  # still the same objects
            return False
        return encode_genomes([self.given], self.form).encoding != self.encoding


class SingleLists:
    """Copies single individuals; `declared` names attributes that travel in any case."""

    def __init__(self, form: Form, rebuild: Rebuilder, declared: frozenset[str]) -> None:
        self._form, self._rebuild, self._declared = form, rebuild, declared
        self._ways: dict[tuple[object, ...], _Way | None] = {}

    def copy(self, individual: Any) -> SingleList | None:
        """Return the copy of an individual; None unless it is a list of simple genes."""
        kind: type = type(individual)
        if base_of(kind) is not list:
            return None
        genes = list.copy(individual)
        encoding = encode_native(genes)
        if encoding is None:
            return None
        attributes = getattr(individual, "__dict__", {})
        alike = (kind, *attributes, *map(type, attributes.values()))
        try:
            way = self._ways[alike]
        except KeyError:
            way = self._ways[alike] = _way(kind, attributes, self._declared)
        if way is not None and (given := way.copy(genes, attributes)) is not None:
            return SingleList(encoding, genes, given, self._form, whole=way.whole)
        state = state_that_travels(individual, self._form, self._declared)
        given = self._rebuild.individual(kind, genes.copy(), state)
        return SingleList(encoding, genes, given, self._form, whole=None)


_Copy = Callable[[Any], object]
"""A function that returns a copy of an attribute; None if it takes more care."""


class _Way(NamedTuple):
    """The way to copy individuals of a class that `creator` made of `list`."""

    kind: type
    copies: tuple[tuple[str, _Copy | None], ...]
    """The attributes that travel, each with the function that copies it, if it can change."""
    whole: bool
    """True if these are all attributes."""

    def copy(self, genes: list[object], attributes: Mapping[str, object]) -> list[object] | None:
        """Return a new individual; None if an attribute takes more care."""
        given: Any = list.__new__(self.kind)
        list.extend(given, genes)
        own = vars(given)
        for name, copy in self.copies:
            value = attributes[name]
            if copy is not None:
                value = copy(value)
                if value is None:
                    return None
            own[name] = value
        individual: list[object] = given
        return individual


def _way(kind: type, attributes: Mapping[str, object], declared: frozenset[str]) -> _Way | None:
    """Return the way to copy an individual with these attributes; None if it takes more care."""
    made = made_by_class(kind)
    is_usual = isinstance(kind, creator.MetaCreator) and kind.__mro__[1:] == (list, object)
    if not is_usual or not attributes.keys() >= made.keys():
        return None
    copies: list[tuple[str, _Copy | None]] = []
    for name, value in attributes.items():
        if type(value) in NATIVE:
            copies.append((name, None))
        elif type(value) is list:
            copies.append((name, _copy_list))
        elif type(value) is made.get(name) and is_copied_as_values(type(value)):
            # A rebuilt individual has a fitness without values before its other attributes.
            copies.append((name, _fitness_copier(type(value), may_be_empty=not copies)))
        elif name in made or name in declared or isinstance(value, tuple | base.Fitness):
            return None
    return _Way(kind, tuple(copies), whole=len(copies) == len(attributes))


def _copy_list(value: list[object]) -> list[object] | None:
    usual = countOf(map(type, value), float) == len(value) or NATIVE.issuperset(map(type, value))
    return value.copy() if usual else None


def _fitness_copier(kind: type, *, may_be_empty: bool) -> _Copy:
    def copy(fitness: base.Fitness) -> object:
        values = fitness.wvalues
        usual = type(values) is tuple and NATIVE.issuperset(map(type, values))
        if not usual or len(vars(fitness)) > 1 or not (values or may_be_empty):
            return None
        new: base.Fitness = object.__new__(kind)
        if values:
            new.wvalues = values
        return new

    return copy
