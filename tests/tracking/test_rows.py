"""Metrics and tags that are added to a run are those that MLflow's client would leave there."""

import math
import shutil
from pathlib import Path

from mlflow_contents import client

from evosweep.track.content.mlflow_run import Point
from evosweep.track.store.address import resolve
from evosweep.track.store.database_store import DatabaseStore

STEPS = [
    ([("best", 1.0, 10, 0), ("best", 2.0, 20, 1), ("odd", math.nan, 10, 0)], {"place": "1"}),
    ([("best", 2.0, 20, 1), ("best", 5.0, 5, 0), ("odd", -math.inf, 10, 1)], {"place": "2"}),
    ([("best", 7.0, 20, 1), ("odd", math.nan, 20, 1), ("late", 1.0, 1, 3)], {"note": "x" * 9000}),
    ([("odd", 3.0, 20, 1), ("best", 6.0, 20, 1), ("best", 6.0, 20, 1)], {}),
]


def test_what_is_added_is_what_the_client_leaves(tmp_path: Path, empty_database: Path) -> None:
    from mlflow.entities import Metric, RunTag

    shutil.copyfile(empty_database, tmp_path / "mlflow.db")
    store = DatabaseStore(resolve(tmp_path))
    place = store.experiment("rows")
    mine, theirs = (store.client.create_run(place.id).info.run_id for _ in range(2))
    for rows, tags in STEPS:
        store.log(mine, [Point(*row) for row in rows], tags)
        labels = [RunTag(key, value) for key, value in tags.items()]
        store.client.log_batch(theirs, [Metric(*row) for row in rows], tags=labels)
    assert _content(tmp_path, mine) == _content(tmp_path, theirs)
    assert _content(tmp_path, mine)["last"] == {"best": "7.0", "odd": "3.0", "late": "1.0"}


def _content(results: Path, run_id: str) -> dict[str, object]:
    """History, last values and tags of a run; NaN as text, which equals itself."""
    mlflow = client(f"sqlite:///{results / 'mlflow.db'}")
    run = mlflow.get_run(run_id)
    histories = {key: mlflow.get_metric_history(run_id, key) for key in run.data.metrics}
    return {
        "history": {
            key: sorted((p.step, p.timestamp, str(p.value)) for p in points)
            for key, points in histories.items()
        },
        "last": {key: str(value) for key, value in run.data.metrics.items()},
        "tags": {key: value[:1000] for key, value in run.data.tags.items() if "mlflow" not in key},
    }
