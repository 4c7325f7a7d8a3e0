"""Get the receipt of one run from MLflow."""

from io import BytesIO
from pathlib import Path

from evosweep.errors import InputError
from evosweep.records.reading import LIMIT, parse_record
from evosweep.records.record import Record
from evosweep.track.store.address import DEFAULT, Address, resolve
from evosweep.track.store.origin import Origin, TrackedRun, open_origin


def receipt(mlflow_run_id: str, uri: str | None = None) -> Record:
    """Return the receipt of a tracked run, which is enough to repeat it to the bit.

    Parameters
    ----------
    mlflow_run_id
        MLflow's id of the run: 32 hexadecimal digits.
    uri
        MLflow's address; without it MLFLOW_TRACKING_URI, else the database in `results/`.

    Raises
    ------
    InputError
        If MLflow has no such run, or the run has no receipt.
    """
    origin = open_origin(existing_address(DEFAULT, uri))
    run = _find(origin, mlflow_run_id)
    content = BytesIO()
    origin.fetch(run, "record.json", content, LIMIT)
    return parse_record(content.getvalue(), Path(f"MLflow run {mlflow_run_id}"))


def existing_address(results: Path, uri: str | None) -> Address:
    """Return the address for reading; raises `InputError` if its database does not exist."""
    address = resolve(results, uri, must_exist=False)
    if address.database and not address.database.exists():
        raise InputError(
            f"{address.database}: there is no such database; name MLflow's address with --uri"
        )
    return address


def _find(origin: Origin, mlflow_run_id: str) -> TrackedRun:
    run = origin.run(mlflow_run_id)
    if run is None:
        shown = origin.address.shown
        raise InputError(f"{shown} has no run {mlflow_run_id}; is it another MLflow's?")
    if run.tags.get("kind") == "run" and run.status == "FINISHED":
        return run
    raise InputError(f"MLflow run {mlflow_run_id} has no receipt: it is {_what(run)}")


def _what(run: TrackedRun) -> str:
    if run.tags.get("kind") == "configuration":
        return "a configuration; name one of the runs under it"
    if run.tags.get("kind") == "run":
        return f"a run that is {run.status.lower()}"
    return "none of evosweep's"
