"""A run's logbook as curves: for each metric a list with one value per generation.

`generation_best` is the best of each generation, `best_so_far` the best of all generations until
then. A table shows the last value of a curve, so `evaluations` are counted from the start.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import isnan
from typing import Any, cast

from evosweep.records.arrow_values import values_of
from evosweep.records.folder import RunFolder
from evosweep.records.record import Record
from evosweep.records.tables import logbook_rows, open_table

_NO_METRICS = {"generation", "digest", "seconds"}
_BEST = re.compile(r"(?:generation_)?best(_\d+)?")
_BEST_SO_FAR = re.compile(r"best_so_far(_\d+)?")


@dataclass(frozen=True)
class History:
    """The curves of one run; every list has one value per generation."""

    generations: list[int]
    seconds: list[float]
    """Seconds from the start of the run to the end of each generation."""
    columns: dict[str, list[float | None]] = field(default_factory=dict)

    def last(self, key: str) -> float | None:
        """Return the last value of a metric, None if the run has none."""
        values = self.columns.get(key)
        return values[-1] if values else None


def read_history(folder: RunFolder, record: Record) -> History:
    """Return the curves in a run's logbook: its numeric columns, the best first."""
    most = logbook_rows(record.evaluations, record.generations)
    with open_table(folder.logbook, most) as opened:
        table = opened.read(use_threads=False)
    if "generation" not in table.column_names:  # the algorithm kept no logbook
        return History([], [])
    generations = [int(value) for value in values_of(table["generation"])]
    seconds = _column(table, "seconds") if "seconds" in table.column_names else None
    columns: dict[str, list[float | None]] = {}
    for name in sorted(table.column_names, key=lambda name: not _BEST.fullmatch(name)):
        if _is_metric(name) and _is_numeric(table.schema.field(name).type):
            columns |= _curves(name, _column(table, name), record.weights)
    _end_with(columns, record)
    return History(generations, _times(seconds, len(generations)), columns)


def _is_metric(name: str) -> bool:
    """Return True if a column of the logbook is shown; the best so far is computed here."""
    return name not in _NO_METRICS and not _BEST_SO_FAR.fullmatch(name)


def _end_with(columns: dict[str, list[float | None]], record: Record) -> None:
    """End the curve with the run's best, even if no generation has kept this individual."""
    for name, value in best_values("best_so_far", record.best).items():
        if columns.get(name) and value is not None:
            columns[name][-1] = value


def best_values(
    name: str, best: float | tuple[float | None, ...] | None
) -> dict[str, float | None]:
    """Return a best result as metrics: `name`, or `name_0`, `name_1`, ... for the objectives."""
    if isinstance(best, tuple):
        return {f"{name}_{place}": value for place, value in enumerate(best)}
    return {name: best}


def _column(table: Any, name: str) -> list[float | None]:
    values: list[float | None] = values_of(table[name])
    return values


def _is_numeric(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind))


def _times(seconds: list[float | None] | None, count: int) -> list[float]:
    return [value or 0.0 for value in seconds] if seconds else [0.0] * count


def _curves(
    name: str, values: list[float | None], weights: Sequence[float]
) -> dict[str, list[float | None]]:
    """Return the curves of one column of the logbook, by the names that MLflow shows."""
    if name == "evaluations":
        return {name: list(accumulate(value or 0 for value in values))}
    match = _BEST.fullmatch(name)
    objective = int(match[1][1:]) if match and match[1] else 0
    if not match or objective >= len(weights):
        return {name: values}
    number = match[1] or ""
    so_far = _best_so_far(values, weights[objective])
    return {f"best_so_far{number}": so_far, f"generation_best{number}": values}


def _best_so_far(values: list[float | None], weight: float) -> list[float | None]:
    better = max if weight > 0 else min
    numbers = [value for value in values if value is not None and not isnan(value)]
    if len(numbers) == len(values):
        return [*accumulate(numbers, cast("Callable[[float, float], float]", better))]

    def keep(best: float | None, value: float | None) -> float | None:
        known = [each for each in (best, value) if each is not None and not isnan(each)]
        return better(known) if known else None

    return list(accumulate(values, keep))
