"""Find the finished runs of an experiment that differ only in their number of generations.

Such runs are a family. Each finished run leaves an empty file, named by family and run:
`horizons/<2 digits>/<family>-<run_id>`, beside `runs`. So a longer run finds its family without
reading every other run.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from evosweep.errors import Damaged
from evosweep.files.opening import is_folder
from evosweep.files.writing import make_mark, remove
from evosweep.records.folder import RUN_ID, RunFolder

_NAME = "horizons"


def note(folder: RunFolder, family: str) -> None:
    """Let later runs of the family find this one; errors are ignored: the file only saves time."""
    if (experiment := _experiment(folder)) is not None:
        mark = experiment.joinpath(_NAME, family[:2], f"{family}-{folder.path.name}")
        with suppress(OSError, Damaged):
            make_mark(mark, inside=experiment)


def relatives(folder: RunFolder, family: str) -> Iterator[RunFolder]:
    """Yield the folders of the finished runs of a family in the experiment of `folder`."""
    experiment = _experiment(folder)
    if experiment is None:
        return
    place = experiment / _NAME / family[:2]
    if not (is_folder(place.parent) and is_folder(place) and os.access(place, os.R_OK)):
        return
    for name in sorted(os.listdir(place)):  # noqa: PTH208 - names alone
        if not name.startswith(f"{family}-"):
            continue
        other = beside(folder, name.removeprefix(f"{family}-"))
        if other is None or other.path == folder.path:
            continue
        if is_folder(other.path):
            yield other
        else:  # `evosweep prune` has removed it
            with suppress(OSError, Damaged):
                remove(place / name, inside=experiment)


def beside(folder: RunFolder, run_id: str) -> RunFolder | None:
    """Return the folder of another run of the same experiment; None if `run_id` is no run_id."""
    return RunFolder(folder.path.parent / run_id) if RUN_ID.fullmatch(run_id) else None


def _experiment(folder: RunFolder) -> Path | None:
    """Return the folder of the experiment; None for a run outside of a `runs` folder."""
    return folder.path.parent.parent if folder.path.parent.name == "runs" else None
