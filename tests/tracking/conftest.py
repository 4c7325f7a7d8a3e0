"""Result folders to track, and what MLflow has of them."""

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import run_folders as folders
import servers

from evosweep.track.store.address import resolve
from evosweep.track.store.database import open_database
from evosweep.track.store.quiet import import_mlflow


@pytest.fixture(autouse=True)
def _own_mlflow(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """MLflow with no address of the surroundings'."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("EVOSWEEP_TRACK_PATIENCE", "120")
    import_mlflow()
    yield
    logging.getLogger("mlflow").setLevel(logging.NOTSET)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MLflow's tables with nothing in them, which take seconds to make."""
    path = tmp_path_factory.mktemp("mlflow") / "mlflow.db"
    open_database(resolve(path.parent, f"sqlite:///{path}"))
    return path


@pytest.fixture
def results(tmp_path: Path, empty_database: Path) -> Path:
    """Two configurations, two backends, two seeds, and one failed run."""
    runs = tmp_path / "results" / "quick" / "runs"
    for mutation in (0.1, 0.2):
        for seed in (1, 2):
            folders.write_run(runs, folders.spec(seed, mutation=mutation))
            folders.write_run(runs, folders.spec(seed, "pool", 2, mutation=mutation))
    folders.write_failure(runs, folders.spec(3, mutation=0.1))
    shutil.copyfile(empty_database, tmp_path / "results" / "mlflow.db")
    return tmp_path / "results"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[servers.MlflowServer]:
    """A server with a database of its own, for all tests that do not stop it."""
    folder = tmp_path_factory.mktemp("server")
    with servers.mlflow_server(folder, f"sqlite:///{folder}/served.db") as started:
        yield started
