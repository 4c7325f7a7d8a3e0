"""From MLflow back to the run folder: its receipt alone, or everything that is tracked of it."""

import tempfile
from pathlib import Path
from typing import Any

from evosweep.errors import InputError
from evosweep.records.reading import load_record
from evosweep.records.record import Record
from evosweep.track.store.address import DEFAULT, Address, resolve
from evosweep.track.store.patience import persist
from evosweep.track.store.quiet import import_mlflow


def receipt(mlflow_run_id: str, uri: str | None = None) -> Record:
    """The `record.json` of a tracked run: what repeats it to the bit.

    `uri` is MLflow's address; without it MLFLOW_TRACKING_URI, else the database in `results/`.
    Raises `InputError` where that MLflow has no such run, or the run has no receipt.
    """
    address = existing_address(DEFAULT, uri)
    run = find_run(client_of(address), address, mlflow_run_id)
    with tempfile.TemporaryDirectory(prefix="evosweep-receipt-") as folder:
        path = fetch(address, run, "record.json", Path(folder))
        return load_record(path)


def existing_address(results: Path, uri: str | None) -> Address:
    """The address to read from; raises `InputError` where its database is not there."""
    address = resolve(results, uri, must_exist=False)
    if address.database and not address.database.exists():
        raise InputError(
            f"{address.database}: there is no such database; name MLflow's address with --uri"
        )
    return address


def client_of(address: Address) -> Any:
    """MLflow's client for an address."""
    mlflow = import_mlflow()
    return persist(lambda: mlflow.tracking.MlflowClient(address.uri), address.shown)


def find_run(client: Any, address: Address, mlflow_run_id: str) -> Any:
    """The run of that id; raises `InputError` where there is none, or it is none of evosweep's."""
    from mlflow.exceptions import MlflowException

    def step() -> Any:
        try:
            return client.get_run(mlflow_run_id)
        except MlflowException as error:
            if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                raise
            return None

    run = persist(step, address.shown)
    if run is None:
        raise InputError(f"{address.shown} has no run {mlflow_run_id}; is it another MLflow's?")
    if run.data.tags.get("kind") == "run" and run.info.status == "FINISHED":
        return run
    raise InputError(f"MLflow run {mlflow_run_id} has no receipt: it is {_what(run)}")


def _what(run: Any) -> str:
    if run.data.tags.get("kind") == "configuration":
        return "a configuration; name one of the runs under it"
    if run.data.tags.get("kind") == "run":
        return f"a run that is {run.info.status.lower()}"
    return "none of evosweep's"


def fetch(address: Address, run: Any, name: str, folder: Path) -> Path:
    """An artifact of a run, brought into a folder."""
    import mlflow.artifacts

    def step() -> str:
        return str(
            mlflow.artifacts.download_artifacts(
                run_id=run.info.run_id,
                artifact_path=name,
                dst_path=str(folder),
                tracking_uri=address.uri,
            )
        )

    try:
        return Path(persist(step, address.shown))
    except OSError as error:
        raise InputError(
            f"MLflow run {run.info.run_id}: its artifact {name} is not at {run.info.artifact_uri} "
            f"({error}); if the results were moved, call `evosweep track RESULTS --rebase`"
        ) from error
