"""Bring run folders back from MLflow, one at a time."""

import json
import re
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path

from evosweep.errors import InputError
from evosweep.files.opening import output_folder
from evosweep.files.writing import replacement, write_whole
from evosweep.records.folder import RUN_ID, RunFolder
from evosweep.records.reading import LIMIT, parse_outcome
from evosweep.records.record import Record
from evosweep.track.store.origin import Origin, TrackedRun

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")
_LARGEST = 2**32
_OF_A_ROW = 2**14


def pull(origin: Origin, run: TrackedRun, out: Path, experiment: str) -> bool:
    """Make the folder of a tracked run below `out`; returns False if it has its outcome already.

    The receipt or the failure is written last and whole, as by a run.

    Raises
    ------
    InputError
        If the tracked files are incomplete, damaged, too large, or belong to another run.
    """
    folder = RunFolder(out / experiment / "runs" / _folder_name(run))
    outcome = folder.record if run.status == "FINISHED" else folder.failure
    if folder.record.exists() or outcome.exists():
        return False
    output_folder(out, *folder.path.relative_to(out).parts)
    received = BytesIO()
    origin.fetch(run, outcome.name, received, LIMIT)
    document = parse_outcome(received.getvalue(), outcome)
    if document.run_id != folder.path.name:
        raise InputError(
            f"MLflow run {run.mlflow_id}: its {outcome.name} belongs to run "
            f"{document.run_id}, its tag names {folder.path.name}"
        )
    if isinstance(document, Record):
        _fetch_tables(origin, run, folder, document, out=out)
    write_whole(outcome, received.getvalue(), inside=out)
    return True


def _fetch_tables(
    origin: Origin, run: TrackedRun, folder: RunFolder, record: Record, *, out: Path
) -> None:
    """Bring the population and the logbook, up to the sizes that the receipt explains: both or
    none."""
    individual = max(_OF_A_ROW, 8 * len(json.dumps(record.best_genome)))
    sizes = {folder.population: record.population * individual}
    sizes[folder.logbook] = (record.generations + 2) * _OF_A_ROW
    with ExitStack() as stack:
        for path, size in sizes.items():
            file = stack.enter_context(replacement(path, inside=out))
            origin.fetch(run, path.name, file, min(_LARGEST, 2**20 + size))


def _folder_name(run: TrackedRun) -> str:
    """Return the run's folder name after checking it, since it comes from a server."""
    name = run.tags.get("run_id", "")
    if not RUN_ID.fullmatch(name):
        raise InputError(f"MLflow run {run.mlflow_id}: {name!r} cannot be a run's folder")
    return name


def chosen_experiments(origin: Origin, wanted: str | None) -> list[tuple[str, str]]:
    """Return (name, id) of one experiment, or of all; raises `InputError` if there is none."""
    ours = origin.experiments()
    chosen = sorted(pair for pair in ours if wanted in (None, pair[0]))
    shown = origin.address.shown
    if not chosen:
        names = ", ".join(sorted(name for name, _ in ours)) or "none"
        raise InputError(f"{shown} has no experiment {wanted or 'of evosweep'}; it has {names}")
    for name, _ in chosen:
        if not _NAME.fullmatch(name):  # it becomes a folder's, and comes from a server
            raise InputError(f"{shown}: experiment {name!r} cannot be a folder's name")
    return chosen
