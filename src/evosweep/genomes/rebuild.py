"""From bare genomes back to individuals, with what one toolbox knows."""

import array
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy
from deap import base, creator, gp

from evosweep.errors import InputError
from evosweep.genomes.genome import Plain, is_tagged


class Rebuilder:
    """Makes from plain forms what `plain` was given, with the primitive sets of one toolbox."""

    def __init__(self, primitive_sets: Sequence[gp.PrimitiveSetTyped] = ()) -> None:
        self._primitive_sets = primitive_sets

    def value(self, value: Plain) -> Any:
        """The genome, or the part of one, whose plain form this is."""
        if is_tagged(value):
            return getattr(self, f"_{value[1]}")(*value[2:])
        if isinstance(value, list | tuple | set | frozenset):
            return type(value)(map(self.value, value))
        if isinstance(value, dict):
            return {self.value(key): self.value(item) for key, item in value.items()}
        return value

    def individuals(self, genomes: list[Plain], kind: type | None, native: bool) -> list[Any]:
        """New individuals of class `kind` (a creator class), with no fitness values.

        `native`: no genome holds a tag; the lists are taken as they are.
        """
        if kind is None:
            return genomes if native else [self.value(genome) for genome in genomes]
        if native:
            fitness = _fitness_of(kind)
            return (
                list(map(kind, genomes)) if fitness is None else _make_all(kind, fitness, genomes)
            )
        return [self._individual(self.value(genome), kind) for genome in genomes]

    def _individual(self, genome: Any, kind: type) -> Any:
        if isinstance(genome, numpy.ndarray):
            individual: Any = genome.view(kind)
            kind.__init__(individual)  # type: ignore[misc]
            return individual
        return kind(genome)

    def write_back(self, individual: Any, value: Plain) -> None:
        """Replaces the genome of an individual in place."""
        genome = self.value(value)
        if isinstance(individual, set | dict):
            individual.clear()
            individual.update(genome)
        else:
            individual[:] = genome

    def _ndarray(self, dtype: str, shape: list[int], data: bytes) -> numpy.ndarray:
        return numpy.frombuffer(bytearray(data), dtype).reshape(shape)

    def _scalar(self, dtype: str, data: bytes) -> Any:
        return numpy.frombuffer(data, dtype)[0]

    def _array(self, typecode: str, data: bytes) -> "array.array[Any]":
        return array.array(typecode, data)

    def _tree(self, tokens: list[Any]) -> gp.PrimitiveTree:
        names = [token if isinstance(token, str) else token[0] for token in tokens]
        for primitive_set in self._primitive_sets:
            if all(name in primitive_set.mapping for name in names):
                return gp.PrimitiveTree([self._node(primitive_set, t) for t in tokens])
        raise InputError(
            f"genome: no primitive set of the toolbox has all of {sorted(set(names))}; register "
            "toolbox functions with pset=... so that workers can rebuild trees"
        )

    def _node(self, primitive_set: gp.PrimitiveSetTyped, token: Any) -> Any:
        if isinstance(token, str):
            return primitive_set.mapping[token]
        ephemeral = primitive_set.mapping[token[0]]
        node = ephemeral.__new__(ephemeral)  # its own __init__ would draw a new value
        node.value = self.value(token[1])
        return node


@cache
def _fitness_of(kind: type) -> type | None:
    """The class of fitness of a usual creator class over `list`, which has nothing else."""
    attributes = _instance_attributes(kind, list)
    fitness = attributes.get("fitness")
    if fitness is None or len(attributes) > 1 or not issubclass(fitness, base.Fitness):
        return None
    return None if _instance_attributes(fitness, base.Fitness) else fitness


def _make_all(kind: Any, fitness: Any, genomes: list[list[Any]]) -> list[Any]:
    """What `kind` makes of each list, without its detours."""
    new, new_fitness, extend = kind.__new__, fitness.__new__, list.extend
    individuals = []
    for genome in genomes:
        individual = new(kind)
        extend(individual, genome)
        individual.fitness = new_fitness(fitness)  # without values, as its __init__ would make it
        individuals.append(individual)
    return individuals


def _instance_attributes(kind: type, parent: type) -> dict[str, type]:
    """What a creator class right below `parent` gives each instance; nothing for other classes."""
    if not isinstance(kind, creator.MetaCreator) or kind.__mro__[1] is not parent:
        return {}
    attributes: dict[str, Any] = kind.reduce_args[2]
    return {name: value for name, value in attributes.items() if isinstance(value, type)}


def primitive_sets(toolbox: Any) -> list[gp.PrimitiveSetTyped]:
    """The GP primitive sets that the toolbox's functions were registered with."""
    found: dict[int, gp.PrimitiveSetTyped] = {}
    for alias in vars(toolbox).values():
        for value in _arguments(alias):
            if isinstance(value, gp.PrimitiveSetTyped):
                found[id(value)] = value
    return list(found.values())


def _arguments(alias: Any) -> Iterator[Any]:
    yield alias
    for value in (*getattr(alias, "args", ()), *(getattr(alias, "keywords", None) or {}).values()):
        if isinstance(value, list | tuple):
            yield from value
        elif callable(value) and hasattr(value, "keywords"):
            yield from _arguments(value)
        else:
            yield value
