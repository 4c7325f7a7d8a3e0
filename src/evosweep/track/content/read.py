"""The run that MLflow shows of a run folder: the same folder, the same content.

Times come from the record, so that a database that was deleted is rebuilt to the same content.
"""

from dataclasses import replace

from evosweep.errors import Damaged
from evosweep.records.folder import RunFolder
from evosweep.records.mlflow_page import outcome_id
from evosweep.records.reading import read_outcome
from evosweep.records.record import FailureRecord, Named, Record
from evosweep.track.content import note
from evosweep.track.content.files import failure_files, record_files
from evosweep.track.content.history import read_history
from evosweep.track.content.metrics import milliseconds, points_of, summary_of
from evosweep.track.content.mlflow_run import FAILED, FINISHED, Data, MlflowRun, clipped
from evosweep.track.content.names import own_name, pair_name, parameters, run_name
from evosweep.track.content.tags import identity, provenance

_LONGEST_TEXT = 6000
_SMALL = 2**16
"""Most bytes of a receipt that is kept in memory until it is copied to the artifacts."""


class Vanished(Exception):
    """The run's outcome went while it was read: the run is discarded, or starts again."""


def read_run(folder: RunFolder, experiment: str) -> tuple[MlflowRun, Named]:
    """Return the MLflow run of a finished or failed run folder, and its document.

    Raises
    ------
    Damaged
        If one of the run's files is missing or has wrong content.
    Vanished
        If the run has no outcome any more.
    """
    try:
        return _read(folder, experiment)
    except (OSError, ValueError, KeyError, TypeError, ArithmeticError) as error:
        if not (folder.record.exists() or folder.failure.exists()):
            raise Vanished from error
        raise _damage(folder, error) from error


def _read(folder: RunFolder, experiment: str) -> tuple[MlflowRun, Named]:
    document, content = read_outcome(folder)
    mlflow_id = outcome_id(experiment, folder.path.name, content)
    if isinstance(document, Record):
        run = _finished(folder, document, mlflow_id)
        if len(content) <= _SMALL:
            run = replace(run, files={**run.files, folder.record.name: content})
    else:
        run = _failed(folder, document, mlflow_id)
    run.tags.update(content=mlflow_id, folder=folder.path.name)
    run.tags.update({key: clipped(value) for key, value in run.tags.items()})
    return run, document


def _damage(folder: RunFolder, error: Exception) -> Damaged:
    for file in (folder.population, folder.logbook):
        if not file.exists():
            return Damaged(folder.path, file.name, "is missing; run it again")
    reason = " ".join(str(error).split())[:300]
    return Damaged(folder.path, "", f"{reason or type(error).__name__}; run it again")


def _finished(folder: RunFolder, record: Record, mlflow_id: str) -> MlflowRun:
    history = read_history(folder, record)
    summary = summary_of(record, history)
    name = run_name(own_name(record.spec), pair_name(record.spec))
    tags = {
        "population_digest": record.population_digest,
        "resumed": str(record.resumed),
        "mlflow.note.content": note.of_record(record, summary),
        "mlflow.loggedArtifacts": '[{"path": "population.json", "type": "table"}]',
    }
    return MlflowRun(
        mlflow_id,
        name,
        FINISHED,
        start=milliseconds(record.started),
        end=milliseconds(record.finished),
        params=parameters(record),
        tags=identity(record) | provenance(record) | tags,
        points=points_of(history, record, summary),
        files=record_files(folder, record, history, name),
        data=_data(record),
        summary=summary,
    )


def _failed(folder: RunFolder, failure: FailureRecord, mlflow_id: str) -> MlflowRun:
    end = milliseconds(failure.failed)
    tags = {
        "failure": failure.kind,
        "error": clipped(failure.error, _LONGEST_TEXT),
        "mlflow.note.content": note.of_failure(failure),
    }
    return MlflowRun(
        mlflow_id,
        run_name(own_name(failure.spec), pair_name(failure.spec)),
        FAILED,
        start=milliseconds(failure.started) if failure.started else end,
        end=end,
        params=parameters(failure),
        tags=identity(failure) | provenance(failure) | tags,
        files=failure_files(folder, failure),
        summary={
            "seed": failure.spec["seed"],
            "spec_id": failure.spec_id,
            "own_name": own_name(failure.spec),
        },
    )


def _data(record: Record) -> Data | None:
    if record.dataset is None:
        return None
    return {
        "name": record.dataset["name"],
        "digest": record.dataset["digest"],
        "source": record.spec["problem"]["use"],
        "rows": record.dataset.get("rows"),
        "columns": record.dataset.get("columns"),
    }
