"""What an individual is beside its genome: its class, its attributes, an earlier fitness.

It travels with the genome, and no digest covers it. Attributes of simple values travel by
themselves; others only if the problem declares them, since a program may hang anything on an
individual. An evaluation that reads an attribute that stayed behind fails by its name.
"""

from collections.abc import Sequence
from contextlib import suppress
from operator import attrgetter
from typing import NamedTuple

from deap import base

from evosweep.errors import InputError
from evosweep.genomes import class_names
from evosweep.genomes.class_values import base_of, made_by_class, state_of
from evosweep.genomes.form import Form, Plain
from evosweep.genomes.value_kinds import NATIVE

State = dict[str, Plain]


class Companions(NamedTuple):
    """The classes and attributes of a block's individuals, in their order."""

    classes: list[str]
    """The name of each one's class; a single name where it is that of all."""
    states: list[State] | None = None
    """The attributes of each; None if none has any but a fitness without values."""


def companions_of(
    individuals: Sequence[object], form: Form, declared: frozenset[str]
) -> Companions:
    """Return the classes of individuals, and those of their attributes that travel.

    `declared` are attributes that travel whatever they are.
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
    """Return the attributes of one individual as its companions have them; {} if it is bare."""
    return {} if _is_bare(individual) else _state(individual, form, declared)


_FITNESS_VALUES = attrgetter("fitness.wvalues")


def _are_bare(individuals: Sequence[object]) -> bool:
    """As `_is_bare` of all, sooner if they are of one usual class of `creator`."""
    kind: type = type(individuals[0])
    if made_by_class(kind).keys() != {"fitness"} or not kind.__dictoffset__:
        return False
    if set(map(len, map(vars, individuals))) != {1}:
        return False
    return not any(map(_FITNESS_VALUES, individuals))


def _is_bare(individual: object) -> bool:
    """Return True if an individual has no attribute but the fitness of its class, without
    values."""
    attributes = getattr(individual, "__dict__", None)
    if not attributes:
        return True
    fitness = attributes.get("fitness")
    return len(attributes) == 1 and _is_fresh(fitness, type(individual))


def _is_fresh(fitness: object, kind: type) -> bool:
    """Return True if this is what the class gives each new individual as its fitness."""
    expected: object = made_by_class(kind).get("fitness")
    return type(fitness) is expected and not getattr(fitness, "wvalues", True)


def _state(individual: object, form: Form, declared: frozenset[str]) -> State:
    kind: type = type(individual)
    state: State = {}
    if base_of(kind) is None:  # an object of the program's own class is all genome
        return state
    for name, value in state_of(individual).items():
        if name in declared or _is_simple(value):
            state[name] = form(value)
        elif isinstance(value, base.Fitness):
            if not _is_fresh(value, kind):
                state[name] = _plain_fitness(value, kind, form)
        elif name in made_by_class(kind):
            with suppress(InputError):  # made anew where it cannot travel
                state[name] = form(value)
    return state


def _plain_fitness(fitness: base.Fitness, kind: type, form: Form) -> Plain:
    """Return the weighted values of a usual fitness, as a tuple; the plain form of any other
    one."""
    values = fitness.wvalues
    usual = type(fitness) is made_by_class(kind).get("fitness") and len(vars(fitness)) == 1
    return values if usual and type(values) is tuple and _is_simple(values) else form(fitness)


def left_behind(individual: object, form: Form, declared: frozenset[str]) -> list[str]:
    """Return the names of the attributes of an individual that do not travel."""
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
    if type(value) in NATIVE:
        return True
    if isinstance(value, list | tuple) and type(value) in (list, tuple):
        return NATIVE.issuperset(map(type, value))
    return False
