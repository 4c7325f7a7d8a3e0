"""Check the values that an evaluation returns."""

import math
from numbers import Real
from typing import Any

import numpy

NUMBERS = frozenset({int, float, bool, numpy.float64})
"""The types of value that most evaluations return."""


class BadFitness(Exception):
    """An evaluation returned a value that is no fitness of this problem."""

    def __init__(self, message: str, remedy: str, *, covered: bool) -> None:
        super().__init__(message)
        self.remedy = remedy
        self.covered = covered
        """True if a failure policy may give the penalty instead."""


def fitness_of(returned: Any, objectives: int, infinite: bool = False) -> tuple[float, ...]:
    """Return the objective values as floats, shape (objectives,); 0 accepts any number of values.

    Raises `BadFitness` for a wrong number of values, for anything that is no real number, for NaN,
    and for infinity if the problem does not declare it.
    """
    try:
        values = tuple(returned)
    except TypeError:
        raise BadFitness(
            f"evaluate returned {returned!r}, which is no sequence of numbers",
            "return a tuple, with a comma even for one objective: return value,",
            covered=False,
        ) from None
    if objectives and len(values) != objectives:
        raise BadFitness(
            f"evaluate returned {len(values)} values, and the fitness has {objectives} weights",
            "return as many values as the fitness class has weights",
            covered=False,
        )
    if NUMBERS.issuperset(map(type, values)) and all(map(math.isfinite, values)):
        return tuple(map(float, values))
    return tuple([_number(value, infinite) for value in values])


def _number(value: object, infinite: bool) -> float:
    number = float(value if isinstance(value, Real) else _scalar(value))
    if not math.isfinite(number):
        if math.isnan(number):
            raise BadFitness(
                "evaluate returned NaN", "return a number that can be compared", covered=True
            )
        if not infinite:
            raise BadFitness(
                f"evaluate returned {number}",
                "return a finite number; or declare the problem `infinite: true`",
                covered=True,
            )
    return number


def _scalar(value: Any) -> float:
    """Return the number in a NumPy array without dimensions; raises `BadFitness` for other
    values."""
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        value = value.item()
        if isinstance(value, Real):
            return float(value)
    raise BadFitness(
        f"evaluate returned {value!r} of type {type(value).__name__}, which is no number",
        "return real numbers (Python's or NumPy's)",
        covered=False,
    )
