"""The plain form of a genome, which travels to workers and enters digests.

It consists of types of Python's `marshal`: numbers, text, bytes, None, lists, tuples, sets and
dicts, and no subclasses of these. Any other value becomes a list that starts with Ellipsis and a
tag; docs/digest.md has the table.

There are two forms. The *exact* form keeps the class of every part, and travels. The form of the
*population digest* omits differences that two equal populations may have: the byte order and the
memory order of arrays, and classes of `creator` within an individual that add no attribute.
"""

import array
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import Enum

import numpy
from deap import gp

from evosweep.errors import InputError
from evosweep.genomes import class_names, class_values, numpy_values, standard_values
from evosweep.genomes.encoding import encode
from evosweep.genomes.form import Form, Plain
from evosweep.genomes.tree_values import plain_tree
from evosweep.genomes.value_kinds import NATIVE

_DEEPEST = 100  # levels of nested parts, far below Python's limit of recursion

Encode = Callable[[object], object]
"""The toolbox's `encode`: it converts an object of a program's own class to simple values."""


class PlainForm:
    """A conversion to plain form; call it with an individual's genome, or with any part of one."""

    def __init__(
        self,
        encode: Encode | None = None,
        primitive_sets: Sequence[gp.PrimitiveSetTyped] = (),
        *,
        exact: bool = True,
    ) -> None:
        self.exact = exact
        self.node_names = (
            frozenset(name for pset in primitive_sets for name in pset.mapping)
            if primitive_sets
            else None
        )
        self.sets = False
        """True once a set with several elements was converted."""
        self._encode = encode
        self._depth = 0

    def __call__(self, value: object) -> Plain:
        """Return the plain form of a value.

        Raises
        ------
        InputError
            If a part has no plain form; the message names its class and a remedy.
        """
        kind = type(value)
        if kind in NATIVE:
            return value
        self._depth += 1
        try:
            if self._depth > _DEEPEST:
                raise InputError(
                    "genome: an individual holds itself, or parts in more than "
                    f"{_DEEPEST} parts; give it a flat form by toolbox.register('encode', ...)"
                )
            return _converter(kind)(value, self)
        finally:
            self._depth -= 1

    def genome(self, individual: object) -> Plain:
        """Return the plain form of an individual without its own class and attributes."""
        kind: type = type(individual)
        parent = class_values.base_of(kind)
        if kind in _CONVERTERS or parent is None or issubclass(kind, Enum | numpy.generic):
            return self(individual)
        content = class_values.content_of(individual, parent)
        if not self.exact and parent in _SIMPLER:
            content = _SIMPLER[parent](content)
            parent = type(content)
        return self.content(content, parent)

    def content(self, value: object, parent: type) -> Plain:
        """Return the plain form of an object's content as a `parent`, without its own class."""
        return value if parent in NATIVE else _CONVERTERS[parent](value, self)

    def own(self, value: object) -> Plain:
        """Return the plain form of a value of a program's own class.

        The population digest uses its class and attributes, so that most classes need no `encode`.
        """
        if not self.exact and class_values.state_of(value):
            with suppress(InputError):
                return class_values.plain_object(value, self)
        if self._encode is not None:
            encoded = self._encode(value)
            if encoded is not NotImplemented:
                return [..., "own", self(encoded)]
        kind = type(value)
        raise InputError(
            f"genome: an individual holds a {kind.__module__}.{kind.__qualname__}, which evosweep "
            "cannot copy bit by bit; register toolbox functions encode (object -> numbers, text, "
            "lists, dicts) and decode (back), or use a type that docs/genomes.md lists"
        )

    def known_object(self, value: object) -> Plain:
        """Return the plain form of an object of a derived class, or the result of `encode`."""
        try:
            return class_values.plain_object(value, self)
        except InputError:
            if self._encode is None:
                raise
            return self.own(value)


def _plain_list(value: list[object], form: Form) -> Plain:
    return value if NATIVE.issuperset(map(type, value)) else [form(item) for item in value]


def _plain_tuple(value: tuple[object, ...], form: Form) -> Plain:
    return value if NATIVE.issuperset(map(type, value)) else tuple([form(item) for item in value])


def _plain_dict(value: dict[object, object], form: Form) -> Plain:
    items = [(form(key), form(item)) for key, item in value.items()]
    if _are_hashable([key for key, _ in items]):
        return dict(items)
    return [..., "dict", [part for pair in items for part in pair]]


def _plain_set(value: "set[object] | frozenset[object]", form: Form) -> Plain:
    form.sets = form.sets or len(value) > 1
    items = [form(item) for item in value]
    if _are_hashable(items):
        return type(value)(items)
    return [..., type(value).__name__, sorted(items, key=encode)]


def _are_hashable(items: Sequence[object]) -> bool:
    """Return True if plain forms may be elements of a set, since no list is among them."""
    try:
        hash(tuple(items))
    except TypeError:
        return False
    return True


def _refused(value: object, form: Form) -> Plain:
    return form.own(value)


_SIMPLER: dict[type, Callable[..., object]] = {OrderedDict: dict, Counter: dict, bytearray: bytes}
"""Converters for the population digest of individuals that are themselves of these types."""

_CONVERTERS: dict[type, Callable[..., Plain]] = {
    **standard_values.TO_PLAIN,
    list: _plain_list,
    tuple: _plain_tuple,
    dict: _plain_dict,
    set: _plain_set,
    frozenset: _plain_set,
    gp.PrimitiveTree: plain_tree,
    numpy.ndarray: numpy_values.plain_array,
    array.array: numpy_values.plain_typed,
    type: lambda value, _: [..., "name", class_names.name_of(value)],
}
"""Converters of values of these types, but not of their subclasses."""


def _converter(kind: type) -> Callable[..., Plain]:
    """Return the converter of a type; it is cached."""
    if kind not in _CONVERTER_OF:
        _CONVERTER_OF[kind] = _CONVERTERS.get(kind) or _find_converter(kind)
    return _CONVERTER_OF[kind]


def _find_converter(kind: type) -> Callable[..., Plain]:
    if issubclass(kind, Enum):
        return class_values.plain_enum
    if issubclass(kind, numpy.generic):
        return numpy_values.plain_scalar
    if kind in class_names.FUNCTIONS or issubclass(kind, type):
        return _CONVERTERS[type]
    foreign = kind.__module__.partition(".")[0] == "numpy"  # masked arrays and similar ones
    if class_values.is_known_object(kind) and not foreign:
        return lambda value, form: form.known_object(value)
    return _refused


_CONVERTER_OF: dict[type, Callable[..., Plain]] = {}


def plain(value: object) -> Plain:
    """Return the plain form of one individual's genome."""
    return PlainForm().genome(value)
