"""Rebuild genomes and individuals from plain forms, with the help of a toolbox."""

import array
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy
from deap import gp

from evosweep.errors import InputError
from evosweep.fast.birth import born_of
from evosweep.fast.classes import is_copied_as_values
from evosweep.genomes import (
    array_rows,
    class_names,
    class_values,
    numpy_values,
    scalar_rows,
    standard_values,
)
from evosweep.genomes.blocks import Block
from evosweep.genomes.class_values import base_of, made_by_class, make_object
from evosweep.genomes.companions import State
from evosweep.genomes.encoding import decode_list
from evosweep.genomes.form import Plain, is_tagged
from evosweep.genomes.tree_values import Token, nodes_of
from evosweep.genomes.value_kinds import NATIVE

Decode = Callable[[object], object]
"""The toolbox's `decode`: it converts simple values to an object of a program's own class."""

_GROUPS: dict[str, Callable[..., object]] = {
    "dict": lambda parts: dict(zip(parts[::2], parts[1::2], strict=True)),
    "set": set,
    "frozenset": frozenset,
    "part": lambda part: part,
}


class Rebuilder:
    """Rebuilds values and individuals from plain forms.

    Parameters
    ----------
    primitive_sets
        The primitive sets of the trees in genomes.
    decode
        The toolbox's `decode`, if it has one.
    look_up
        Finds classes and functions by name; `class_names.seen_here` for plain forms from a disk.
    """

    def __init__(
        self,
        primitive_sets: Sequence[gp.PrimitiveSetTyped] = (),
        decode: Decode | None = None,
        look_up: Callable[[str], object] = class_names.named,
    ) -> None:
        self._primitive_sets, self._decode, self._look_up = primitive_sets, decode, look_up
        of_classes = {
            tag: partial(self._of_class, make) for tag, make in class_values.FROM_PLAIN.items()
        }
        self._makers: dict[str, Callable[..., object]] = {
            **numpy_values.FROM_PLAIN, **standard_values.FROM_PLAIN, **_GROUPS, **of_classes,
            "own": self._own, "name": look_up,
        }  # fmt: skip

    def value(self, value: Plain) -> object:
        """Return the value, a genome or a part of one, that has this plain form."""
        if isinstance(value, list):
            if NATIVE.issuperset(map(type, value)):
                return value.copy()
            return self._tagged(value) if is_tagged(value) else list(map(self.value, value))
        if isinstance(value, tuple | set | frozenset):
            return type(value)(map(self.value, value))
        if isinstance(value, dict):
            return {self.value(key): self.value(item) for key, item in value.items()}
        return value

    def _tagged(self, value: Plain) -> object:
        assert isinstance(value, list)
        _, tag, *parts = value
        if tag == "tree":
            return gp.PrimitiveTree(self._nodes(parts[0]))
        return self._makers[tag](*map(self.value, parts))

    def block(self, block: Block) -> list[object]:
        """Return new individuals equal to those of the block.

        They have no fitness values, unless these travelled with the block.
        """
        genomes, companions = self._genomes(block), block.companions
        if companions.states is None and len(companions.classes) == 1:
            return self._alike(genomes, self._class(companions.classes[0]))
        names = companions.classes * (len(genomes) if len(companions.classes) == 1 else 1)
        states = companions.states or [{}] * len(genomes)
        return [
            self.individual(self._class(name), genome, state)
            for name, genome, state in zip(names, genomes, states, strict=True)
        ]

    def _genomes(self, block: Block) -> Sequence[Any]:
        if block.contents is not None:
            return block.contents
        if block.layout == "scalars":
            return scalar_rows.decode_rows(block.encoding)
        if block.layout == "arrays":
            return array_rows.decode_arrays(block.encoding)
        plain = decode_list(block.encoding)
        return plain if block.layout == "native" else list(map(self.value, plain))

    def _alike(self, genomes: Sequence[Sequence[object]], kind: type) -> list[object]:
        """Return individuals of one class whose only attribute is a fitness without values."""
        if kind is list:
            return [[*genome] for genome in genomes]
        if made_by_class(kind).keys() == {"fitness"}:
            fitness = made_by_class(kind)["fitness"]
            if base_of(kind) in _LISTS:
                return _make_lists(kind, fitness, genomes)
            if array_rows.is_usual(kind):
                return _make_arrays(kind, fitness, genomes)
        return [self.individual(kind, genome, {}) for genome in genomes]

    def individual(self, kind: type, genome: object, state: State) -> Any:
        """Return a new individual of a class, with a genome and the attributes that travelled."""
        if type(genome) is kind or base_of(kind) is None:
            individual = genome  # an object of the program's own class
        else:
            individual = make_object(kind, genome, {})
            for name, attribute in made_by_class(kind).items():
                if name not in state:
                    object.__setattr__(individual, name, attribute())
        for name, value in state.items():
            part: Any
            if name == "fitness" and type(value) is tuple:
                part = object.__new__(made_by_class(kind)["fitness"])
                part.wvalues = value
            else:
                part = value if type(value) in NATIVE else self.value(value)
            object.__setattr__(individual, name, part)
        return individual

    def write_back(self, individual: Any, value: Plain) -> None:
        """Replace the genome of an individual in place."""
        genome: Any = self.value(value)
        if isinstance(individual, list):
            list.__setitem__(individual, slice(None), genome)  # a tree's own would check it
        elif isinstance(individual, numpy.ndarray | array.array | bytearray):
            individual[:] = genome
        elif isinstance(individual, set | dict):
            individual.clear()
            individual.update(genome)
        elif isinstance(individual, deque):
            individual.clear()
            individual.extend(genome)
        else:
            _write_attributes(individual, genome)

    def _nodes(self, tokens: Sequence[Token]) -> list[object]:
        return nodes_of(tokens, self._primitive_sets, self.value)

    def _class(self, name: str) -> type:
        kind = self._look_up(name)
        assert isinstance(kind, type)
        return kind

    def _of_class(self, make: Callable[..., object], name: str, *parts: object) -> object:
        return make(self._class(name), *parts)

    def _own(self, encoded: object) -> object:
        assert self._decode is not None
        return self._decode(encoded)


