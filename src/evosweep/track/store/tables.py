"""The tables of MLflow's database that tracking reads and writes, without MLflow's slow import.

They have the columns that are used here. `tests/tracking` compares their contents with what the
client of MLflow writes, and `store.versions` says for which versions.
"""

from sqlalchemy import BigInteger, Boolean, ColumnClause, Float, Integer, String, column, table


def _texts(*names: str) -> list[ColumnClause[str]]:
    return [column(name, String) for name in names]


def _numbers(*names: str) -> list[ColumnClause[int]]:
    return [column(name, BigInteger) for name in names]


_RUN = (
    *("run_uuid", "name", "source_type", "source_name", "entry_point_name", "user_id", "status"),
    *("source_version", "lifecycle_stage", "artifact_uri"),
)
EXPERIMENTS = table(
    "experiments",
    column("experiment_id", Integer),
    *_texts("name", "artifact_location", "lifecycle_stage"),
    *_numbers("creation_time", "last_update_time"),
)
EXPERIMENT_TAGS = table(
    "experiment_tags", column("experiment_id", Integer), *_texts("key", "value")
)
RUNS = table(
    "runs",
    column("experiment_id", Integer),
    *_texts(*_RUN),
    *_numbers("start_time", "end_time", "deleted_time"),
)
PARAMS = table("params", *_texts("run_uuid", "key", "value"))
TAGS = table("tags", *_texts("run_uuid", "key", "value"))
METRICS, LATEST_METRICS = (
    table(
        name,
        *_texts("run_uuid", "key"),
        *_numbers("timestamp", "step"),
        *(column("value", Float), column("is_nan", Boolean)),
    )
    for name in ("metrics", "latest_metrics")
)
DATASETS = table(
    "datasets",
    column("experiment_id", Integer),
    *_texts("dataset_uuid", "name", "digest"),
    *_texts("dataset_source_type", "dataset_source", "dataset_profile"),
)
INPUTS = table(
    "inputs",
    *_texts("input_uuid", "source_type", "source_id"),
    *_texts("destination_type", "destination_id"),
    *_numbers("step"),
)
INPUT_TAGS = table("input_tags", *_texts("input_uuid", "name", "value"))
