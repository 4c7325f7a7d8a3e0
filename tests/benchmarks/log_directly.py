"""Run folders logged by MLflow's client, as a program without `evosweep track` would do it.

python tests/benchmarks/log_directly.py DATABASE FOLDER...
"""

import os
import sys
from pathlib import Path
from typing import Any

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

from evosweep.records.folder import RunFolder
from evosweep.track.content.mlflow_run import MlflowRun
from evosweep.track.content.read import read_run


def log(client: Any, experiment: str, entry: MlflowRun) -> None:
    """One run: everything in one batch, the files one by one."""
    from mlflow.entities import Metric, Param, RunTag

    run = client.create_run(experiment, start_time=entry.start, run_name=entry.name)
    metrics = [Metric(p.key, p.value, p.timestamp, p.step) for p in entry.points]
    params = [Param(key, value) for key, value in entry.params.items()]
    tags = [RunTag(key, value) for key, value in entry.tags.items()]
    room = 1000 - len(params) - len(tags)
    client.log_batch(run.info.run_id, metrics[:room], params, tags)
    if metrics[room:]:
        client.log_batch(run.info.run_id, metrics[room:])
    for name, content in entry.files.items():
        if isinstance(content, Path):
            client.log_artifact(run.info.run_id, str(content))
        else:
            client.log_text(run.info.run_id, content.decode(), name)
    client.set_terminated(run.info.run_id, entry.status, entry.end)


def main(database: str, *folders: str) -> None:
    """Logs the runs in the folders, one after the other."""
    from mlflow import MlflowClient

    client = MlflowClient(f"sqlite:///{database}")
    experiment = client.get_experiment_by_name("bench").experiment_id
    for folder in folders:
        entry, _ = read_run(RunFolder(Path(folder)), "bench")
        log(client, experiment, entry)


if __name__ == "__main__":
    main(*sys.argv[1:])