def _write_attributes(individual: object, genome: object) -> None:
    """Copy the attributes of one object of a program's own class to another."""
    if type(genome) is not type(individual) or not hasattr(individual, "__dict__"):
        kind = type(individual).__qualname__
        raise InputError(f"genome: a {kind} cannot be improved in place; use a list, or an array")
    improved = {name: part for name, part in vars(genome).items() if name != "fitness"}
    vars(individual).update(improved)


def _make_lists(
    kind: type[list[object]], fitness: type, genomes: Sequence[Sequence[object]]
) -> list[object]:
    """Return individuals on lists, made faster than by a call of their class."""
    if kind.__new__ is list.__new__ and is_copied_as_values(fitness):
        return born_of(kind, fitness, genomes)
    new, extend, make = list.__new__, list.extend, _maker_of(fitness)
    individuals: list[object] = []
    for genome in genomes:
        individual: Any = new(kind)
        extend(individual, genome)
        individual.fitness = make()
        individuals.append(individual)
    return individuals


def _make_arrays(kind: type, fitness: type, genomes: Sequence[Any]) -> list[object]:
    """Return individuals on new arrays."""
    make = _maker_of(fitness)
    individuals: list[object] = []
    for genome in genomes:
        individual = genome.view(kind)
        object.__setattr__(individual, "fitness", make())
        individuals.append(individual)
    return individuals


def _maker_of(fitness: type) -> Callable[[], object]:
    """Return the fastest function that makes a fitness without values."""
    return partial(object.__new__, fitness) if is_copied_as_values(fitness) else fitness


_LISTS = (list, gp.PrimitiveTree)


def primitive_sets(toolbox: object) -> list[gp.PrimitiveSetTyped]:
    """Return the GP primitive sets among the registered arguments of the toolbox's functions."""
    sets: dict[int, gp.PrimitiveSetTyped] = {}
    for alias in vars(toolbox).values():
        for value in _arguments(alias):
            if isinstance(value, gp.PrimitiveSetTyped):
                sets[id(value)] = value
    return list(sets.values())


def _arguments(value: object) -> Iterator[object]:
    """Yield a value; of a registered function also the arguments, and so of those."""
    yield value
    if isinstance(value, partial):
        for argument in (*value.args, *value.keywords.values()):
            for part in argument if isinstance(argument, list | tuple) else (argument,):
                yield from _arguments(part)
