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
from evosweep.track.store.protocol import Database, Update
from evosweep.track.store.rows import PAIR, insert_rows

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def apply(store: Database, updates: Sequence[Update]) -> None:
    """Change runs, each of which is named once; values that a run has already stay once."""
    with store.ManagedSessionMaker(read_only=False) as session:
        _lock(session, [each.mlflow_id for each in updates])
        _replace(session, [each for each in updates if each.families])
        _add(session, [each for each in updates if each.points])
        _tag(session, updates)
        _end(session, [each for each in updates if each.status])


def rename(store: Database, names: Mapping[str, str]) -> None:
    """Give runs other names, by their ids."""
    from mlflow.store.tracking.dbmodels.models import SqlRun, SqlTag
    from sqlalchemy import bindparam, update

    rows = [{"run": mlflow_id, "new": name} for mlflow_id, name in names.items()]
    run: Any = bindparam("run")
    new: Any = bindparam("new")
    tagged = (SqlTag.run_uuid == run, SqlTag.key == "mlflow.runName")
    runs = update(SqlRun.__table__).where(SqlRun.run_uuid == run).values(name=new)
    tags = update(SqlTag.__table__).where(*tagged).values(value=new)
    with store.ManagedSessionMaker(read_only=False) as session:
        for statement in (runs, tags):
            session.connection().execute(statement, rows)


def _lock(session: "Session", ids: Sequence[str]) -> None:
    from mlflow.exceptions import MlflowException
    from mlflow.protos.databricks_pb2 import RESOURCE_DOES_NOT_EXIST
    from mlflow.store.tracking.dbmodels.models import SqlRun
    from sqlalchemy import select

    rows = select(SqlRun.run_uuid).where(SqlRun.run_uuid.in_(ids)).order_by(SqlRun.run_uuid)
    there = {row[0] for row in session.execute(rows.with_for_update())}
    if missing := [each for each in ids if each not in there]:
        raise MlflowException(f"Run with id={missing[0]} not found", RESOURCE_DOES_NOT_EXIST)


def _replace(session: "Session", updates: Sequence[Update]) -> None:
    """Replace all metrics of families."""
    from mlflow.store.tracking.dbmodels import models
    from sqlalchemy import delete, or_

    members: dict[tuple[str, ...], list[str]] = {}
    for each in updates:
        members.setdefault(tuple(each.families), []).append(each.mlflow_id)
    for families, ids in members.items():
        for model in (models.SqlMetric, models.SqlLatestMetric):
            theirs = or_(*(model.key.startswith(each, autoescape=True) for each in families))
            chosen = delete(model.__table__).where(model.run_uuid.in_(ids), theirs)
            session.execute(chosen)
    insert_points(session, {each.mlflow_id: each.replaced for each in updates})


def _add(session: "Session", updates: Sequence[Update]) -> None:
    """Add metrics, and set the last value of each."""
    from mlflow.store.tracking.dbmodels.models import SqlLatestMetric
    from sqlalchemy import select

    if not updates:
        return
    keys = {each.mlflow_id: {point.key for point in each.points} for each in updates}
    columns = (getattr(SqlLatestMetric, name) for name in ("run_uuid", *Point._fields, "is_nan"))
    shown: dict[str, list[Point]] = {mlflow_id: [] for mlflow_id in keys}
    for run_uuid, *row in session.execute(
        select(*columns).where(SqlLatestMetric.run_uuid.in_(keys))
    ):
        if row[0] in keys[run_uuid]:
            shown[run_uuid].append(_point(row))
    _forget(session, SqlLatestMetric, ((run, key) for run in keys for key in keys[run]))
    last = {each.mlflow_id: latest([*shown[each.mlflow_id], *each.points]) for each in updates}
    insert_points(session, {each.mlflow_id: each.points for each in updates}, last, skip=True)


def _tag(session: "Session", updates: Sequence[Update]) -> None:
    from mlflow.store.tracking.dbmodels.models import SqlTag

    _forget(session, SqlTag, ((each.mlflow_id, key) for each in updates for key in each.tags))
    insert_rows(session, SqlTag, PAIR, _pairs(updates))


def _pairs(updates: Sequence[Update]) -> Iterator[tuple[str, str, str]]:
    for each in updates:
        for key, value in each.tags.items():
            yield each.mlflow_id, key, clipped(value)


def _forget(session: "Session", model: Any, keys: Iterable[tuple[str, str]]) -> None:
    """Delete what runs have under some keys."""
    from sqlalchemy import bindparam, delete

    rows = [{"run": mlflow_id, "name": key} for mlflow_id, key in keys]
    table = model.__table__
    own = table.c.run_uuid == bindparam("run"), table.c.key == bindparam("name")
    if rows:
        session.connection().execute(delete(table).where(*own), rows)


def _end(session: "Session", updates: Sequence[Update]) -> None:
    """Set statuses, and the ends of runs that are no longer under way."""
    from mlflow.store.tracking.dbmodels.models import SqlRun
    from sqlalchemy import bindparam, update

    table, now = SqlRun.__table__, round(1000 * time.time())
    own: Any = table.c.run_uuid == bindparam("run")
    status: Any = bindparam("new")
    end: Any = bindparam("end")
    begun = [each for each in updates if each.status == RUNNING]
    ended = [each for each in updates if each.status != RUNNING]
    if begun:
        rows = [{"run": each.mlflow_id, "new": each.status} for each in begun]
        session.connection().execute(update(table).where(own).values(status=status), rows)
    if ended:
        ends = [
            {"run": each.mlflow_id, "new": each.status, "end": each.end or now} for each in ended
        ]
        whole = update(table).where(own).values(status=status, end_time=end)
        session.connection().execute(whole, ends)


def _point(row: Sequence[Any]) -> Point:
    """Return a stored metric."""
    key, value, timestamp, step, is_nan = row
    return Point(key, nan if is_nan else value, timestamp, step)
