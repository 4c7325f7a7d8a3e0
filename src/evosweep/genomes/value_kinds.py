"""Tell which values marshal supports, and which are immutable."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cache
from itertools import chain
from types import BuiltinFunctionType, FunctionType
from typing import Any, NamedTuple
from uuid import UUID

import numpy

NATIVE = frozenset({int, float, bool, str, bytes, complex, type(None)})
"""The types of marshal that hold no other values."""
_NESTING = frozenset({list, tuple, dict})
_OF_ONE_KIND = ({tuple}, {list})
_CONSTANT = (
    Decimal, Fraction, dt.date, dt.time, dt.timedelta, dt.tzinfo, range, UUID, Enum, numpy.generic,
    type, FunctionType, BuiltinFunctionType, numpy.ufunc,
)  # fmt: skip


class Survey(NamedTuple):
    """The kinds of values within some values, at any depth."""

    native: bool
    """True if there are only native values, and lists, tuples and dicts of them."""
    constant: bool
    """True if no value can change; it has a meaning only if `native` is true."""


def survey(values: Sequence[Any]) -> Survey:
    """Return the kinds within values; they must not contain themselves: encode them first."""
    level, constant = values, True
    while nesting := (kinds := set(map(type, level))) - NATIVE:
        if not nesting <= _NESTING:
            return Survey(native=False, constant=False)
        constant = constant and nesting <= {tuple}
        if kinds not in _OF_ONE_KIND:
            level = [part for part in level if type(part) in _NESTING]
        if dict in nesting:
            level = [(*p, *p.values()) if isinstance(p, dict) else p for p in level]
        level = list(chain.from_iterable(level))
    return Survey(native=True, constant=constant)


def is_immutable(genomes: Sequence[Sequence[object]]) -> bool:
    """Return True if all genes are immutable: numbers, text, members, and tuples of these."""
    level: list[Any] = list(chain.from_iterable(genomes))
    for _ in range(4):  # tuples in tuples, to a reasonable depth
        kinds = set(map(type, level))
        holding = {kind: held for kind in kinds if (held := _held_by(kind)) is not None}
        if not all(map(_is_constant, kinds - holding.keys())):
            return False
        if not holding:
            return True
        level = [
            held for part in level if type(part) in holding for held in holding[type(part)](part)
        ]
    return False


@cache
def _held_by(kind: type) -> Callable[[Any], Iterable[object]] | None:
    """Return a function that gives the parts of tuples or frozen dataclasses; else None."""
    if issubclass(kind, tuple) and not kind.__dictoffset__:
        return tuple.__iter__
    if is_dataclass(kind) and kind.__dataclass_params__.frozen and kind.__mro__[1] is object:  # type: ignore[attr-defined]
        names = [field.name for field in fields(kind)]
        return lambda value: [getattr(value, name, None) for name in names]
    return None


@cache
def _is_constant(kind: type) -> bool:
    if issubclass(kind, numpy.void):
        return False
    return kind in NATIVE or issubclass(kind, _CONSTANT)
