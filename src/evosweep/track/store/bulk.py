"""Insert whole runs into MLflow's database, with one transaction per batch of runs.

MLflow's client takes about 80 ms for a run of 100 generations and 8 metrics, mostly to make an
object for each metric value. A direct insertion of the same rows takes a tenth of that. The tables
are MLflow's own classes; tests/tracking compares every row with those of the client.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evosweep.track.content.mlflow_run import MlflowRun, Point
from evosweep.track.store.datasets import input_rows, keep_datasets
from evosweep.track.store.protocol import Database

_LARGEST = 1.7976931348623157e308  # what MLflow stores for an infinity


def existing(store: Database, ids: Sequence[str]) -> dict[str, str]:
    """Return the life-cycle stages of these runs, without those that the database lacks."""
    from mlflow.store.tracking.dbmodels.models import SqlRun
    from sqlalchemy import select

    stages_of: dict[str, str] = {}
    with store.ManagedSessionMaker() as session:
        for at in range(0, len(ids), 500):
            chosen = SqlRun.run_uuid.in_(ids[at : at + 500])
            rows = session.execute(select(SqlRun.run_uuid, SqlRun.lifecycle_stage).where(chosen))
            stages_of |= {row[0]: row[1] for row in rows}
    return stages_of


def stages(store: Database, experiment_id: str) -> dict[str, str]:
    """Return the life-cycle stage of every run of an experiment, deleted ones included."""
    from mlflow.store.tracking.dbmodels.models import SqlRun
    from sqlalchemy import select

    rows = select(SqlRun.run_uuid, SqlRun.lifecycle_stage).where(
        SqlRun.experiment_id == int(experiment_id)
    )
    with store.ManagedSessionMaker() as session:
        return {row[0]: row[1] for row in session.execute(rows)}


def place(store: Database, experiment_id: str, location: str) -> None:
    """Set the folder for artifacts of an experiment's new runs."""
    from mlflow.store.tracking.dbmodels.models import SqlExperiment
    from sqlalchemy import update

    chosen = SqlExperiment.experiment_id == int(experiment_id)
    with store.ManagedSessionMaker(read_only=False) as session:
        session.execute(update(SqlExperiment).where(chosen).values(artifact_location=location))


def insert(store: Database, experiment_id: str, root: str, runs: Sequence[MlflowRun]) -> None:
    """Put new runs into the database, in one transaction."""
    from mlflow.store.tracking.dbmodels import models
    from sqlalchemy import delete
    from sqlalchemy import insert as insert_into

    tables: dict[Any, list[dict[str, object]]] = {
        models.SqlRun: [_run(run, experiment_id, root) for run in runs],
        models.SqlTag: [row for run in runs for row in _pairs(run, _tags(run))],
        models.SqlParam: [row for run in runs for row in _pairs(run, run.params)],
        models.SqlMetric: [row for run in runs for row in _metrics(run.mlflow_id, run.points)],
        models.SqlLatestMetric: [
            row for run in runs for row in _metrics(run.mlflow_id, _latest(run.points))
        ],
    }
    tables |= input_rows(runs, keep_datasets(store, int(experiment_id), runs))
    with store.ManagedSessionMaker(read_only=False) as session:
        for model in (models.SqlInput, models.SqlInputTag):  # `mlflow gc` leaves them behind
            ids = [row["input_uuid"] for row in tables[model]]
            session.execute(delete(model.__table__).where(model.input_uuid.in_(ids)))
        for model, rows in tables.items():
            if rows:
                session.execute(insert_into(model.__table__), rows)


def rewrite(
    store: Database, mlflow_id: str, points: Sequence[Point], families: Sequence[str]
) -> None:
    """Replace all metrics of a run whose names start with one of `families`.

    Trackers that share a server take turns by a lock on the run's row, since both would delete and
    then insert.
    """
    from mlflow.store.tracking.dbmodels import models
    from sqlalchemy import delete, or_, select
    from sqlalchemy import insert as insert_into

    tables: dict[Any, Sequence[Point]] = {
        models.SqlMetric: points,
        models.SqlLatestMetric: list(_latest(points)),
    }
    row = select(models.SqlRun.run_uuid).where(models.SqlRun.run_uuid == mlflow_id)
    with store.ManagedSessionMaker(read_only=False) as session:
        session.execute(row.with_for_update())
        for model, new in tables.items():
            theirs = or_(*(model.key.startswith(each, autoescape=True) for each in families))
            session.execute(delete(model.__table__).where(model.run_uuid == mlflow_id, theirs))
            if rows := list(_metrics(mlflow_id, new)):
                session.execute(insert_into(model.__table__), rows)


def rename(store: Database, names: Mapping[str, str]) -> None:
    """Give runs other names, by their ids."""
    from mlflow.store.tracking.dbmodels.models import SqlRun, SqlTag
    from sqlalchemy import bindparam, update

    rows = [{"run": mlflow_id, "new": name} for mlflow_id, name in names.items()]
    run: Any = bindparam("run")
    new: Any = bindparam("new")
    tagged = (SqlTag.run_uuid == run, SqlTag.key == "mlflow.runName")
    with store.ManagedSessionMaker(read_only=False) as session:
        connection = session.connection()
        connection.execute(
            update(SqlRun.__table__).where(SqlRun.run_uuid == run).values(name=new), rows
        )
        connection.execute(update(SqlTag.__table__).where(*tagged).values(value=new), rows)


def _run(run: MlflowRun, experiment_id: str, root: str) -> dict[str, object]:
    return {
        "run_uuid": run.mlflow_id,
        "name": run.name,
        "source_type": "UNKNOWN",
        "source_name": "",
        "entry_point_name": "",
        "user_id": run.tags.get("mlflow.user", "unknown"),
        "status": run.status,
        "start_time": run.start,
        "end_time": run.end,
        "deleted_time": None,
        "source_version": "",
        "lifecycle_stage": "active",
        "artifact_uri": f"{root}/{run.mlflow_id}/artifacts",
        "experiment_id": int(experiment_id),
    }


def _tags(run: MlflowRun) -> dict[str, str]:
    return run.tags | {"mlflow.runName": run.name}


def _pairs(run: MlflowRun, values: dict[str, str]) -> Iterable[dict[str, object]]:
    for key, value in values.items():
        yield {"run_uuid": run.mlflow_id, "key": key, "value": value}


def _metrics(mlflow_id: str, points: Iterable[Point]) -> Iterable[dict[str, object]]:
    seen = set()
    for point in points:
        is_nan = math.isnan(point.value)
        value = 0.0 if is_nan else max(-_LARGEST, min(_LARGEST, point.value))
        row = (point.key, value, point.timestamp, point.step, is_nan)
        if row not in seen:
            seen.add(row)
            names = ("key", "value", "timestamp", "step", "is_nan")
            yield dict(zip(names, row, strict=True)) | {"run_uuid": mlflow_id}


def _latest(points: Iterable[Point]) -> Iterable[Point]:
    """Return the last point of each metric by step, then time, then value, as MLflow has it."""
    last: dict[str, Point] = {}
    for point in points:
        before = last.get(point.key)
        if before is None or _order(point) > _order(before):
            last[point.key] = point
    return last.values()


def _order(point: Point) -> tuple[int, int, float]:
    return point.step, point.timestamp, 0.0 if math.isnan(point.value) else point.value
