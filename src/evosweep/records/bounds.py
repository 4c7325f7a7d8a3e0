"""The types of a record's fields, each with its bounds: lengths, ranges, depth, finite numbers.

A record may come from anybody. Every reader can show, count, sort and sum values of these types
without another check.
"""

import math
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, PlainValidator, WithJsonSchema

from evosweep.errors import printable
from evosweep.files.strict_json import number

MOST = 2**53
"""Largest count; above it, a float cannot tell two neighbouring whole numbers apart."""
_DEPTH = 30
_LAST_SECOND = 253402300800  # the end of the year 9999


def _moment(text: str) -> str:
    try:
        seconds = datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        raise ValueError("should be a time such as 2026-01-31T12:00:00.000+00:00") from None
    if not 0 <= seconds < _LAST_SECOND:
        raise ValueError("should be a time from 1970 to 9999")
    return text


def _line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("should have no control characters")
    return text


def _readable(text: str) -> str:
    """Return a text whose control characters, except line ends, are written as escapes."""
    return "\n".join(map(printable, text.expandtabs().splitlines()))


def bounded(value: object, depth: int = _DEPTH) -> object:
    """Return a JSON value; raises ValueError if it is too deep or has a number that is not
    finite."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if isinstance(value, int | float):
        if not math.isfinite(number(value)):
            raise ValueError("should have finite numbers only")
        return value
    if depth == 0:
        raise ValueError(f"should be at most {_DEPTH} levels deep")
    if isinstance(value, dict):
        for key, item in value.items():
            _line(key)
            if type(item) not in _PLAIN:
                bounded(item, depth - 1)
    elif isinstance(value, list | tuple):
        for item in value:
            if type(item) not in _PLAIN:
                bounded(item, depth - 1)
    return value


_PLAIN = frozenset({str, bool, type(None)})


def _fitness(value: object) -> float:
    fitness = number(value)
    if math.isnan(fitness):
        raise ValueError("should be a number, and is none")
    return fitness


def _fitnesses(value: object) -> float | tuple[float, ...]:
    if isinstance(value, list | tuple):
        if not 1 <= len(value) <= _OBJECTIVES:
            raise ValueError(f"should have 1 to {_OBJECTIVES} numbers, one per objective")
        return tuple(map(_fitness, value))
    return _fitness(value)


_OBJECTIVES = 100
_FITNESS_SCHEMA = {"anyOf": [{"type": "number"}, {"enum": ["inf", "-inf"]}]}

RunId = Annotated[str, Field(pattern=r"\A[0-9a-f]{12}\z")]
Digest = Annotated[str, Field(pattern=r"\A[0-9a-f]{64}\z")]
Line = Annotated[str, Field(max_length=1000), AfterValidator(_line)]
Text = Annotated[str, Field(max_length=1_000_000), AfterValidator(_readable)]
Key = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_line)]
Moment = Annotated[str, Field(max_length=40), AfterValidator(_moment)]
Count = Annotated[int, Field(ge=0, le=MOST)]
Seconds = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Weights = Annotated[tuple[Finite, ...], Field(min_length=1, max_length=_OBJECTIVES)]
Fitnesses = Annotated[
    float | tuple[float, ...],
    PlainValidator(_fitnesses),
    WithJsonSchema({"anyOf": [*_FITNESS_SCHEMA["anyOf"], {
        "type": "array", "items": _FITNESS_SCHEMA, "minItems": 1, "maxItems": _OBJECTIVES,
    }]}),
]  # fmt: skip
