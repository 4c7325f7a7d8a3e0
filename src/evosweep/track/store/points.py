"""Metrics as the rows of MLflow's two tables: every value, and the last of each metric."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import repeat
from math import isfinite, isnan
from typing import TYPE_CHECKING

from evosweep.track.content.mlflow_run import Point
from evosweep.track.store.rows import Row, insert_rows

if TYPE_CHECKING:
    from sqlalchemy import Connection

_LARGEST = 1.7976931348623157e308  # what MLflow stores for an infinity
_POINT = ("key", "value", "timestamp", "step", "run_uuid", "is_nan")


def insert_points(
    connection: "Connection",
    points: Mapping[str, Sequence[Point]],
    last: Mapping[str, Collection[Point]] | None = None,
    *,
    skip: bool = False,
) -> None:
    """Insert metrics by the ids of their runs, and the last value of each metric.

    `last` has these last values, if the runs have others; `skip` as for `insert_rows`.
    """
    from evosweep.track.store.tables import LATEST_METRICS, METRICS

    last = last or {of: latest(those) for of, those in points.items()}
    for table, values in ((METRICS, points), (LATEST_METRICS, last)):
        rows = (row for of, those in values.items() for row in _metrics(of, those))
        insert_rows(connection, table, _POINT, rows, skip=skip)


def _metrics(mlflow_id: str, points: Collection[Point]) -> Iterable[Row]:
    """Return the rows of metrics, each once."""
    columns = list(zip(*points, strict=True))
    if columns and all(map(isfinite, columns[1])):  # as nearly always, and a fifth of the time
        return dict.fromkeys(zip(*columns, repeat(mlflow_id), repeat(object=False)))
    return dict.fromkeys(
        (key, value, timestamp, step, mlflow_id, False)
        if -_LARGEST <= value <= _LARGEST
        else (key, _bounded(value), timestamp, step, mlflow_id, isnan(value))
        for key, value, timestamp, step in points
    )


def _bounded(value: float) -> float:
    """Return what MLflow stores for an infinity or for a NaN."""
    return 0.0 if isnan(value) else max(-_LARGEST, min(_LARGEST, value))


def latest(points: Iterable[Point]) -> Collection[Point]:
    """Return the last point of each metric by step, then time, then value, as MLflow has it."""
    last: dict[str, Point] = {}
    for point in points:
        before = last.get(point[0])
        if (
            before is None
            or point[3] > before[3]
            or (point[3] == before[3] and _order(point) > _order(before))
        ):
            last[point[0]] = point
    return last.values()


def _order(point: Point) -> tuple[int, float]:
    return point.timestamp, 0.0 if isnan(point.value) else point.value
