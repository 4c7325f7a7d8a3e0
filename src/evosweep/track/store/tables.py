"""The tables of MLflow's database that tracking reads and writes, without MLflow's slow import.

They have the columns that are used here. `tests/tracking` compares their contents with what the
client of MLflow writes, and `store.versions` says for which versions.
"""

from sqlalchemy import BigInteger, Boolean, Float, Integer, String, column, table

EXPERIMENTS = table(
    "experiments",
    column("experiment_id", Integer),
    *(column(name, String) for name in ("name", "artifact_location", "lifecycle_stage")),
    *(column(name, BigInteger) for name in ("creation_time", "last_update_time")),
)
EXPERIMENT_TAGS = table(
    "experiment_tags",
    column("experiment_id", Integer),
    *(column(name, String) for name in ("key", "value")),
)
RUNS = table(
    "runs",
    *(
        column(name, String)
        for name in (
            "run_uuid", "name", "source_type", "source_name", "entry_point_name", "user_id",
            "status", "source_version", "lifecycle_stage", "artifact_uri",
        )
    ),
    *(column(name, BigInteger) for name in ("start_time", "end_time", "deleted_time")),
    column("experiment_id", Integer),
)  # fmt: skip
PARAMS, TAGS = (
    table(name, column("run_uuid", String), column("key", String), column("value", String))
    for name in ("params", "tags")
)
METRICS, LATEST_METRICS = (
    table(
        name,
        *(column(each, String) for each in ("run_uuid", "key")),
        column("value", Float),
        *(column(each, BigInteger) for each in ("timestamp", "step")),
        column("is_nan", Boolean),
    )
    for name in ("metrics", "latest_metrics")
)
DATASETS = table(
    "datasets",
    column("experiment_id", Integer),
    *(
        column(name, String)
        for name in (
            "dataset_uuid", "name", "digest", "dataset_source_type", "dataset_source",
            "dataset_profile",
        )
    ),
)  # fmt: skip
INPUTS = table(
    "inputs",
    *(
        column(name, String)
        for name in (
            "input_uuid", "source_type", "source_id", "destination_type", "destination_id",
        )
    ),
    column("step", BigInteger),
)  # fmt: skip
INPUT_TAGS = table(
    "input_tags", *(column(name, String) for name in ("input_uuid", "name", "value"))
)
