"""Seeds in stages: as many as a comparison takes, between a least and a most number.

After each stage the results are looked at. The looks are fixed before the first run, so that the
error of the tests is known (`compare.numbers.spending`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal, Self, overload

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from evosweep.config.spec import MAX_SEED
from evosweep.config.strict import Strict
from evosweep.errors import shown

_LOOKS = 5
_MOST_LOOKS = 20
Spending = Literal["pocock", "obrien_fleming"]
KEYS = frozenset({"at_least", "at_most", "until", "looks", "spending"})
"""By any of these, a config's `seeds` are in stages."""


@dataclass(frozen=True)
class Stages(Sequence[int]):
    """All seeds that may be run, one after the other, and after how many of them to look."""

    first: int
    looks: tuple[int, ...]
    """The number of seeds at each look, ascending; the last one is the most."""
    spending: Spending = "pocock"
    precision: float | None = None
    """The half-width of A12's interval that is enough; None: until every pair is decided."""

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[int]: ...
    def __getitem__(self, place: int | slice) -> int | Sequence[int]:
        return self.all[place]

    def __len__(self) -> int:
        return self.looks[-1]

    def __contains__(self, seed: object) -> bool:
        return seed in self.all

    def __iter__(self) -> Iterator[int]:
        return iter(self.all)

    def index(self, value: int, start: int = 0, stop: int | None = None) -> int:
        """Return the place of a seed."""
        del start, stop
        return self.all.index(value)

    @property
    def all(self) -> range:
        """Return every seed, up to the most."""
        return range(self.first, self.first + self.looks[-1])

    def upto(self, look: int) -> range:
        """Return the seeds of the first `look` stages."""
        return range(self.first, self.first + (self.looks[look - 1] if look else 0))

    @property
    def aim(self) -> str:
        """Return what the stages go on for, in words."""
        if self.precision is None:
            return "every pair is decided"
        return f"the interval of every A12 is {self.precision:g} or less to either side"


class Precision(Strict):
    """An interval that is narrow enough."""

    precision: float = Field(
        gt=0, lt=0.5, description="Half the width of the interval of A12 for each pair."
    )


def _until(value: object) -> object:
    if value == "decided":
        return value
    if isinstance(value, dict) and set(value) == {"precision"}:
        width = value["precision"]
        if type(width) is float and 0 < width < 0.5:
            return Precision(precision=width)
    raise ValueError(
        "should be decided or {precision: half a width between 0 and 0.5}, not " + shown(value)
    )


def _looks(value: object) -> object:
    if type(value) is int and 2 <= value <= _MOST_LOOKS:
        return value
    if isinstance(value, list) and 2 <= len(value) <= _MOST_LOOKS:
        counts = [count for count in value if type(count) is int]
        if len(counts) == len(value) and all(a < b for a, b in pairwise(counts)):
            return tuple(counts)
    raise ValueError(
        f"should be 2 to {_MOST_LOOKS}, or as many ascending numbers of seeds, not {shown(value)}"
    )


_UNTIL_SCHEMA = {"anyOf": [{"const": "decided"}, Precision.model_json_schema()]}
_LOOKS_SCHEMA = {
    "anyOf": [
        {"type": "integer", "minimum": 2, "maximum": _MOST_LOOKS},
        {
            "type": "array",
            "minItems": 2,
            "maxItems": _MOST_LOOKS,
            "items": {"type": "integer", "minimum": 2},
        },
    ],
    "default": _LOOKS,
}


class SeedStages(Strict):
    """As many seeds as the comparison of a problem takes."""

    first: int = Field(default=1, ge=0, le=MAX_SEED, description="The first seed.")
    at_least: int = Field(ge=2, description="How many are run before the first look.")
    at_most: int = Field(le=MAX_SEED + 1, description="How many are run at most.")
    until: Annotated[
        Literal["decided"] | Precision,
        PlainValidator(_until),
        WithJsonSchema(_UNTIL_SCHEMA),
        Field(
            description="Stop when every pair of algorithms is decided, or when the interval of "
            "each A12 is so narrow."
        ),
    ]
    looks: Annotated[
        int | tuple[int, ...],
        PlainValidator(_looks),
        WithJsonSchema(_LOOKS_SCHEMA),
        Field(
            description="How often to look (each stage is larger by about the same factor), or the "
            "number of seeds at each look."
        ),
    ] = _LOOKS
    spending: Spending = Field(
        default="pocock",
        description="How the level is spread over the looks: pocock stops soonest, obrien_fleming "
        "keeps most for the last look.",
    )

    @model_validator(mode="after")
    def _least_to_most(self) -> Self:
        if self.at_most <= self.at_least:
            raise ValueError(
                f"at_most is {self.at_most}, and at_least {self.at_least}: it has to be more"
            )
        if isinstance(self.looks, tuple) and (self.looks[0], self.looks[-1]) != (
            self.at_least,
            self.at_most,
        ):
            raise ValueError(
                f"looks go from {self.looks[0]} to {self.looks[-1]}, and have to go from at_least, "
                f"{self.at_least}, to at_most, {self.at_most}"
            )
        return self

    @property
    def stages(self) -> Stages:
        """Return the stages, with the number of seeds at each look."""
        width = self.until.precision if isinstance(self.until, Precision) else None
        looks = self.looks if isinstance(self.looks, tuple) else self._spread(self.looks)
        return Stages(self.first, looks, self.spending, width)

    def _spread(self, count: int) -> tuple[int, ...]:
        factor = (self.at_most / self.at_least) ** (1 / (count - 1))
        numbers = {round(self.at_least * factor**place) for place in range(count)}
        return tuple(sorted(numbers | {self.at_least, self.at_most}))
