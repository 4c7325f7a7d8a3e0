"""From MLflow back to the bits: a run is repeated from what was tracked of it, and nothing else."""

import shutil
from pathlib import Path
from typing import Any

import mlflow_contents as contents
import pytest
import servers

from evosweep.backends.table import create
from evosweep.cli import main
from evosweep.config.spec import RunSpec
from evosweep.records.folder import RunFolder
from evosweep.run.attempt import Attempt, run_one
from evosweep.track.passes.tracking import track

SPEC: dict[str, Any] = {
    "problem": {"use": "onemax", "params": {"bits": 30}},
    "algorithm": {
        "use": "ea_simple",
        "params": {"population": 20, "generations": 5, "crossover": 0.5, "mutation": 0.2},
    },
    "backend": {"use": "serial", "workers": 1},
    "seed": 7,
}
pytestmark = pytest.mark.timeout(900)


def test_a_run_is_repeated_from_its_tracked_receipt_alone(
    tmp_path: Path,
    server: servers.MlflowServer,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    spec = RunSpec.parse(SPEC)
    results = tmp_path / "results"
    with create("serial") as backend:
        folder = RunFolder(results / "bits" / "runs" / spec.run_id)
        record = run_one(spec, folder, backend, Attempt())
    (tmp_path / "elsewhere").mkdir()
    track(results, server.uri)
    shutil.rmtree(results)
    monkeypatch.chdir(tmp_path / "elsewhere")
    mlflow = contents.client(server.uri)
    experiment = mlflow.get_experiment_by_name("bits").experiment_id
    run, parent = sorted(
        mlflow.search_runs([experiment]), key=lambda run: run.data.tags["kind"], reverse=True
    )
    assert main(["reproduce", run.info.run_id, "--uri", server.uri]) == 0
    assert record.population_digest in capfd.readouterr().out
    assert main(["reproduce", parent.info.run_id, "--uri", server.uri]) == 2
    assert "a configuration; name one of the runs" in capfd.readouterr().err
    assert main(["reproduce", "0" * 32, "--uri", server.uri]) == 2
    assert "has no run" in capfd.readouterr().err
