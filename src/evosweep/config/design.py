"""The design of a problem's or an algorithm's parameters: their combinations of values.

`params` are fixed. `grid` has all combinations of its lists, `cases` a list of combinations, and
`sample` a number of points of `ranges`; each of these is combined with each of the others. A
parameter in `when` exists only if others have certain values, and is left out otherwise. Equal
combinations count once.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import product
from typing import Annotated, Self

from pydantic import Field, model_validator

from evosweep.config import sobol
from evosweep.config.options import Part, compact
from evosweep.config.ranges import Range, RangeOrChoices
from evosweep.config.sampling import Sample
from evosweep.config.strict import JsonValue, Parameters, refused
from evosweep.errors import did_you_mean, shortened, shown

Values = Annotated[list[JsonValue], Field(min_length=1)]
Condition = Annotated[dict[str, JsonValue], Field(min_length=1)]
Mistakes = Iterator[tuple[tuple[str | int, ...], str]]

_SAMPLE = "{method: sobol, n: 64}"


class Swept(Part):
    """A function with fixed and swept parameters."""

    grid: dict[str, Values] = Field(
        default={}, description="Swept parameters: each a list; every combination is run."
    )
    cases: list[Parameters] | None = Field(
        default=None,
        min_length=1,
        description="Combinations of parameters that belong together: each a mapping.",
    )
    ranges: dict[str, RangeOrChoices] = Field(
        default={},
        description="What is sampled: {low, high}, with scale: log or integer: true, or a list.",
    )
    sample: Sample | None = Field(
        default=None, description="How the ranges are sampled: {method, n, seed}."
    )
    when: dict[str, Condition] = Field(
        default={},
        description="Parameters that exist only if others have a value, or one of a list: "
        "{tournament: {selection: tournament}}.",
    )

    @model_validator(mode="after")
    def _is_a_design(self) -> Self:
        if found := [*_doubled(self), *_unsampled(self), *_wrong_conditions(self)]:
            raise refused(type(self).__name__, found)
        return self

    @property
    def swept(self) -> list[str]:
        """The parameters that differ between variants, in the order of labels."""
        cases = (name for case in self.cases or () for name in case)
        return list(dict.fromkeys((*cases, *self.grid, *self.ranges)))

    @property
    def size(self) -> int:
        """The number of variants, in which equal variants count several times."""
        count = len(self.cases or (1,)) * (self.sample.n if self.sample else 1)
        for values in self.grid.values():
            count *= len(values)
        return count

    @cached_property
    def points(self) -> list[dict[str, object]]:
        """The sampled points; a single empty one if nothing is sampled."""
        return list(self.sample.points(self.ranges)) if self.sample else [{}]

    def variants(self) -> Iterator[dict[str, object]]:
        """Yield all parameters of each variant, fixed ones too."""
        seen: set[str] = set()
        for case, values, point in product(
            self.cases or [{}], product(*self.grid.values()), self.points
        ):
            chosen = self.params | case | dict(zip(self.grid, values, strict=True)) | point
            params = {key: value for key, value in chosen.items() if self._exists(key, chosen)}
            if self.cases or self.when or self.sample:
                if (text := compact(params)) in seen:
                    continue
                seen.add(text)
            yield params

    def listed(self) -> dict[str, list[object]]:
        """Return the values of each parameter that the config lists; none for a range."""
        values: dict[str, list[object]] = {key: [value] for key, value in self.params.items()}
        for case in self.cases or ():
            for key, value in case.items():
                values.setdefault(key, []).append(value)
        over = {key: [] if isinstance(each, Range) else each for key, each in self.ranges.items()}
        return values | self.grid | over

    def taken(self) -> dict[str, list[object]]:
        """Return the values that each parameter takes, sampled ones too."""
        sampled = {name: [point[name] for point in self.points] for name in self.ranges}
        return self.listed() | sampled

    def _exists(self, name: str, chosen: Mapping[str, object]) -> bool:
        return all(
            other in chosen and self._exists(other, chosen) and is_among(wanted, chosen[other])
            for other, wanted in self.when.get(name, {}).items()
        )


def is_among(wanted: object, value: object) -> bool:
    """Return True if a value equals `wanted`, or one of its items; `1`, `1.0`, `true` differ."""
    choices = wanted if isinstance(wanted, list) else [wanted]
    return any(each == value and compact(each) == compact(value) for each in choices)


def place_of(part: Swept, name: str) -> tuple[str | int, ...]:
    """Return the place of a parameter in a part of a config; in `params` if it has none."""
    for number, case in enumerate(part.cases or ()):
        if name in case:
            return "cases", number, name
    return next(((key, name) for key in ("grid", "ranges") if name in getattr(part, key)),
                ("params", name))  # fmt: skip


def _doubled(part: Swept) -> Mistakes:
    cases = {name for case in part.cases or () for name in case}
    places = {"params": part.params, "grid": part.grid, "cases": cases, "ranges": part.ranges}
    for name in sorted({*part.params, *part.swept}):
        if len(where := [key for key, names in places.items() if name in names]) > 1:
            yield (), f"'{shortened(name)}' is in {' and in '.join(where)}; keep one"


def _unsampled(part: Swept) -> Mistakes:
    if part.ranges and part.sample is None:
        yield ("ranges",), f"need sample beside them, such as {_SAMPLE}"
    if part.sample and not part.ranges:
        yield ("sample",), "needs ranges beside it: {mutation: {low: 0.01, high: 0.5, scale: log}}"
    if part.sample and part.sample.method == "sobol" and len(part.ranges) > sobol.MOST_PARAMETERS:
        yield (
            ("sample", "method"),
            f"sobol has at most {sobol.MOST_PARAMETERS} parameters, not {len(part.ranges)}; use "
            "lhs or random",
        )


def _wrong_conditions(part: Swept) -> Mistakes:
    values = part.listed()
    known = ", ".join(map(shortened, values)) or "none"
    for name, condition in part.when.items():
        if name not in values:
            hint = did_you_mean(name, values)
            yield ("when", name), f"no parameter has this name; there are: {known}{hint}"
        for other, wanted in condition.items():
            where = ("when", name, other)
            if other not in values:
                hint = did_you_mean(other, values)
                yield where, f"no parameter has this name; there are: {known}{hint}"
            elif isinstance(part.ranges.get(other), Range):
                yield where, "has a range; a condition is for listed values"
            elif _depends(part, other, on=name):
                yield where, f"'{shortened(name)}' would depend on itself"
            else:
                yield from ((where, text) for text in _never_taken(values[other], wanted))


def _never_taken(values: list[object], wanted: object) -> Iterator[str]:
    for value in wanted if isinstance(wanted, list) else [wanted]:
        if not is_among(values, value):
            yield f"is never {shown(value)}; values: {', '.join(map(shown, values[:20]))}"


def _depends(part: Swept, name: str, *, on: str) -> bool:
    seen, ahead = set[str](), [name]
    while ahead:
        if (each := ahead.pop()) == on:
            return True
        if each not in seen:
            seen.add(each)
            ahead += part.when.get(each, ())
    return False
