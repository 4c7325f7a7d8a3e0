"""A run of the grid logged by MLflow's client as economically as it can: by hand, in each run."""

import time
from functools import cache
from typing import Any

from evolution import Point, evolve


@cache
def _client(uri: str) -> tuple[Any, str]:
    """Return MLflow's client and the id of the experiment, once for each process."""
    from mlflow import MlflowClient

    client = MlflowClient(uri)
    experiment = client.get_experiment_by_name("grid")
    return client, experiment.experiment_id if experiment else client.create_experiment("grid")


def prepare(uri: str) -> None:
    """Make MLflow's tables and the experiment; processes would race to make them."""
    _client(uri)


def evolve_and_log(point: Point, uri: str) -> None:
    """Evolve a run and log it: everything in one batch, and the population as an artifact."""
    from mlflow.entities import Metric, Param

    client, experiment = _client(uri)
    run = client.create_run(experiment, run_name=f"seed {point.seed}").info.run_id
    population, logbook = evolve(point)
    now = round(1000 * time.time())
    metrics = [
        Metric(name, float(row[name]), now, row["gen"])
        for row in logbook
        for name in ("nevals", "best", "mean", "worst")
    ]
    client.log_batch(run, metrics, [Param(key, str(value)) for key, value in zip(
        point._fields, point, strict=True)])  # fmt: skip
    client.log_dict(run, {"population": [list(each) for each in population]}, "population.json")
    client.set_terminated(run)
