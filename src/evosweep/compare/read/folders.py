"""Read folders of results into studies; of several copies of a run, one counts."""

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from evosweep.compare.read.grid import stages_of
from evosweep.compare.read.run import Failure, Run, differs, read_failure, read_run
from evosweep.compare.read.study import Study
from evosweep.config.stages import Stages
from evosweep.errors import Damaged, InputError, one_line
from evosweep.files.opening import is_file
from evosweep.inventory.asked_file import read_asked
from evosweep.records.folder import RunFolder, find_runs


def open_studies(results: Path) -> list[Study]:
    """Return a study for each experiment below `results`: a results folder, or one experiment's.

    Raises InputError if there is no such folder, or no run in it.
    """
    if not results.is_dir():
        raise InputError(f"{results}: no such folder; give results/ or results/<experiment>")
    folders: dict[Path, list[RunFolder]] = defaultdict(list)
    for folder in find_runs(results):
        folders[folder.path.parent.parent].append(folder)
    if not folders:
        raise InputError(f"{results}: no runs in it; `make run` or `evosweep run` makes some")
    return hold_together([_open(path, places) for path, places in sorted(folders.items())])


def _open(folder: Path, places: Sequence[RunFolder]) -> Study:
    runs: list[Run] = []
    failures: list[Failure] = []
    for place in sorted(places, key=lambda place: place.path.name):
        outcome = _read(place)
        if isinstance(outcome, Run):
            runs.append(outcome)
        else:
            failures.append(outcome)
    kept, copies, unequal = _one_of_each(runs)
    kept.sort(key=lambda run: (run.problem_id, run.algorithm_id, run.backend_id, run.seed))
    return Study(
        folder.resolve().name,
        folder,
        tuple(kept),
        (*failures, *copies),
        disagreements=tuple(unequal),
        stages=_stages(folder),
    )


def _stages(folder: Path) -> Stages | None:
    """Return the stages of the seeds, as the workflow has noted them."""
    try:
        return stages_of(read_asked(folder))
    except (InputError, OSError):
        return None


def hold_together(studies: list[Study]) -> list[Study]:
    """Return the studies with an alert for each run whose result differs in another study.

    Results of several machines may lie side by side, as `results/study` and `results/study-b`. The
    same run must have the same population on all machines.
    """
    holders: dict[str, list[tuple[int, Run]]] = defaultdict(list)
    for place, study in enumerate(studies):
        for run in study.runs:
            holders[run.spec_id].append((place, run))
    lines: dict[int, list[str]] = defaultdict(list)
    for group in holders.values():
        (place, first), *others = group
        for other, run in others:
            clocked = "seconds" in (first.stopped, run.stopped) or first.mixed or run.mixed
            if other != place and run.digest != first.digest and not clocked:
                line = _parted(first, run)
                lines[place].append(line)
                lines[other].append(line)
    return [
        replace(study, disagreements=(*study.disagreements, *dict.fromkeys(lines[place])))
        for place, study in enumerate(studies)
    ]


def _parted(one: Run, other: Run) -> str:
    folders = [run.folder.path.parent.parent.name for run in (one, other)]
    return (
        f"DISAGREEMENT: seed {one.seed}: run {one.run_id} in {folders[0]} and run {other.run_id} "
        f"in {folders[1]} are the same, with unequal populations ({one.digest[:12]} and "
        f"{other.digest[:12]})"
    )


def _read(place: RunFolder) -> Run | Failure:
    try:
        if not os.path.lexists(place.record):
            return read_failure(place)
        run = read_run(place)
        if not is_file(place.population):
            raise Damaged(place.path, "population.parquet", "is gone, though there is a receipt")
    except Damaged as damage:
        return Failure(place.path.name, "damaged", damage.reason, place.path)
    except (InputError, OSError) as error:
        return Failure(place.path.name, "damaged", one_line(error), place.path)
    return run


def _one_of_each(runs: Iterable[Run]) -> tuple[list[Run], list[Failure], list[str]]:
    """Return one run per run_id, its copies as failures, and an alert for each differing copy.

    The original is the run whose folder is named by its run_id.
    """
    groups: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        groups[run.run_id].append(run)
    kept, copies, unequal = [], [], []
    for run_id, group in groups.items():
        first, *others = sorted(group, key=lambda run: run.folder.path.name != run_id)
        kept.append(first)
        copies += [_copy(run, first) for run in others]
        unequal += [_unequal(run, first) for run in others if differs(run, first)]
    return kept, copies, unequal


def _copy(run: Run, first: Run) -> Failure:
    error = (
        f"{run.folder.path}: holds run {run.run_id}, and so does {first.folder.path.name}: a run "
        "counts once; remove the copy"
    )
    return Failure(
        run.folder.path.name,
        "damaged",
        error=error,
        path=run.folder.path,
        spec=run.spec,
        sources=run.sources,
    )


def _unequal(run: Run, first: Run) -> str:
    return (
        f"DISAGREEMENT: run {run.run_id}, seed {run.seed}: the folders {first.folder.path.name} "
        f"and {run.folder.path.name} both hold it, with unequal populations ({first.digest[:12]} "
        f"and {run.digest[:12]})"
    )
