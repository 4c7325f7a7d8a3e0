"""What a person changes in MLflow: a new name is followed, what was deleted is there again."""

from pathlib import Path
from typing import Any

import mlflow_contents as contents
import pytest
import run_folders as folders
import servers

from evosweep.track.passes.tracking import track


@pytest.fixture(params=["own", "server"])
def uri(request: pytest.FixtureRequest, results: Path, server: servers.MlflowServer) -> str:
    """The results' own database, and a server."""
    (results / "quick").rename(results / f"mended {request.node.name}")
    return server.uri if request.param == "server" else f"sqlite:///{results / 'mlflow.db'}"


@pytest.fixture
def name(results: Path) -> str:
    (experiment,) = (path.parent.name for path in results.glob("*/runs"))
    return experiment


def test_a_renamed_experiment_keeps_its_new_name(results: Path, uri: str, name: str) -> None:
    track(results, uri)
    before = contents.runs(uri, name)
    mlflow = contents.client(uri)
    mlflow.rename_experiment(mlflow.get_experiment_by_name(name).experiment_id, f"{name} of May")
    assert track(results, uri).unchanged == 9
    folders.write_run(results / name / "runs", folders.spec(8))
    assert track(results, uri).new == 1
    assert mlflow.get_experiment_by_name(name) is None
    after = contents.runs(uri, f"{name} of May")
    assert before.keys() < after.keys()
    assert len(after) == len(before) + 2  # the run, and the configuration that it is of


@pytest.mark.parametrize("kind", ["run", "configuration"])
def test_what_was_deleted_is_restored(results: Path, uri: str, name: str, kind: str) -> None:
    track(results, uri)
    before = contents.runs(uri, name)
    mlflow = contents.client(uri)
    for run in _of_kind(mlflow, name, kind):
        mlflow.delete_run(run.info.run_id)
    changes = track(results, uri)
    assert changes.restored == {"run": 9, "configuration": 2}[kind]
    assert contents.runs(uri, name) == before
    assert str(track(results, uri)) == "0 new, 0 changed, 0 removed, 9 unchanged"


def test_a_deleted_experiment_is_restored(results: Path, uri: str, name: str) -> None:
    track(results, uri)
    before = contents.runs(uri, name)
    mlflow = contents.client(uri)
    mlflow.delete_experiment(mlflow.get_experiment_by_name(name).experiment_id)
    track(results, uri)
    assert contents.runs(uri, name) == before


@pytest.mark.parametrize("kind", ["run", "configuration"])
def test_what_was_deleted_for_good_is_made_anew(results: Path, kind: str) -> None:
    uri = f"sqlite:///{results / 'mlflow.db'}"
    track(results)
    folders.write_run(results / "quick" / "runs", folders.spec(7, mutation=0.1))
    track(results)
    before = contents.runs(uri)
    mlflow = contents.client(uri)
    for run in _of_kind(mlflow, "quick", kind):
        mlflow.delete_run(run.info.run_id)
        mlflow._tracking_client.store._hard_delete_run(run.info.run_id)
    track(results)
    assert contents.runs(uri) == before


def _of_kind(mlflow: Any, name: str, kind: str) -> Any:
    experiment = mlflow.get_experiment_by_name(name).experiment_id
    return mlflow.search_runs([experiment], f"tags.kind = '{kind}'")
