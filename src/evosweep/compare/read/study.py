"""A study: every run of one experiment, named, grouped, and with what is missing counted."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from evosweep.compare.read.labels import by_name, identity, label_all
from evosweep.compare.read.run import Failure, Run, read_failure, read_run
from evosweep.errors import Damaged, InputError
from evosweep.records.folder import RunFolder, find_runs
from evosweep.records.opening import is_file

Key = tuple[str, str]
"""A configuration: the labels of its problem and of its algorithm."""


@dataclass(frozen=True)
class Study:
    """The runs of one experiment. `runs` is sorted by problem, algorithm, backend and seed."""

    name: str
    folder: Path
    runs: tuple[Run, ...]
    failures: tuple[Failure, ...]

    @cached_property
    def problem_labels(self) -> dict[str, str]:
        """Labels by identity of the problem, failed runs included."""
        return label_all(_identities(self, "problem"))

    @cached_property
    def algorithm_labels(self) -> dict[str, str]:
        """Labels by identity of the algorithm, failed runs included."""
        return label_all(_identities(self, "algorithm"))

    @cached_property
    def backend_labels(self) -> dict[str, str]:
        """Labels by identity of the backend."""
        return label_all(identity(run.backend) for run in self.runs)

    def problem(self, run: Run) -> str:
        """The label of a run's problem."""
        return self.problem_labels[identity(run.problem, run.sources.get("problem", ""))]

    def algorithm(self, run: Run) -> str:
        """The label of a run's algorithm."""
        return self.algorithm_labels[identity(run.algorithm, run.sources.get("algorithm", ""))]

    def backend(self, run: Run) -> str:
        """The label of a run's backend, with its workers."""
        label = self.backend_labels[identity(run.backend)]
        return label if "workers=" in label else f"{label} ×{run.workers}"

    @cached_property
    def by_spec(self) -> dict[str, list[Run]]:
        """The runs that share everything but the backend, by `spec_id`, serial first."""
        groups: dict[str, list[Run]] = defaultdict(list)
        for run in self.runs:
            groups[run.spec_id].append(run)
        for group in groups.values():
            group.sort(key=lambda run: (run.workers, self.backend(run), run.run_id))
        return dict(groups)

    @cached_property
    def configurations(self) -> dict[Key, list[Run]]:
        """One run a seed for each configuration: a backend repeats a result, it adds none."""
        groups: dict[Key, list[Run]] = defaultdict(list)
        for group in self.by_spec.values():
            groups[self.problem(group[0]), self.algorithm(group[0])].append(group[0])
        return {
            key: sorted(groups[key], key=lambda run: run.seed)
            for key in sorted(groups, key=by_name)
        }

    @cached_property
    def problems(self) -> dict[str, dict[str, list[Run]]]:
        """The configurations by problem, then by algorithm."""
        nested: dict[str, dict[str, list[Run]]] = defaultdict(dict)
        for (problem, algorithm), runs in self.configurations.items():
            nested[problem][algorithm] = runs
        return dict(nested)


def _identities(study: Study, part: str) -> Iterator[str]:
    for run in study.runs:
        yield identity(getattr(run, part), run.sources.get(part, ""))


def open_studies(results: Path) -> list[Study]:
    """A study for each experiment below `results`: a results folder, or one experiment's.

    Raises InputError where there is no such folder, or no run in it.
    """
    if not results.is_dir():
        raise InputError(f"{results}: no such folder; give results/ or results/<experiment>")
    folders: dict[Path, list[Any]] = defaultdict(list)
    for folder in find_runs(results):
        folders[folder.path.parent.parent].append(folder)
    if not folders:
        raise InputError(f"{results}: no runs in it; `make run` or `evosweep run` makes some")
    return [_open(path, found) for path, found in sorted(folders.items())]


def _open(folder: Path, found: list[Any]) -> Study:
    runs, failures = [], []
    for place in sorted(found, key=lambda place: str(place.path.name)):
        try:
            outcome = _outcome(place)
        except Damaged as damage:
            outcome = Failure(place.path.name, "damaged", damage.reason, place.path)
        except OSError as error:
            outcome = Failure(place.path.name, "damaged", error.strerror or "", place.path)
        if isinstance(outcome, Run):
            runs.append(outcome)
        else:
            failures.append(outcome)
    runs.sort(key=lambda run: (_order(run), run.seed, run.run_id))
    return Study(folder.resolve().name, folder, tuple(runs), tuple(failures))


def _outcome(place: RunFolder) -> Run | Failure:
    try:
        run = read_run(place)
    except FileNotFoundError:
        return read_failure(place)
    if not is_file(place.population):
        raise Damaged(place.path, place.population.name, "is gone, though the run has a receipt")
    return run


def _order(run: Run) -> tuple[str, ...]:
    return tuple(identity(part) for part in (run.problem, run.algorithm, run.backend))
