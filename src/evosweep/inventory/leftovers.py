"""Find and remove leftovers: runs in an experiment's folder that are no longer in its config."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evosweep.config import grid
from evosweep.config.experiment import Experiment
from evosweep.config.spec import RunSpec
from evosweep.errors import EvosweepError, InputError
from evosweep.files.opening import check_output, is_folder
from evosweep.files.writing import move, remove_folder
from evosweep.inventory.facts import facts_of
from evosweep.inventory.holdings import label_of, run_folders
from evosweep.processes.lock import Lock
from evosweep.records.folder import RUN_ID, RunFolder
from evosweep.records.reading import read_outcome

EARLIER = "earlier version of the code"
OTHER = "not in the grid"
UNFINISHED = "unfinished, or damaged"
_REMOVED = ".removed"  # the ending of a folder whose removal was interrupted


@dataclass(frozen=True)
class Leftover:
    """A run that is not in the config."""

    folder: RunFolder
    label: str
    reason: str
    bytes: int


def asked_runs(experiment: Experiment) -> Iterator[str]:
    """Yield the run_ids of a config's grid."""
    return (run.run_id for run in grid.expand(experiment))


def leftovers(experiment: Experiment) -> Iterator[Leftover]:
    """Yield the runs that are not in a config, by run_id; half-removed ones come last."""
    in_config = set(asked_runs(experiment))
    configurations = {
        _configuration(combination.run(0, experiment.import_path))
        for combination in grid.combinations(experiment)
    }
    runs = experiment.folder / "runs"
    for folder in run_folders(runs):
        if folder.path.name not in in_config:
            yield _leftover(folder, configurations)
    for path in sorted(runs.glob(f".*{_REMOVED}")) if is_folder(runs) else ():
        if RUN_ID.fullmatch(path.name[1:].removesuffix(_REMOVED)) and is_folder(path):
            yield Leftover(RunFolder(path), "", "its removal was interrupted", _size(path))


def remove(leftover: Leftover) -> None:
    """Remove a leftover's folder. Links in it are removed, and not followed.

    Raises
    ------
    Locked
        If a process works on the run.
    InputError
        If the folder is not, or no longer, a run's folder in a `runs` folder.
    EvosweepError
        If the system refuses the removal.
    """
    path = leftover.folder.path
    runs = path.parent
    if runs.name != "runs" or not is_folder(path):
        raise InputError(f"{path}: is no run's folder; it stays")
    results = runs.parent.parent
    check_output(path, results)
    try:
        if not path.name.endswith(_REMOVED):
            marked = runs / f".{path.name}{_REMOVED}"
            with Lock(leftover.folder.lock, f"run {path.name} in {path}", inside=results):
                move(path, marked, inside=results)
                path = marked
        remove_folder(path, inside=results)
    except OSError as error:
        raise EvosweepError(f"{path}: cannot be removed ({error.strerror})") from error


def _leftover(folder: RunFolder, configurations: set[tuple[tuple[str, str], ...]]) -> Leftover:
    size = _size(folder.path)
    try:
        document, _ = read_outcome(folder)
        spec = RunSpec.parse(dict(document.spec))
    except (InputError, OSError):
        return Leftover(folder, "", UNFINISHED, size)
    reason = EARLIER if _configuration(spec) in configurations else OTHER
    return Leftover(folder, f"{label_of(spec)}, seed {spec.seed}", reason, size)


def _configuration(spec: RunSpec) -> tuple[tuple[str, str], ...]:
    """Return the facts that enter a run's name, without its seed and its code."""
    return tuple(sorted(facts_of(spec, {}).items()))


def _size(path: Path) -> int:
    """Return the bytes of the files in a folder, without those in folders below it."""
    return sum(each.lstat().st_size for each in path.iterdir() if not each.is_dir())
