"""Which values are native, and which can never change."""

import datetime as dt
import math
import sys
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy
import pytest

from evosweep.genomes.value_kinds import is_immutable, survey

sys.path.insert(0, str(Path(__file__).parent))
import exact_kinds as kinds

THIRD = Fraction(1, 3)


@dataclass(frozen=True)
class Derived(kinds.Point):
    """Its base may hold anything beside its fields."""


class Noted(tuple[Any, ...]):
    """A tuple that may have attributes."""


@pytest.mark.parametrize(
    ("values", "native", "constant"),
    [
        ([], True, True),
        ([1, 2.5, "text", b"", None, True, 1j], True, True),
        ([(1, (2, ()))], True, True),
        ([1, (2,)], True, True),
        ([[1]], True, False),
        ([[(1,)]], True, False),
        ([([1],)], True, False),
        ([(1,), [2]], True, False),
        ([{}], True, False),
        ([[1], (2,), {3: 4}], True, False),
        ([{(1,): [2]}, 5], True, False),
        ([THIRD], False, False),
        ([1, (2, [THIRD])], False, False),
        ([{(THIRD,): 1}], False, False),
        ([{1: {2: THIRD}}], False, False),
        ([[{1}]], False, False),
        ([kinds.Task(1, 2)], False, False),
    ],
)
def test_the_kinds_within_values(values: list[Any], native: bool, constant: bool) -> None:
    found = survey(values)
    assert found.native is native
    assert found.constant is constant


@pytest.mark.parametrize(
    "gene",
    [
        1, 0.5, "text", b"b", None, True, 1j, Decimal("0.1"), THIRD, dt.date(2026, 1, 2),
        dt.time(1), dt.datetime(2026, 1, 2), dt.timedelta(1), dt.UTC, range(3), UUID(int=7),
        kinds.Shift.DAY, numpy.float64(0.5), numpy.int8(1), int, len, math.sin, numpy.add, survey,
        (), (1, (2, THIRD)), kinds.Task(1, (2,)), kinds.Point(1.0, THIRD), kinds.Slotted((1,)),
        object.__new__(kinds.Slotted),
    ],
)  # fmt: skip
def test_what_cannot_change(gene: Any) -> None:
    assert is_immutable([[gene]]) is True
    assert is_immutable([[], [1, gene], [(gene,), 2]]) is True
    assert is_immutable([[gene, [1]]]) is False


def test_tuples_in_tuples_are_looked_into() -> None:
    assert is_immutable([[(((THIRD,),),)]]) is True
    assert is_immutable([[((([THIRD],),),)]]) is False


@pytest.mark.parametrize(
    "gene",
    [
        [], {}, set(), frozenset({1}), bytearray(b""), numpy.zeros(1),
        numpy.zeros(1, [("a", "<i4")])[0], kinds.Op(1, 2), kinds.Point(1.0, [2]),
        Derived(1.0, 2), kinds.Slotted([1]), Noted((1,)), kinds.Celsius(0.5), object(),
        ((((1,),),),),  # so deep that nobody looks
    ],
)  # fmt: skip
def test_what_may_change(gene: Any) -> None:
    assert is_immutable([[1], [gene]]) is False
    assert is_immutable([[1], [(gene,)]]) is False
