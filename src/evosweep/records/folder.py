"""The paths of a run's folder, and which folders of results are runs."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from evosweep.errors import Damaged, InputError
from evosweep.files.opening import is_folder, obstacle
from evosweep.files.writing import remove
from evosweep.records import interruptions

RUN_ID = re.compile(r"[0-9a-f]{12}")
_DRAFT = re.compile(r"\.(?:.*\.json\.|.*\.parquet\.|journal\.bin\.)", re.DOTALL)
"""The start of the name of a temporary file, which its file's name follows."""


@dataclass(frozen=True)
class RunFolder:
    """The folder of one run, and the paths in it."""

    path: Path

    @cached_property
    def record(self) -> Path:
        """The receipt; it exists once the run has succeeded."""
        return self.path / "record.json"

    @cached_property
    def population(self) -> Path:
        """The final population."""
        return self.path / "population.parquet"

    @cached_property
    def logbook(self) -> Path:
        """The logbook, one row per generation."""
        return self.path / "logbook.parquet"

    @cached_property
    def journal(self) -> Path:
        """The journal of all evaluations."""
        return self.path / "journal.bin"

    @cached_property
    def failure(self) -> Path:
        """The error of the last attempt, if it failed."""
        return self.path / "failure.json"

    @cached_property
    def running(self) -> Path:
        """The description of a run under way; it exists from the start to the end of the run."""
        return self.path / "running.json"

    @cached_property
    def lock(self) -> Path:
        """The lock that the process that works on the run holds."""
        return self.path / "run.lock"

    def check_name(self) -> None:
        """Raise `Damaged` if the folder is a link or is not named by a run_id.

        A copy under another name would count twice, and a link may lead anywhere.
        """
        if not is_folder(self.path):
            raise Damaged(self.path, "", "is a link; copy the run's folder itself")
        if not RUN_ID.fullmatch(self.path.name):
            raise Damaged(self.path, "", "its name is no run_id, which has 12 hexadecimal digits")

    @cached_property
    def sources(self) -> Path:
        """Copies of the code of the runs, one folder for each digest.

        They lie beside the `runs` folder, for all runs of an experiment. A run outside of a `runs`
        folder keeps its own copies.
        """
        shared = self.path.parent.name == "runs"
        return (self.path.parent.parent if shared else self.path) / "sources"

    @cached_property
    def inside(self) -> Path:
        """The folder below which no link is followed: the name of a run is no user's choice."""
        return self.path.parent if RUN_ID.fullmatch(self.path.name) else self.path

    def remove(self, file: Path) -> None:
        """Remove a file of the run, if it is there."""
        remove(file, inside=self.inside)

    def create(self) -> None:
        """Make the folder; raises `InputError` if it cannot be made or is read-only."""
        if RUN_ID.fullmatch(self.path.name) and self.path.is_symlink():
            self.check_name()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            writable = os.access(self.path, os.W_OK | os.X_OK)
        except OSError as error:
            reason = obstacle(self.path) or error.strerror
            raise InputError(
                f"{self.path}: cannot make the run's folder ({reason}); "
                "choose a folder that you may write to"
            ) from error
        if not writable:
            raise InputError(
                f"{self.path}: the run's folder is read-only; choose one that you may write to"
            )

    def sweep(self) -> None:
        """Remove the temporary files of a process that was killed while it wrote."""
        with suppress(PermissionError):  # a folder that its owner may write to and not read
            for name in os.listdir(self.path):  # noqa: PTH208 - names alone
                if _DRAFT.match(name):
                    self.remove(self.path / name)

    def discard(self) -> None:
        """Remove the files of earlier attempts."""
        outcome = (self.record, self.failure, self.population, self.logbook)
        for file in (*outcome, self.journal, self.running, *interruptions.files(self.path)):
            self.remove(file)


def find_runs(results: Path) -> Iterator[RunFolder]:
    """Yield the folders of all runs below `results/`, `results/<experiment>/` or a `runs` folder.

    They come sorted by experiment and run_id, and include runs that failed or are under way. A
    folder that only looks like a run is included as well; reading it raises `Damaged`. Hidden
    folders are left out.
    """
    if not results.is_dir():
        raise InputError(f"{results}: there is no such folder of results")
    for runs in runs_folders(results):
        with os.scandir(runs) as entries:
            names = sorted(each.name for each in entries if each.is_dir() and each.name[0] != ".")
        for name in names:
            yield RunFolder(runs / name)


def runs_folders(results: Path) -> list[Path]:
    """Return the sorted `runs` folders of all experiments below `results`.

    `results` may also be the folder of one experiment, or a `runs` folder.
    """
    if results.name == "runs":
        return [results]
    if is_folder(results / "runs"):
        return [results / "runs"]
    return sorted(path for path in results.glob("*/runs") if is_folder(path) and not
                  path.parent.is_symlink())  # fmt: skip
