"""The data behind runs as MLflow's inputs: by its client, or as rows of its database."""

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from evosweep.files.content_id import content_id
from evosweep.track.content.mlflow_run import Data, MlflowRun
from evosweep.track.store.rows import Row, insert_rows

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

_DIGEST = 32  # MLflow keeps 36 characters of it
_CONTEXT = ("mlflow.data.context", "evaluation")
_INPUT = ("input_uuid", "source_type", "source_id", "destination_type", "destination_id", "step")
_IdByDataset = dict[tuple[str, str], str]
"""MLflow's id of a data set by its name and digest."""


def dataset_input(data: Data) -> Any:
    """Return the data of a problem (see `MlflowRun.dataset`) as MLflow's client takes them."""
    from mlflow.entities import Dataset, DatasetInput, InputTag

    return DatasetInput(Dataset(**_fields(data)), [InputTag(*_CONTEXT)])


def keep_datasets(
    database: "Engine", experiment_id: int, runs: Sequence[MlflowRun]
) -> _IdByDataset:
    """Return the data sets of new runs, after adding those that the experiment lacks."""
    from sqlalchemy import insert
    from sqlalchemy.exc import IntegrityError

    from evosweep.track.store.tables import DATASETS

    needed = {}
    for run in runs:
        if run.data:
            fields = _fields(run.data)
            needed[fields["name"], fields["digest"]] = fields
    ids = _stored_ids(database, experiment_id) if needed else {}
    new = [_row(experiment_id, fields) for key, fields in needed.items() if key not in ids]
    if not new:
        return ids
    try:
        with database.begin() as connection:
            connection.execute(insert(DATASETS), new)
    except IntegrityError:  # another tracker may have been faster
        if not needed.keys() <= _stored_ids(database, experiment_id).keys():
            raise
    return _stored_ids(database, experiment_id)


def insert_inputs(connection: "Connection", runs: Sequence[MlflowRun], ids: _IdByDataset) -> None:
    """Insert the rows that connect new runs to their data, see `keep_datasets`."""
    from sqlalchemy import delete

    from evosweep.track.store.tables import INPUT_TAGS, INPUTS

    inputs = list(_inputs(runs, ids))
    for table in (INPUTS, INPUT_TAGS):  # `mlflow gc` leaves them behind
        if inputs:
            there = table.c.input_uuid.in_([row[0] for row in inputs])
            connection.execute(delete(table).where(there))
    insert_rows(connection, INPUTS, _INPUT, inputs)
    tags = ((row[0], *_CONTEXT) for row in inputs)
    insert_rows(connection, INPUT_TAGS, ("input_uuid", "name", "value"), tags)


def _inputs(runs: Sequence[MlflowRun], ids: _IdByDataset) -> Iterator[Row]:
    for run in runs:
        if run.data:
            fields = _fields(run.data)
            source = ids[fields["name"], fields["digest"]]
            uuid = content_id(run.mlflow_id, "input")
            yield uuid, "DATASET", source, "RUN", run.mlflow_id, 0


def _stored_ids(database: "Engine", experiment_id: int) -> _IdByDataset:
    from sqlalchemy import select

    from evosweep.track.store.tables import DATASETS

    own = DATASETS.c
    rows = select(own.name, own.digest, own.dataset_uuid).where(own.experiment_id == experiment_id)
    with database.connect() as connection:
        return {(name, digest): uuid for name, digest, uuid in connection.execute(rows)}


def _fields(data: Data) -> dict[str, str]:
    rows, columns = data.get("rows"), data.get("columns")
    size = {"num_rows": rows, "num_elements": rows * columns} if rows and columns else {}
    return {
        "name": str(data["name"])[:500],
        "digest": data["digest"][:_DIGEST],
        "source_type": "code",
        "source": json.dumps({"tags": {"mlflow.source.name": data["source"]}}),
        "profile": json.dumps(size),
    }


def _row(experiment_id: int, fields: dict[str, str]) -> dict[str, object]:
    own = ("name", "digest")
    columns = {name if name in own else f"dataset_{name}": text for name, text in fields.items()}
    uuid = content_id(str(experiment_id), fields["name"], fields["digest"])
    return {"dataset_uuid": uuid, "experiment_id": experiment_id, **columns}
