"""Convert genomes to readable JSON data for receipts, failures and tables."""

import array
from collections import deque
from collections.abc import Callable, Collection
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from types import BuiltinFunctionType, FunctionType, UnionType
from uuid import UUID

import numpy
from deap import gp

from evosweep.errors import InputError
from evosweep.genomes.class_values import state_of
from evosweep.genomes.encoding import encode
from evosweep.genomes.plain_form import PlainForm

_AS_THEY_ARE = frozenset({int, float, bool, str, type(None)})
_DEEPEST = 50


def readable(value: object, depth: int = 0) -> object:
    """Return a genome, or a part of one, as JSON data.

    A GP tree becomes its expression, an array a list, a member of an enumeration its name, and a
    named tuple or a dataclass an object with its fields. Values that JSON lacks become text.
    """
    if type(value) in _AS_THEY_ARE:
        return value
    if depth > _DEEPEST:
        return "..."
    show = next((show for kinds, show in _KINDS if isinstance(value, kinds)), _object)
    return show(value, depth + 1)


def _items(value: Collection[object], depth: int) -> list[object]:
    if _AS_THEY_ARE.issuperset(map(type, value)):
        return list(value)
    return [item if type(item) in _AS_THEY_ARE else readable(item, depth) for item in value]


def _tuple(value: tuple[object, ...], depth: int) -> object:
    if not hasattr(value, "_fields"):
        return _items(value, depth)
    return dict(zip(value._fields, _items(value, depth), strict=True))


def _set(value: "set[object] | frozenset[object]", depth: int) -> object:
    return _items(sorted(value, key=_order), depth)


def _order(item: object) -> bytes:
    try:
        return encode(PlainForm()(item))
    except InputError:
        return repr(item).encode()


def _dict(value: dict[object, object], depth: int) -> object:
    return [[readable(key, depth), readable(item, depth)] for key, item in value.items()]


def _array(value: numpy.ndarray | numpy.generic, depth: int) -> object:
    if value.dtype.kind in "mM":  # `tolist` would turn nanoseconds into bare numbers
        return value.astype(str).tolist()
    return readable(value.tolist(), depth)


def _object(value: object, depth: int) -> object:
    """Return the fields of an object; the name of its class if it has none."""
    named = state_of(value)
    named.pop("fitness", None)
    if not named:
        return type(value).__qualname__
    return {name: readable(part, depth) for name, part in named.items()}


_KINDS: list[tuple[type | UnionType, Callable[..., object]]] = [
    (Enum, lambda value, _: value.name or str(value)),
    (gp.PrimitiveTree, lambda value, _: str(value)),
    (numpy.ndarray | numpy.generic, _array),
    (array.array, _items),
    (dict, _dict),
    (set | frozenset, _set),
    (tuple, _tuple),
    (list | deque, _items),
    (bytes | bytearray, lambda value, _: bytes(value).hex()),
    (int, lambda value, _: int(value)),
    (float, lambda value, _: float(value)),
    (str, lambda value, _: str(value)),
    (complex | Decimal | Fraction | date | time | timedelta | UUID, lambda value, _: str(value)),
    (range | slice | type, lambda value, _: str(value)),
    (FunctionType | BuiltinFunctionType | numpy.ufunc, lambda value, _: value.__name__),
]
