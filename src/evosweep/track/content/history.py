"""A run's logbook as curves: for each metric a list with one value per generation.

What a table shows of a curve is its last value, so `best` is the best so far and `evaluations`
are counted from the start.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import isnan
from typing import Any

from evosweep.records.folder import RunFolder
from evosweep.records.record import Record
from evosweep.records.tables import logbook_rows, open_table

_NO_METRICS = {"generation", "digest", "seconds"}


@dataclass(frozen=True)
class History:
    """The curves of one run; every list has one value per generation."""

    generations: list[int]
    seconds: list[float]
    """When each generation was done, since the start of the run."""
    columns: dict[str, list[float | None]] = field(default_factory=dict)

    def last(self, key: str) -> float | None:
        """The last value of a metric, None where the run has none."""
        values = self.columns.get(key)
        return values[-1] if values else None


def read_history(folder: RunFolder, record: Record) -> History:
    """The curves in a run's logbook: its numeric columns, `best` first and as the best so far."""
    most = logbook_rows(record.evaluations, record.generations)
    with open_table(folder.logbook, most) as opened:
        table = opened.read()
    if "generation" not in table.column_names:  # the algorithm kept no logbook
        return History([], [])
    generations = [int(value) for value in table["generation"].to_pylist()]
    seconds = _column(table, "seconds") if "seconds" in table.column_names else None
    columns: dict[str, list[float | None]] = {}
    for name in sorted(table.column_names, key=lambda name: not name.startswith("best")):
        if name not in _NO_METRICS and _is_numeric(table.schema.field(name).type):
            columns[name] = _cumulated(name, _column(table, name), record.weights)
    _end_with(columns, record)
    return History(generations, _times(seconds, len(generations)), columns)


def _end_with(columns: dict[str, list[float | None]], record: Record) -> None:
    """The best ever seen ends the curve, though no generation may have kept that individual."""
    best = record.best
    finals = (
        {f"best_{n}": b for n, b in enumerate(best)} if isinstance(best, tuple) else {"best": best}
    )
    for name, value in finals.items():
        if columns.get(name) and value is not None:
            columns[name][-1] = value


def _column(table: Any, name: str) -> list[float | None]:
    values: list[float | None] = table[name].to_pylist()
    return values


def _is_numeric(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_boolean(kind))


def _times(seconds: list[float | None] | None, count: int) -> list[float]:
    return [value or 0.0 for value in seconds] if seconds else [0.0] * count


def _cumulated(
    name: str, values: list[float | None], weights: Sequence[float]
) -> list[float | None]:
    if name == "evaluations":
        return list(accumulate(value or 0 for value in values))
    if name == "best" and weights:
        return _best_so_far(values, weights[0])
    if name.startswith("best_") and name[5:].isdigit() and int(name[5:]) < len(weights):
        return _best_so_far(values, weights[int(name[5:])])
    return values


def _best_so_far(values: list[float | None], weight: float) -> list[float | None]:
    better = max if weight > 0 else min

    def keep(best: float | None, value: float | None) -> float | None:
        numbers = [each for each in (best, value) if each is not None and not isnan(each)]
        return better(numbers) if numbers else None

    return list(accumulate(values, keep))
