"""Change runs that MLflow's database has, with one transaction per batch of runs.

MLflow's client takes 15 ms to end a run, and as long for a few tags. Trackers that share a server
take turns by locks on the runs' rows, since each would delete and then insert.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import nan
from typing import TYPE_CHECKING, Any

from evosweep.track.content.mlflow_run import RUNNING, Point, clipped
from evosweep.track.store.points import insert_points, latest
from evosweep.track.store.protocol import Update
from evosweep.track.store.rows import PAIR, insert_rows

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, TableClause


def apply(database: "Engine", updates: Sequence[Update]) -> None:
    """Change runs, each of which is named once; values that a run has already stay once.

    Raises ValueError if the database has no such run.
    """
    with database.begin() as connection:
        _lock(connection, [each.mlflow_id for each in updates])
        _replace(connection, [each for each in updates if each.families])
        _add(connection, [each for each in updates if each.points])
        _tag(connection, updates)
        _end(connection, [each for each in updates if each.status])


def rename(database: "Engine", names: Mapping[str, str]) -> None:
    """Give runs other names, by their ids."""
    from sqlalchemy import bindparam, update

    from evosweep.track.store.tables import RUNS, TAGS

    rows = [{"run": mlflow_id, "new": name} for mlflow_id, name in names.items()]
    run: Any = bindparam("run")
    new: Any = bindparam("new")
    tagged = (TAGS.c.run_uuid == run, TAGS.c.key == "mlflow.runName")
    runs = update(RUNS).where(RUNS.c.run_uuid == run).values(name=new)
    tags = update(TAGS).where(*tagged).values(value=new)
    with database.begin() as connection:
        for statement in (runs, tags):
            connection.execute(statement, rows)


def _lock(connection: "Connection", ids: Sequence[str]) -> None:
    from sqlalchemy import select

    from evosweep.track.store.tables import RUNS

    own = RUNS.c.run_uuid
    rows = select(own).where(own.in_(ids)).order_by(own).with_for_update()
    there = {row[0] for row in connection.execute(rows)}
    if missing := [each for each in ids if each not in there]:
        raise ValueError(f"Run with id={missing[0]} not found")


def _replace(connection: "Connection", updates: Sequence[Update]) -> None:
    """Replace all metrics of families."""
    from sqlalchemy import delete, or_

    from evosweep.track.store.tables import LATEST_METRICS, METRICS

    members: dict[tuple[str, ...], list[str]] = {}
    for each in updates:
        members.setdefault(tuple(each.families), []).append(each.mlflow_id)
    for families, ids in members.items():
        for table in (METRICS, LATEST_METRICS):
            theirs = or_(*(table.c.key.startswith(each, autoescape=True) for each in families))
            connection.execute(delete(table).where(table.c.run_uuid.in_(ids), theirs))
    insert_points(connection, {each.mlflow_id: each.replaced for each in updates})


def _add(connection: "Connection", updates: Sequence[Update]) -> None:
    """Add metrics, and set the last value of each."""
    from sqlalchemy import select

    from evosweep.track.store.tables import LATEST_METRICS

    if not updates:
        return
    keys = {each.mlflow_id: {point.key for point in each.points} for each in updates}
    columns = (LATEST_METRICS.c[name] for name in ("run_uuid", *Point._fields, "is_nan"))
    shown: dict[str, list[Point]] = {mlflow_id: [] for mlflow_id in keys}
    for run_uuid, *row in connection.execute(
        select(*columns).where(LATEST_METRICS.c.run_uuid.in_(keys))
    ):
        if row[0] in keys[run_uuid]:
            shown[run_uuid].append(_point(row))
    _forget(connection, LATEST_METRICS, ((run, key) for run in keys for key in keys[run]))
    last = {each.mlflow_id: latest([*shown[each.mlflow_id], *each.points]) for each in updates}
    points = {each.mlflow_id: each.points for each in updates}
    insert_points(connection, points, last, skip=True)


def _tag(connection: "Connection", updates: Sequence[Update]) -> None:
    from evosweep.track.store.tables import TAGS

    _forget(connection, TAGS, ((each.mlflow_id, key) for each in updates for key in each.tags))
    insert_rows(connection, TAGS, PAIR, _pairs(updates))


def _pairs(updates: Sequence[Update]) -> Iterator[tuple[str, str, str]]:
    for each in updates:
        for key, value in each.tags.items():
            yield each.mlflow_id, key, clipped(value)


def _forget(
    connection: "Connection", table: "TableClause", keys: Iterable[tuple[str, str]]
) -> None:
    """Delete what runs have under some keys."""
    from sqlalchemy import bindparam, delete

    rows = [{"run": mlflow_id, "name": key} for mlflow_id, key in keys]
    own = table.c.run_uuid == bindparam("run"), table.c.key == bindparam("name")
    if rows:
        connection.execute(delete(table).where(*own), rows)


def _end(connection: "Connection", updates: Sequence[Update]) -> None:
    """Set statuses, and the ends of runs that are no longer under way."""
    from sqlalchemy import bindparam, update

    from evosweep.track.store.tables import RUNS

    now = round(1000 * time.time())
    own: Any = RUNS.c.run_uuid == bindparam("run")
    status: Any = bindparam("new")
    end: Any = bindparam("end")
    begun = [each for each in updates if each.status == RUNNING]
    ended = [each for each in updates if each.status != RUNNING]
    if begun:
        rows = [{"run": each.mlflow_id, "new": each.status} for each in begun]
        connection.execute(update(RUNS).where(own).values(status=status), rows)
    if ended:
        ends = [
            {"run": each.mlflow_id, "new": each.status, "end": each.end or now} for each in ended
        ]
        connection.execute(update(RUNS).where(own).values(status=status, end_time=end), ends)


def _point(row: Sequence[Any]) -> Point:
    """Return a stored metric."""
    key, value, timestamp, step, is_nan = row
    return Point(key, nan if is_nan else value, timestamp, step)
