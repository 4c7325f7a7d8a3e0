"""The companions of a genome: its individual's class, attributes and earlier fitness.

They travel with the genome, and no digest covers them. Attributes with simple values always travel.
Others travel only if the problem declares them, since a program may attach any object to an
individual. An evaluation that reads an attribute that was left behind fails, and the error names
the attribute.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from operator import attrgetter
from typing import NamedTuple, cast

from deap import base

from evosweep.errors import InputError
from evosweep.genomes import class_names
from evosweep.genomes.class_values import base_of, made_by_class, state_of
from evosweep.genomes.form import Form, Plain
from evosweep.genomes.value_kinds import NATIVE

State = dict[str, Plain]


class Companions(NamedTuple):
    """The classes and attributes of a block's individuals, in the same order."""

    classes: list[str]
    """The name of each individual's class; a single name if all have the same."""
    states: list[State] | None = None
    """The attributes of each individual; None if all have only a fitness without values."""


def companions_of(
    individuals: Sequence[object], form: Form, declared: frozenset[str]
) -> Companions:
    """Return the classes of individuals, and those of their attributes that travel.

    `declared` names attributes that travel whatever their values are.
    """
    kinds = set(map(type, individuals))
    if len(kinds) == 1:
        classes = [class_names.name_of(*kinds)]
        if _are_bare(individuals):
            return Companions(classes)
    else:
        names = {kind: class_names.name_of(kind) for kind in kinds}
        classes = [names[type(each)] for each in individuals]
    if all(map(_is_bare, individuals)):
        return Companions(classes)
    return Companions(classes, [_state(each, form, declared) for each in individuals])


def state_that_travels(individual: object, form: Form, declared: frozenset[str]) -> State:
    """Return the attributes of one individual that travel; {} if it is bare."""
    return {} if _is_bare(individual) else _state(individual, form, declared)


_FITNESS_VALUES = attrgetter("fitness.wvalues")


def _are_bare(individuals: Sequence[object]) -> bool:
    """Return True if all are bare; there is a faster path for one usual class of `creator`."""
    kind: type = type(individuals[0])
    if made_by_class(kind).keys() != {"fitness"} or not kind.__dictoffset__:
        return False
    if set(map(len, map(vars, individuals))) != {1}:
        return False
    return not any(map(_FITNESS_VALUES, individuals))


def _is_bare(individual: object) -> bool:
    """Return True if the individual's only attribute is the fitness of its class, without
    values."""
    attributes = getattr(individual, "__dict__", None)
    if not attributes:
        return True
    fitness = attributes.get("fitness")
    return len(attributes) == 1 and _is_fresh(fitness, type(individual))


def _is_fresh(fitness: object, kind: type) -> bool:
    """Return True if the fitness equals that of a new individual of the class."""
    expected: object = made_by_class(kind).get("fitness")
    return type(fitness) is expected and not getattr(fitness, "wvalues", True)


def _state(individual: object, form: Form, declared: frozenset[str]) -> State:
    kind: type = type(individual)
    state: State = {}
    if base_of(kind) is None:  # an object of the program's own class is a genome as a whole
        return state
    for name, value in state_of(individual).items():
        if _is_simple(value):
            state[name] = value  # its own plain form
        elif name in declared:
            state[name] = form(value)
        elif isinstance(value, base.Fitness):
            if not _is_fresh(value, kind):
                state[name] = _plain_fitness(value, kind, form)
        elif name in made_by_class(kind):
            with suppress(InputError):  # the worker makes a new one if it cannot travel
                state[name] = form(value)
    return state


def _plain_fitness(fitness: base.Fitness, kind: type, form: Form) -> Plain:
    """Return the weighted values of a usual fitness as a tuple, else the plain form."""
    values = fitness.wvalues
    usual = type(fitness) is made_by_class(kind).get("fitness") and len(vars(fitness)) == 1
    return values if usual and type(values) is tuple and _is_simple(values) else form(fitness)


def left_behind(individual: object, form: Form, declared: frozenset[str]) -> list[str]:
    """Return the names of an individual's attributes that do not travel."""
    kind: type = type(individual)
    if base_of(kind) is None:
        return []
    return [
        name
        for name, value in state_of(individual).items()
        if not (name in declared or _is_simple(value) or isinstance(value, base.Fitness))
        and not (name in made_by_class(kind) and _has_form(value, form))
    ]


def _has_form(value: object, form: Form) -> bool:
    try:
        form(value)
    except InputError:
        return False
    return True


def _is_simple(value: object) -> bool:
    kind = type(value)
    if kind is list or kind is tuple:
        return NATIVE.issuperset(map(type, cast("Iterable[object]", value)))
    return kind in NATIVE
