"""Convert members of enumerations, and objects of a program's classes, to plain form and back.

An object is rebuilt without a call of its `__init__`: first the content of its base class, then its
attributes, each exactly as it was.
"""

import array
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from enum import Enum, Flag
from functools import cache, partial
from typing import Any, cast

import numpy
from deap import base, creator, gp

from evosweep.genomes import class_names
from evosweep.genomes.form import Form, Plain

_CONTENT: dict[type, Callable[..., object]] = {
    gp.PrimitiveTree: lambda value: value,
    numpy.ndarray: lambda value: value,
    array.array: lambda value: value,
    list: list.copy,
    tuple: lambda value: tuple(tuple.__iter__(value)),
    OrderedDict: lambda value: OrderedDict(OrderedDict.items(value)),
    Counter: lambda value: Counter(dict(dict.items(value))),
    defaultdict: lambda value: defaultdict(value.default_factory, dict.items(value)),
    dict: lambda value: dict(dict.items(value)),
    deque: lambda value: deque(deque.__iter__(value), value.maxlen),
    set: set.copy,
    frozenset: lambda value: frozenset(frozenset.__iter__(value)),
    bytearray: lambda value: bytearray(memoryview(value)),
    bytes: lambda value: bytes(memoryview(value)),
    str: str.__str__,
    int: int.__int__,
    float: float.__float__,
    complex: lambda value: complex(value.real, value.imag),
}
"""For each base class, a function that returns an object's content as an object of this class."""


@cache
def base_of(kind: type) -> type | None:
    """Return the built-in or library class that holds the content of objects of `kind`, if any."""
    return next((parent for parent in kind.__mro__ if parent in _CONTENT), None)


@cache
def made_by_class(kind: type) -> Mapping[str, type]:
    """Return the classes by which `creator` gives each new individual attributes, such as
    fitness."""
    attributes: dict[str, type] = {}
    for parent in reversed(kind.__mro__):
        if isinstance(parent, creator.MetaCreator):
            given = parent.reduce_args[2]
            attributes |= {
                name: kind_of_value
                for name, kind_of_value in given.items()
                if isinstance(kind_of_value, type)
            }
    return attributes


def content_of(value: object, parent: type) -> object:
    """Return the content of `value` as an object of its base class `parent`."""
    return _CONTENT[parent](value)


def state_of(value: object) -> dict[str, object]:
    """Return an object's attributes: those of its `__dict__`, then those in slots."""
    state = dict(getattr(value, "__dict__", ()))
    kind: type = type(value)
    for name in _slots(kind):
        if hasattr(value, name):
            state[name] = getattr(value, name)
    return state


@cache
def _slots(kind: type) -> tuple[str, ...]:
    """Return the names of the attributes that objects of this class keep in slots."""
    names: list[str] = []
    for parent in kind.__mro__:
        slots = parent.__dict__.get("__slots__", ())
        names += [slots] if isinstance(slots, str) else slots
    return tuple(name for name in names if not name.startswith("__"))


def plain_enum(value: Enum, form: Form) -> Plain:
    """Return class and name of an enumeration's member; for combined flags, class and value."""
    name = class_names.name_of(type(value))
    if isinstance(value, Flag):
        return [..., "flag", name, form(value.value)]
    return [..., "enum", name, value.name]


def plain_object(value: object, form: Form) -> Plain:
    """Return class, content and attributes of an object.

    Its class is derived from a built-in class, or is a named tuple or a dataclass.
    """
    kind: type = type(value)
    parent = base_of(kind)
    state = state_of(value)
    content = None if parent is None else form.content(content_of(value, parent), parent)
    if not form.exact:
        state.pop("fitness", None)
        if not state and parent is not None and isinstance(kind, creator.MetaCreator):
            return content
    return [..., "object", class_names.name_of(kind), content, _attributes(state, form)]


def _attributes(state: Mapping[str, object], form: Form) -> dict[str, Plain]:
    return {name: form(part) for name, part in state.items()}


def is_known_object(kind: type) -> bool:
    """Return True if `plain_object` can convert objects of this class."""
    return base_of(kind) is not None or is_dataclass(kind) or issubclass(kind, base.Fitness)


def make_object(kind: type, content: object, state: Mapping[str, object]) -> object:
    """Return a new object of `kind` that holds `content` and has the attributes `state`."""
    parent = base_of(kind)
    value = object.__new__(kind) if parent is None else _MAKERS[parent](kind, content)
    for name, part in state.items():
        object.__setattr__(value, name, part)  # works for frozen dataclasses too
    return value


def _make_sequence(kind: type[list[object]], content: list[object]) -> list[object]:
    sequence = list.__new__(kind)
    list.extend(sequence, content)
    return sequence


def _make_dict(
    parent: "type[dict[Any, Any]]",
    kind: type[dict[object, object]],
    content: "dict[object, object]",
) -> object:
    new = parent.__new__(kind)
    if isinstance(new, defaultdict):
        new.default_factory = cast("defaultdict[object, object]", content).default_factory
    update = OrderedDict.__setitem__ if parent is OrderedDict else dict.__setitem__
    for key, item in content.items():
        update(new, key, item)
    return new


def _make_set(kind: type[set[object]], content: set[object]) -> set[object]:
    new = set.__new__(kind)
    set.update(new, content)
    return new


def _make_deque(kind: "type[deque[object]]", content: "deque[object]") -> "deque[object]":
    new = deque.__new__(kind)
    deque.__init__(new, content, content.maxlen)
    return new


def _make_bytearray(kind: type[bytearray], content: bytearray) -> bytearray:
    new = bytearray.__new__(kind)
    bytearray.__init__(new, content)
    return new


def _make_value(parent: type, kind: type, content: object) -> object:
    new: object = parent.__new__(kind, content)
    return new


_MAKERS: dict[type, Callable[..., object]] = {
    gp.PrimitiveTree: _make_sequence,
    list: _make_sequence,
    numpy.ndarray: lambda kind, content: content.view(kind),
    array.array: lambda kind, content: array.array.__new__(
        kind, content.typecode, content.tobytes()
    ),
    set: _make_set,
    deque: _make_deque,
    bytearray: _make_bytearray,
    complex: lambda kind, content: complex.__new__(kind, content.real, content.imag),
} | {
    parent: partial(_make_dict, parent) for parent in (OrderedDict, Counter, defaultdict, dict)
} | {
    parent: partial(_make_value, parent) for parent in (tuple, frozenset, bytes, str, int, float)
}  # fmt: skip


FROM_PLAIN: dict[str, Callable[..., object]] = {
    "enum": lambda kind, member: kind[member],
    "flag": lambda kind, value: kind(value),
    "object": make_object,
}
"""Functions that rebuild a value from its class and the other parts of its plain form."""
