"""Convert genomes to readable JSON data for receipts, failures and tables."""

import array
from collections import deque
from collections.abc import Callable, Collection, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import lru_cache
from itertools import chain
from types import BuiltinFunctionType, FunctionType, UnionType
from typing import NamedTuple, cast
from uuid import UUID

import numpy
from deap import gp

from evosweep.errors import InputError
from evosweep.genomes.class_values import state_of
from evosweep.genomes.encoding import HEAD, encode
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


class Lists(NamedTuple):
    """Lists of numbers of one kind, in the form in which a table holds them."""

    numbers: numpy.ndarray
    """The numbers of all lists, one after the other, int64 or float64."""
    lengths: list[int]


def readable_column(values: Sequence[object]) -> "list[object] | Lists":
    """Return what `readable` returns of each value; its lists as one, if all have one kind of
    number."""
    return _lists(values) or [readable(value) for value in values]


def _lists(values: Sequence[object]) -> Lists | None:
    if not all(map(_is_list, set(map(type, values)))):
        return None
    rows = cast("Sequence[Sequence[int]]", values)
    numbers = _numbers(list(chain.from_iterable(rows)))
    return None if numbers is None else Lists(numbers, [*map(len, rows)])


def _numbers(items: list[object]) -> numpy.ndarray | None:
    """Return ints of 32 bits, or floats, as an array; None for other values.

    The encoding begins each value with a code that tells its length, so that codes at this distance
    are those of all values.
    """
    coded = _ENCODED.get(type(items[0])) if items else None
    if coded is None:
        return None
    try:
        values = numpy.frombuffer(encode(items), coded.dtype, offset=HEAD)
    except ValueError:  # another length, or a value of no native type
        return None
    if len(values) != len(items) or (values["code"] != ord(coded.code)).any():
        return None
    return values["value"].astype(coded.wanted)


class _Code(NamedTuple):
    code: bytes
    dtype: numpy.dtype
    wanted: type


_ENCODED = {
    int: _Code(b"i", numpy.dtype([("code", "u1"), ("value", "<i4")]), numpy.int64),
    float: _Code(b"g", numpy.dtype([("code", "u1"), ("value", "<f8")]), numpy.float64),
}


@lru_cache(maxsize=64)
def _is_list(kind: type) -> bool:
    """Return True if `readable` returns a list of the items of a value of this type."""
    return next((show for kinds, show in _KINDS if issubclass(kind, kinds)), _object) is _items


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
