"""What a run leaves: every path of its folder, and how each file is read and written.

`record.json` is written last and by renaming, so that its presence means success. Every file is
either whole or not there.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evosweep.errors import EvosweepError, InputError

FORMAT = 1
_FLAT_LIST = re.compile(r"\[[^][{}\"]*\]")  # of numbers: on one line, or a genome takes a hundred


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run, and the paths in it."""

    path: Path

    @property
    def record(self) -> Path:
        """The receipt: there once the run succeeded."""
        return self.path / "record.json"

    @property
    def population(self) -> Path:
        """The final population."""
        return self.path / "population.parquet"

    @property
    def logbook(self) -> Path:
        """A row a generation."""
        return self.path / "logbook.parquet"

    @property
    def journal(self) -> Path:
        """Every evaluation."""
        return self.path / "journal.bin"

    @property
    def failure(self) -> Path:
        """What went wrong, where the last attempt failed."""
        return self.path / "failure.json"

    @property
    def running(self) -> Path:
        """What is under way: there from the start of a run until its outcome."""
        return self.path / "running.json"

    @property
    def lock(self) -> Path:
        """Held by the process that works on the run."""
        return self.path / "run.lock"

    def create(self) -> None:
        """Makes the folder; raises `InputError` where that cannot be or nothing can be written."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            writable = os.access(self.path, os.W_OK | os.X_OK)
        except OSError as error:
            raise InputError(
                f"{self.path}: cannot make the run's folder ({error.strerror}); "
                "choose a folder that you may write to"
            ) from error
        if not writable:
            raise InputError(
                f"{self.path}: the run's folder is read-only; choose one that you may write to"
            )

    def sweep(self) -> None:
        """Removes the temporary files of a process that was killed while it wrote."""
        for file in self.path.glob(".*.json.*"):
            file.unlink(missing_ok=True)
        for file in self.path.glob(".*.parquet.*"):
            file.unlink(missing_ok=True)

    def discard(self) -> None:
        """Removes what earlier attempts left."""
        outcome = (self.record, self.failure, self.population, self.logbook)
        for file in (*outcome, self.journal, self.running):
            file.unlink(missing_ok=True)


def load_record(path: Path) -> dict[str, Any]:
    """The receipt at `path`, a run folder or its `record.json`.

    Raises `InputError` where there is none or it is not one.
    """
    file = path if path.suffix == ".json" else RunFolder(path).record
    try:
        record = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise InputError(f"{file}: there is no such record; has the run finished?") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{file}: cannot be read as a record ({error})") from error
    if not isinstance(record, dict) or "run_id" not in record:
        raise InputError(f"{file}: is no record of a run: it has no run_id")
    return record


def find_runs(results: Path) -> Iterator[RunFolder]:
    """The folders of all runs below `results/`, `results/<experiment>/` or a `runs` folder.

    Sorted by experiment and run_id. Folders of runs that failed or are under way are included.
    """
    if not results.is_dir():
        raise InputError(f"{results}: there is no such folder of results")
    for runs in _runs_folders(results):
        with os.scandir(runs) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir())
        for name in names:
            yield RunFolder(runs / name)


def _runs_folders(results: Path) -> list[Path]:
    if results.name == "runs":
        return [results]
    if (results / "runs").is_dir():
        return [results / "runs"]
    return sorted(path for path in results.glob("*/runs") if path.is_dir())


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Writes JSON whole or not at all; raises `EvosweepError` naming path and reason."""
    text = json.dumps(data, indent=2, ensure_ascii=False)
    text = _FLAT_LIST.sub(lambda found: " ".join(found[0].split()), text)
    write_whole(path, f"{text}\n".encode())


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file by way of a temporary one beside it, flushed to the disk and renamed."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise EvosweepError(
            f"{path}: cannot write {len(content)} bytes ({error.strerror}); "
            "make room, or make it writable, and call the same command again"
        ) from error


def write_table(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows as Parquet; columns in the order in which they first appear."""
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    write_columns(path, {name: [row.get(name) for row in rows] for name in names})


def write_columns(path: Path, columns: Mapping[str, Sequence[Any]]) -> None:
    """Columns as Parquet; one that has no single type is kept as JSON text."""
    from evosweep.records.parquet import (  # pyarrow is slow to import, and not always needed
        as_parquet,
    )

    write_whole(path, as_parquet(columns.items()))
