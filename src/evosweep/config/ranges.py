"""Ranges of a sampled design, and the value at a coordinate of a range."""

from collections.abc import Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PlainValidator, TypeAdapter, WithJsonSchema, model_validator

from evosweep.config.digits import ARITHMETIC, BITS, decimal, rounded
from evosweep.config.strict import JsonValue, Strict, refused
from evosweep.errors import shown

_GREATEST = 1e300
_MOST = 2**53  # largest whole number that every reader of JSON holds exactly
_HALF = Decimal("0.5")


def _number(value: object) -> object:
    if (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and -_GREATEST <= value <= _GREATEST
    ):
        return value
    raise ValueError(f"should be a number from -1e300 to 1e300, not {shown(value)}")


Number = Annotated[int | float, PlainValidator(_number), WithJsonSchema({"type": "number"})]


class Range(Strict):
    """All values between two bounds, including the bounds."""

    low: Number = Field(description="The least value.")
    high: Number = Field(description="The greatest value.")
    scale: Literal["linear", "log"] = Field(
        default="linear", description="log: as many values in each decade; low is above 0."
    )
    integer: bool = Field(default=False, description="Whole numbers alone.")

    @model_validator(mode="after")
    def _has_values(self) -> Self:
        if mistakes := list(self._mistakes()):
            raise refused(type(self).__name__, mistakes)
        return self

    def _mistakes(self) -> Iterator[tuple[tuple[str, ...], str]]:
        if self.low >= self.high:
            yield (), f"low should be less than high, not {self.low} and {self.high}"
        if self.scale == "log" and self.low <= 0:
            yield ("low",), f"should be above 0 for scale: log, not {self.low}"
        for key, value in (("low", self.low), ("high", self.high)):
            if self.integer and not (type(value) is int and abs(value) <= _MOST):
                yield (key,), f"should be a whole number of at most 2**53, not {value}"

    def value(self, coordinate: int) -> int | float:
        """Return the value at a coordinate, a whole number below 2**32.

        Whole numbers have equal shares of a linear range. Others are rounded to a decimal place
        that is a ten-thousandth of the range, or the place below: 0.2342, not 0.23417968.
        """
        if self.integer:
            return self._whole(coordinate)
        low, high = decimal(self.low), decimal(self.high)
        exact = self._between(low, high, coordinate)
        width = high - low
        if self.scale == "log":
            width = ARITHMETIC.multiply(exact, ARITHMETIC.ln(ARITHMETIC.divide(high, low)))
        return float(min(max(rounded(exact, width), low), high)) + 0.0  # no minus zero

    def _whole(self, coordinate: int) -> int:
        low, high = int(self.low), int(self.high)
        if self.scale == "linear":
            return low + (coordinate * (high - low + 1) >> BITS)
        exact = self._between(low - _HALF, high + _HALF, coordinate)
        return min(max(int(exact.to_integral_value(ROUND_HALF_EVEN)), low), high)

    def _between(self, low: Decimal, high: Decimal, coordinate: int) -> Decimal:
        part = ARITHMETIC.divide(Decimal(2 * coordinate + 1), Decimal(2 ** (BITS + 1)))
        if self.scale == "linear":
            return ARITHMETIC.add(low, ARITHMETIC.multiply(part, ARITHMETIC.subtract(high, low)))
        start, end = ARITHMETIC.ln(low), ARITHMETIC.ln(high)
        way = ARITHMETIC.multiply(part, ARITHMETIC.subtract(end, start))
        return ARITHMETIC.exp(ARITHMETIC.add(start, way))


Choices = Annotated[list[JsonValue], Field(min_length=1)]
_CHOICES: TypeAdapter[list[object]] = TypeAdapter(Choices)


def _range(value: object) -> Range | list[object]:
    match value:
        case Range():
            return value
        case dict():
            return Range.model_validate(value)
        case list() | tuple():
            return _CHOICES.validate_python(list(value))
    raise ValueError(
        f"should be {{low, high}}, with scale: log or integer: true, or a list, not {shown(value)}"
    )


def _schema() -> dict[str, Any]:
    return {"anyOf": [Range.model_json_schema(), {"type": "array", "minItems": 1, "items": {}}]}


RangeOrChoices = Annotated[Range | list[object], PlainValidator(_range), WithJsonSchema(_schema())]


def value_at(over: Range | list[object], coordinate: int) -> object:
    """Return the value of a range, or the choice of a list, at a coordinate below 2**32."""
    if isinstance(over, Range):
        return over.value(coordinate)
    return over[coordinate * len(over) >> BITS]
