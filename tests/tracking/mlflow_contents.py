"""What an MLflow has, as plain values that two of them can be compared by."""

import hashlib
import tempfile
from pathlib import Path
from typing import Any

_OF_THE_PLACE = {"mlflow.parentRunId", "mlflow.user"}


def client(uri: str) -> Any:
    from mlflow.tracking import MlflowClient

    return MlflowClient(uri)


def runs(uri: str, experiment: str = "quick", condition: str = "", artifacts: bool = True) -> Any:
    """Every active run by its content: names, times, parameters, tags, full history, artifacts."""
    mlflow = client(uri)
    found = mlflow.get_experiment_by_name(experiment)
    by_id = {run.info.run_id: run for run in _search(mlflow, found.experiment_id, condition)}
    histories = _histories(mlflow, by_id)
    contents = {}
    for run in by_id.values():
        tags = dict(run.data.tags)
        parent = by_id.get(tags.get("mlflow.parentRunId", ""))
        assert tags["content"] not in contents, "a run is there twice"
        contents[tags["content"]] = {
            "name": run.info.run_name,
            "status": run.info.status,
            "times": (run.info.start_time, run.info.end_time),
            "params": dict(run.data.params),
            "tags": {k: v for k, v in tags.items() if k not in _OF_THE_PLACE},
            "parent": parent.data.tags["configuration"] if parent else None,
            "history": histories[run.info.run_id],
            "last": dict(run.data.metrics),
            "data": [_dataset(each) for each in run.inputs.dataset_inputs],
            "artifacts": _artifacts(mlflow, run) if artifacts else None,
        }
    return contents


def _search(mlflow: Any, experiment_id: str, condition: str) -> Any:
    token = None
    while True:
        page = mlflow.search_runs([experiment_id], condition, page_token=token)
        yield from page
        token = page.token
        if not token:
            return


History = dict[str, list[tuple[int, int, float]]]


def _histories(mlflow: Any, by_id: dict[str, Any]) -> dict[str, History]:
    """(step, timestamp, value) of every point by run and metric; of a database in one query."""
    session = getattr(mlflow._tracking_client.store, "ManagedSessionMaker", None)
    if session is None:
        return {run_id: _history(mlflow, run) for run_id, run in by_id.items()}
    from mlflow.store.tracking.dbmodels.models import SqlMetric

    histories: dict[str, History] = {run_id: {} for run_id in by_id}
    with session() as opened:
        for point in opened.query(SqlMetric).filter(SqlMetric.run_uuid.in_(by_id)):
            shown = point.to_mlflow_entity()
            points = histories[point.run_uuid].setdefault(shown.key, [])
            points.append((shown.step, shown.timestamp, shown.value))
    return {
        run_id: {key: sorted(points) for key, points in history.items()}
        for run_id, history in histories.items()
    }


def _history(mlflow: Any, run: Any) -> History:
    return {
        key: sorted(
            (point.step, point.timestamp, point.value)
            for point in mlflow.get_metric_history(run.info.run_id, key)
        )
        for key in run.data.metrics
    }


def _dataset(each: Any) -> tuple[dict[str, str], dict[str, str]]:
    return dict(each.dataset), {tag.key: tag.value for tag in each.tags}


def _artifacts(mlflow: Any, run: Any) -> dict[str, str]:
    names = [each.path for each in mlflow.list_artifacts(run.info.run_id) if not each.is_dir]
    return {name: _digest(mlflow, run, name) for name in names}


def _digest(mlflow: Any, run: Any, name: str) -> str:
    if run.info.artifact_uri.startswith("/"):
        return hashlib.sha256(Path(run.info.artifact_uri, name).read_bytes()).hexdigest()
    with tempfile.TemporaryDirectory() as folder:  # MLflow's own would stay
        path = mlflow.download_artifacts(run.info.run_id, name, folder)
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
