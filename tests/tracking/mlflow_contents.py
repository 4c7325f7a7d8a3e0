"""What an MLflow has, as plain values that two of them can be compared by."""

import hashlib
import tempfile
from pathlib import Path
from typing import Any

_OF_THE_PLACE = {"mlflow.parentRunId", "mlflow.user"}
_HISTORIES = "/ajax-api/2.0/mlflow/metrics/get-history-bulk"
"""What MLflow's pages ask a server for, to draw a metric of many runs."""
_RUNS, _POINTS = 100, 25_000  # that it tells of at once


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
    """(step, timestamp, value) of every point by run and metric, in few queries."""
    database = hasattr(mlflow._tracking_client.store, "ManagedSessionMaker")
    histories: dict[str, History] = {run_id: {} for run_id in by_id}
    for run_id, key, *point in (_kept_points if database else _served_points)(mlflow, by_id):
        histories[run_id].setdefault(key, []).append(tuple(point))
    return {
        run_id: {key: sorted(points) for key, points in history.items()}
        for run_id, history in histories.items()
    }


def _kept_points(mlflow: Any, by_id: dict[str, Any]) -> Any:
    """Run, metric, step, timestamp, value of each point in a database."""
    from mlflow.store.tracking.dbmodels.models import SqlMetric

    with mlflow._tracking_client.store.ManagedSessionMaker() as opened:
        for point in opened.query(SqlMetric).filter(SqlMetric.run_uuid.in_(by_id)):
            shown = point.to_mlflow_entity()
            yield point.run_uuid, shown.key, shown.step, shown.timestamp, shown.value


def _served_points(mlflow: Any, by_id: dict[str, Any]) -> Any:
    """The same of a server, which tells one metric of many runs at once."""
    from mlflow.tracking._tracking_service.utils import get_default_host_creds
    from mlflow.utils.rest_utils import http_request

    server = get_default_host_creds(mlflow.tracking_uri)
    for key in sorted({key for run in by_id.values() for key in run.data.metrics}):
        having = [run_id for run_id, run in by_id.items() if key in run.data.metrics]
        for start in range(0, len(having), _RUNS):
            asked = {"run_id": having[start : start + _RUNS], "metric_key": key}
            answer = http_request(server, _HISTORIES, "GET", params=asked)
            answer.raise_for_status()
            points = answer.json()["metrics"]
            assert len(points) < _POINTS, "there may be more"
            for point in points:
                yield point["run_id"], key, point["step"], point["timestamp"], point["value"]


def _dataset(each: Any) -> tuple[dict[str, str], dict[str, str]]:
    return dict(each.dataset), {tag.key: tag.value for tag in each.tags}


def _artifacts(mlflow: Any, run: Any) -> dict[str, str]:
    place = run.info.artifact_uri
    if place.startswith("/"):
        names = [each.path for each in mlflow.list_artifacts(run.info.run_id) if not each.is_dir]
        return {name: _digest(Path(place, name)) for name in names}
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    # The client would ask for the run, its models and the folder again before each of its files.
    repository = get_artifact_repository(place, tracking_uri=mlflow.tracking_uri)
    with tempfile.TemporaryDirectory() as folder:  # MLflow's own would stay
        repository.download_artifacts("", folder)
        return {path.name: _digest(path) for path in Path(folder).iterdir() if path.is_file()}


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
