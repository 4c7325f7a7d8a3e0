"""Copy one individual that is a list of simple genes, without the overhead of a block.

The result equals that of `Block.of` and `Rebuilder.block` for a block of one.
"""

from functools import cache
from typing import Any, NamedTuple

from deap import base, creator

from evosweep.genomes.class_values import base_of, made_by_class
from evosweep.genomes.companions import state_that_travels
from evosweep.genomes.encoded import encode_genomes
from evosweep.genomes.encoding import encode
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

    @property
    def is_changed(self) -> bool:
        """True if the evaluation has changed its genes."""
        if list.__eq__(self.given, self.genes):  # still the same objects
            return False
        return encode_genomes([self.given], self.form).encoding != self.encoding


def single_list(
    individual: Any, form: Form, rebuild: Rebuilder, declared: frozenset[str]
) -> SingleList | None:
    """Return the copy of an individual; None unless it is a list of simple genes."""
    kind: type = type(individual)
    if base_of(kind) is not list:
        return None
    genes = list.copy(individual)
    if not NATIVE.issuperset(map(type, genes)):
        return None
    given = genes.copy() if kind is list else _usual_copy(individual, genes, declared)
    if given is None:
        state = state_that_travels(individual, form, declared)
        given = rebuild.individual(kind, genes, state)
    return SingleList(encode([genes]), genes, given, form)


def _usual_copy(
    individual: Any, genes: list[object], declared: frozenset[str]
) -> list[object] | None:
    """Return a copy of a `creator` class with simple attributes; None if one of them is not."""
    kind: type = type(individual)
    if not _is_usual(kind):
        return None
    made = made_by_class(kind)
    attributes, own = {}, {}
    for name, value in vars(individual).items():
        kind_of_value = type(value)
        if kind_of_value in NATIVE:
            own[name] = value
        elif kind_of_value is list and NATIVE.issuperset(map(type, value)):
            own[name] = value.copy()
        elif kind_of_value is made.get(name) and isinstance(value, base.Fitness):
            if len(vars(value)) > 1 or not _is_usual_fitness(value.wvalues):
                return None
            fitness = object.__new__(kind_of_value)
            if value.wvalues:
                fitness.wvalues = value.wvalues
                own[name] = fitness
            else:
                attributes[name] = fitness
        elif name in made or name in declared or isinstance(value, tuple | base.Fitness):
            return None  # takes more care
    if not (attributes.keys() | own.keys()) >= made.keys():
        return None
    given: Any = list.__new__(kind)
    list.extend(given, genes)
    attributes |= own  # in the order in which a rebuilt individual has them
    vars(given).update(attributes)
    copied: list[object] = given
    return copied


def _is_usual_fitness(values: object) -> bool:
    return type(values) is tuple and NATIVE.issuperset(map(type, values))


@cache
def _is_usual(kind: type) -> bool:
    """Return True if `creator` made the class of `list`, so that it has no slots of its own."""
    return isinstance(kind, creator.MetaCreator) and kind.__mro__[1:] == (list, object)
