"""Run folders brought back from MLflow, one at a time."""

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evosweep.errors import InputError
from evosweep.track.passes.receipts import fetch
from evosweep.track.store.address import Address
from evosweep.track.store.patience import persist

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}")
_FILES = ("population.parquet", "logbook.parquet")


def pull(address: Address, run: Any, runs: Path) -> bool:
    """Makes the folder of a tracked run below `runs`; False where its outcome is there already.

    The receipt or the failure is put there last and whole, as a run does. Raises `InputError`
    where what is tracked is incomplete, or belongs to another run.
    """
    folder = runs / _folder_name(run)
    outcome = "record.json" if run.info.status == "FINISHED" else "failure.json"
    if (folder / "record.json").exists() or (folder / outcome).exists():
        return False
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".pull-", dir=folder) as scratch:
        path = fetch(address, run, outcome, Path(scratch))
        _check(path, run)
        for name in _FILES if outcome == "record.json" else ():
            fetch(address, run, name, Path(scratch)).replace(folder / name)
        path.replace(folder / outcome)
    return True


def _folder_name(run: Any) -> str:
    """The run's own folder name, which comes from a server and must not lead elsewhere."""
    name = run.data.tags.get("folder", "")
    if not _NAME.fullmatch(name):
        raise InputError(f"MLflow run {run.info.run_id}: {name!r} cannot be a run's folder")
    return str(name)


def _check(path: Path, run: Any) -> None:
    try:
        document = json.loads(path.read_bytes())
        found = document["run_id"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"MLflow run {run.info.run_id}: its receipt is damaged ({error})"
        ) from None
    wanted = run.data.tags.get("run_id")
    if found != wanted:
        raise InputError(
            f"MLflow run {run.info.run_id}: its receipt is of {found}, not of {wanted}"
        )


def experiments(client: Any, address: Address, wanted: str | None) -> list[tuple[str, str]]:
    found = persist(lambda: list(client.search_experiments()), address.shown)
    ours = [(e.name, e.experiment_id) for e in found if e.tags.get("evosweep") == "experiment"]
    chosen = sorted(pair for pair in ours if wanted in (None, pair[0]))
    if not chosen:
        names = ", ".join(sorted(name for name, _ in ours)) or "none"
        raise InputError(
            f"{address.shown} has no experiment {wanted or 'of evosweep'}; it has {names}"
        )
    for name, _ in chosen:
        if not _NAME.fullmatch(name):  # it becomes a folder's, and comes from a server
            raise InputError(f"{address.shown}: experiment {name!r} cannot be a folder's name")
    return chosen


def runs(client: Any, address: Address, experiment_id: str) -> Iterator[Any]:
    token = None
    while True:
        page = persist(
            lambda token=token: client.search_runs(  # type: ignore[misc]
                [experiment_id],
                "tags.kind = 'run' AND attributes.status != 'RUNNING'",
                max_results=200,
                page_token=token,
            ),
            address.shown,
        )
        yield from (run for run in page if run.info.status in ("FINISHED", "FAILED"))
        token = page.token
        if not token:
            return
