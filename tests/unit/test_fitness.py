"""What an evaluation may return."""

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy
import pytest

from evosweep.genomes.fitness import BadFitness, fitness_of


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        ((1,), (1.0,)),
        ([2.5], (2.5,)),
        ((True,), (1.0,)),
        ((numpy.float32(0.5),), (0.5,)),
        ((numpy.int64(3),), (3.0,)),
        (numpy.array([4.0]), (4.0,)),
        ((numpy.array(1.5),), (1.5,)),
        ((Fraction(1, 4),), (0.25,)),
    ],
)
def test_numbers_become_floats(returned: Any, expected: tuple[float, ...]) -> None:
    found = fitness_of(returned, 1)
    assert found == expected
    assert [type(value) for value in found] == [float]


@pytest.mark.parametrize(
    ("returned", "objectives", "words", "covered"),
    [
        ((math.nan,), 1, "returned NaN", True),
        ((math.inf,), 1, "returned inf", True),
        ((1.0, 2.0), 1, "2 values, and the fitness has 1 weights", False),
        ((), 1, "0 values", False),
        (3.0, 1, "no sequence of numbers", False),
        (("high",), 1, "'high' of type str", False),
        ((None,), 1, "NoneType", False),
        ((1j,), 1, "complex", False),
        ((Decimal(1),), 1, "Decimal", False),
        ((numpy.array([1.0, 2.0]),), 1, "ndarray", False),
    ],
)
def test_anything_else_is_refused(
    returned: Any, objectives: int, words: str, covered: bool
) -> None:
    with pytest.raises(BadFitness, match=words) as caught:
        fitness_of(returned, objectives)
    assert caught.value.covered is covered
    assert caught.value.remedy


def test_infinity_is_allowed_where_it_is_declared() -> None:
    assert fitness_of((math.inf, -math.inf), 2, infinite=True) == (math.inf, -math.inf)
