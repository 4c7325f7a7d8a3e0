"""A study: all runs of one experiment, named and grouped, and the runs left out of tables."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from evosweep.compare.read.labels import by_name, label_all, unique_stems
from evosweep.compare.read.run import Failure, Run
from evosweep.config.stages import Stages

Key = tuple[str, str]
"""A configuration: the labels of its problem and of its algorithm."""


@dataclass(frozen=True)
class Study:
    """The runs of one experiment. `runs` is sorted by problem, algorithm, backend and seed.

    `earlier` runs have older code, or are no longer in the config; `forgotten` failures are of such
    runs. Both are left out of every table. `basis` says how `runs` were chosen. `alerts` are
    prominent warnings, and `disagreements` those on one run with two populations. `names` has the
    config's name of each identity; without one, the name in the last receipt counts. `config` is
    the given path of the config. `stages` are those of the seeds, where they had any.
    """

    name: str
    folder: Path
    runs: tuple[Run, ...]
    failures: tuple[Failure, ...]
    earlier: tuple[Run, ...] = ()
    forgotten: tuple[Failure, ...] = ()
    basis: str = ""
    alerts: tuple[str, ...] = ()
    disagreements: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    config: str = ""
    stages: Stages | None = None

    @cached_property
    def problem_labels(self) -> dict[str, str]:
        """Labels by identity of the problem."""
        return label_all(self._names((run.problem_id, run.problem, run) for run in self.runs))

    @cached_property
    def algorithm_labels(self) -> dict[str, str]:
        """Labels by identity of the algorithm."""
        return label_all(self._names((run.algorithm_id, run.algorithm, run) for run in self.runs))

    @cached_property
    def backend_labels(self) -> dict[str, str]:
        """Labels by identity of the backend."""
        return label_all(self._names((run.backend_id, run.backend, run) for run in self.runs))

    def _names(self, parts: Iterable[tuple[str, Mapping[str, object], Run]]) -> dict[str, str]:
        """Return the user's name of each identity: the config's, else that of the last run."""
        last: dict[str, tuple[str, str]] = {}
        for text, part, run in parts:
            candidate = (run.finished, str(part.get("name") or ""))
            last[text] = max(last.get(text, ("", "")), candidate)
        return {text: self.names.get(text) or name for text, (_, name) in last.items()}

    def problem(self, run: Run) -> str:
        """Return the label of a run's problem."""
        return self.problem_labels[run.problem_id]

    def algorithm(self, run: Run) -> str:
        """Return the label of a run's algorithm."""
        return self.algorithm_labels[run.algorithm_id]

    def backend(self, run: Run) -> str:
        """Return the label of a run's backend, with its workers."""
        label = self.backend_labels[run.backend_id]
        return label if "workers=" in label else f"{label} ×{run.workers}"

    @cached_property
    def stems(self) -> tuple[dict[str, str], dict[str, str]]:
        """The file stems of problems' labels, and of algorithms' labels."""
        labels = self.problem_labels, self.algorithm_labels
        problems, algorithms = (unique_stems(by_identity.values()) for by_identity in labels)
        return problems, algorithms

    def anchor(self, kind: str, problem: str, algorithm: str | None = None) -> str:
        """Return the HTML id of a problem's, or of its algorithm's, part of the report."""
        problems, algorithms = self.stems
        stems = [problems[problem], *([] if algorithm is None else [algorithms[algorithm]])]
        return ":".join([kind, *stems])

    @cached_property
    def by_spec(self) -> dict[str, list[Run]]:
        """The runs that differ only in their backend, by `spec_id`, serial first."""
        groups: dict[str, list[Run]] = defaultdict(list)
        for run in self.runs:
            groups[run.spec_id].append(run)
        for group in groups.values():
            group.sort(key=lambda run: (run.workers, self.backend(run), run.run_id))
        return dict(groups)

    @cached_property
    def configurations(self) -> dict[Key, list[Run]]:
        """One run per seed for each configuration: runs on other backends add no results."""
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
