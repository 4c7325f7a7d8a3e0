"""Which values marshal knows, and which cannot change."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cache
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

import numpy

NATIVE = frozenset({int, float, bool, str, bytes, complex, type(None)})
"""The types that marshal knows and that hold nothing else."""
_NESTING = frozenset({list, tuple, dict})
_OF_ONE_KIND = ({tuple}, {list})
_CONSTANT = (Decimal, Fraction, dt.date, dt.time, dt.timedelta, dt.tzinfo, range, UUID)


class Survey(NamedTuple):
    """What some values hold, at any depth."""

    native: bool
    """Lists, tuples and dicts of native values only."""
    constant: bool
    """Nothing that can change; meaningful only for native ones."""


def survey(values: Sequence[Any]) -> Survey:
    """What values hold; they must be known to end, such as what marshal has encoded."""
    level, constant = values, True
    while kinds := set(map(type, level)):
        nesting = kinds - NATIVE
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
    """Whether no gene can change: numbers, text, members, and tuples of such."""
    level: list[Any] = list(chain.from_iterable(genomes))
    for _ in range(4):  # tuples in tuples, no deeper than makes sense
        kinds = set(map(type, level))
        tuples = {kind for kind in kinds if _is_tuple(kind)}
        if not all(map(_is_constant, kinds - tuples)):
            return False
        if not tuples:
            return True
        held = [part for part in level if type(part) in tuples]
        level = list(chain.from_iterable(held))
    return False


@cache
def _is_tuple(kind: type) -> bool:
    """Whether objects of this class are tuples, named ones too, with no attributes."""
    return issubclass(kind, tuple) and not kind.__dictoffset__


@cache
def _is_constant(kind: type) -> bool:
    if kind in NATIVE or kind in _CONSTANT or issubclass(kind, Enum):
        return True
    return issubclass(kind, numpy.generic) and not issubclass(kind, numpy.void)
