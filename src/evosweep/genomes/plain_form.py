"""The plain form of a genome: what travels to workers, and what is digested.

It is built of what Python's `marshal` knows: numbers, text, bytes, None, lists, tuples, sets and
dicts, each exactly of that type. Everything else is a list that starts with an Ellipsis and a tag;
docs/digest.md has the table.

Two forms exist. The *exact* one keeps the class of every part and travels. The one of the
*population digest* leaves out what two equal populations may differ in: the byte order and the
memory order of arrays, and classes of `creator` below the individual that add no attribute.
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

_DEEPEST = 100  # parts in parts, far below what Python's own recursion allows

Encode = Callable[[object], object]
"""The toolbox's `encode`: an object of a class of the program's own -> simple values."""


class PlainForm:
    """Conversion to plain form; call it with an individual's genome, or with any part of one."""

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
        """True if a set of several elements was converted."""
        self._encode = encode
        self._depth = 0

    def __call__(self, value: object) -> Plain:
        """Return the plain form of a value.

        Raises
        ------
        InputError
            If a part has no plain form; names its class and what to do.
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
        """Return the plain form of what an object holds as a `parent`, its class on `parent` left
        out."""
        return value if parent in NATIVE else _CONVERTERS[parent](value, self)

    def own(self, value: object) -> Plain:
        """Return the plain form of a value of a class that only the program knows.

        The population digest takes its class and attributes, so that it needs no `encode` for most.
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
        """Return the plain form of an object of a class on a known one, or what `encode` makes of
        it."""
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
    """Return True if plain forms may be the elements of a set: no list is among them, at any
    depth."""
    try:
        hash(tuple(items))
    except TypeError:
        return False
    return True


def _refused(value: object, form: Form) -> Plain:
    return form.own(value)


_SIMPLER: dict[type, Callable[..., object]] = {OrderedDict: dict, Counter: dict, bytearray: bytes}
"""What counts in the population digest where an individual is one of these, not a part of it."""

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
"""Converters of values of exactly these types."""


def _converter(kind: type) -> Callable[..., Plain]:
    """Return the conversion of a type, looked up once for each."""
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
    foreign = kind.__module__.partition(".")[0] == "numpy"  # masked arrays and the like
    if class_values.is_known_object(kind) and not foreign:
        return lambda value, form: form.known_object(value)
    return _refused


_CONVERTER_OF: dict[type, Callable[..., Plain]] = {}


def plain(value: object) -> Plain:
    """Return the plain form of one individual's genome."""
    return PlainForm().genome(value)
