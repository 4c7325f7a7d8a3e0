"""What an algorithm's swept parameters form: a full grid, or points of a sampled design."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from math import prod

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.provenance import defaults
from evosweep.compare.read.labels import natural, varying
from evosweep.compare.read.study import Study

Floats = NDArray[np.float64]
Params = Mapping[str, object]
DECADES = 100.0  # a parameter whose values span this ratio is measured by its logarithm


@dataclass(frozen=True)
class Design:
    """The variants of one algorithm function and the values of its swept parameters.

    Parameters
    ----------
    name
        The name that the variants share.
    parameters
        The swept ones, two or more.
    points
        The value of each swept parameter, by the label of the variant.
    """

    name: str
    parameters: tuple[str, ...]
    points: Mapping[str, tuple[object, ...]]

    @cached_property
    def levels(self) -> list[list[object]]:
        """The values of each parameter, in order."""
        columns = zip(*self.points.values(), strict=True)
        return [sorted(set(column), key=_order) for column in columns]

    def is_grid(self, labels: Sequence[str]) -> bool:
        """Return True if these variants are every combination of all levels, each once."""
        return len({self.points[label] for label in labels}) == prod(map(len, self.levels))

    def places(self, label: str) -> tuple[int, ...]:
        """Which level of each parameter a variant has."""
        point = self.points[label]
        return tuple(known.index(value) for known, value in zip(self.levels, point, strict=True))

    def scaled(self, labels: Sequence[str]) -> Floats:
        """Return the points in [0, 1], a row each: numbers by value or logarithm, others by their
        rank."""
        columns = zip(*(self.points[label] for label in labels), strict=True)
        return np.column_stack([
            _scaled(column, known) for column, known in zip(columns, self.levels, strict=True)
        ])  # fmt: skip


def _order(value: object) -> tuple[bool, float, list[tuple[float, str]]]:
    if _is_number(value):
        return False, float(str(value)), []
    return True, 0.0, natural(str(value))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _scaled(column: Sequence[object], known: Sequence[object]) -> Floats:
    if not all(map(_is_number, known)):
        return np.array([known.index(value) for value in column]) / max(len(known) - 1, 1)
    values = np.array([float(str(value)) for value in column])
    low, high = float(str(known[0])), float(str(known[-1]))
    if low > 0 and high >= DECADES * low:
        values, low, high = np.log(values), float(np.log(low)), float(np.log(high))
    scaled: Floats = (values - low) / (high - low)
    return scaled


def designs_of(study: Study) -> list[Design]:
    """Return the algorithm functions with two swept parameters or more."""
    families: dict[tuple[str, str, str], dict[str, Params]] = {}
    for text, label in study.algorithm_labels.items():
        part = json.loads(text)
        name = label.partition("(")[0]
        key = name, str(part.get("use")), str(part.get("source", ""))
        families.setdefault(key, {})[label] = part.get("params") or {}
    found = (_design(name, use, members) for (name, use, _), members in families.items())
    return [design for design in found if design is not None]


def _design(name: str, use: str, given: Mapping[str, Params]) -> Design | None:
    """Return the design of these variants; None if fewer than two of their parameters are swept.

    A parameter that a variant leaves out has its default. But one that exists only where others
    have certain values may form a full grid as what it is there: left out.
    """
    whole = {label: {**defaults("algorithm", use, params), **params}
             for label, params in given.items()}  # fmt: skip
    designs = [_joined(each) for members in (whole, given) if (each := _swept(name, members))]
    grids = (design for design in designs if design.is_grid(list(design.points)))
    return next(grids, designs[0] if designs else None)


def _swept(name: str, members: Mapping[str, Params]) -> Design | None:
    keys = tuple(varying(members.values()))
    if len(keys) < 2:
        return None
    points = {
        label: tuple(_plain(params.get(key, "default")) for key in keys)
        for label, params in members.items()
    }
    return Design(name, keys, points)


def _joined(design: Design) -> Design:
    """Return the design with parameters that belong together as one, if it is then a full grid.

    So the cases of a config, crossed with a grid, are not taken for a grid with holes: which of two
    parameters matters that never vary apart is in no result.
    """
    groups = _groups(list(zip(*design.points.values(), strict=True)))
    if not 1 < len(groups) < len(design.parameters):
        return design
    names = (" + ".join(design.parameters[place] for place in group) for group in groups)
    points = {
        label: tuple(_together([point[place] for place in group]) for group in groups)
        for label, point in design.points.items()
    }
    joined = replace(design, parameters=tuple(names), points=points)
    return joined if joined.is_grid(list(points)) else design


def _groups(columns: Sequence[Sequence[object]]) -> list[list[int]]:
    """Return the places of the parameters; those of which one determines another are together."""
    groups: list[list[int]] = []
    for place, column in enumerate(columns):
        linked = [
            group for group in groups if any(_is_linked(columns[other], column) for other in group)
        ]
        rest = [group for group in groups if group not in linked]
        groups = [*rest, [*chain.from_iterable(linked), place]]
    return sorted(map(sorted, groups))


def _is_linked(one: Sequence[object], other: Sequence[object]) -> bool:
    """Return True if one parameter determines the other, as repetitions show."""
    pairs = len(set(zip(one, other, strict=True)))
    return pairs == max(len(set(one)), len(set(other))) and len(one) >= 2 * pairs


def _together(values: Sequence[object]) -> object:
    return values[0] if len(values) == 1 else ", ".join(map(str, values))


def _plain(value: object) -> object:
    """Return a value that can be compared and hashed."""
    simple = isinstance(value, str | int | float | bool)
    return value if simple else json.dumps(value, sort_keys=True, default=str)
