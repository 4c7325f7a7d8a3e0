"""Stand-ins with which `check` tries a problem or an algorithm whose partners are all wrong.

A problem is tried with random search, which only needs its individuals. An algorithm is tried with
built-in problems of several kinds. If each of these gives the same message, the mistake lies in the
algorithm's own values, and not in the choice of the problem.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from evosweep.config import grid
from evosweep.config.experiment import Experiment
from evosweep.config.spec import AlgorithmSpec, BackendSpec, ProblemSpec, RunSpec

_ALGORITHM = AlgorithmSpec(use="random_search", params={"population": 1, "generations": 0})
_PROBLEMS: Sequence[ProblemSpec] = (
    ProblemSpec(use="onemax", params={"bits": 8}),
    ProblemSpec(use="continuous", params={"dimension": 3}),
    ProblemSpec(use="zdt", params={"dimension": 3}),
    ProblemSpec(use="symbolic_regression"),
    ProblemSpec(use="n_queens", params={"queens": 6}),
)
_OF_VALUES = ("ValueError: ",)
"""Types of error that a wrong parameter value raises in a user's own algorithm."""
MOST = 200
"""Most trials of one problem; its further variants are first called in their runs."""
_BACKEND = BackendSpec(use="serial")


class Row(NamedTuple):
    """The result of the trial of one spec."""

    number: int
    """Index of the spec among those of its process."""
    whose: str
    """"problem" or "algorithm", if there is a mistake."""
    mistake: str
    called: bool
    """True if the algorithm was called; False if the problem could not be built."""


class Tried:
    """Remembers which variants of problems and algorithms were tried.

    Parameters
    ----------
    experiment
        The grid.
    chosen
        The runs that are tried first, by problem.
    """

    def __init__(self, experiment: Experiment, chosen: Iterable[Sequence[RunSpec]]) -> None:
        self._experiment = experiment
        runs = [run for specs in chosen for run in specs]
        problems = [run.problem for run in runs]
        algorithms = [run.algorithm for run in runs]
        if not experiment.algorithms:
            problems = list(islice(grid.problem_variants(experiment), MOST))
        if not experiment.problems:
            algorithms = list(islice(grid.algorithm_variants(experiment), MOST))
        self._problems = {(part.name, part.canonical): part for part in problems}
        self._algorithms = {(part.name, part.canonical): part for part in algorithms}

    def note(self, specs: Sequence[RunSpec], rows: Sequence[Row]) -> None:
        """Note the trials of one problem that were done before its process ended."""
        for row in rows:
            problem, algorithm = specs[row.number].problem, specs[row.number].algorithm
            if row.called:
                self._algorithms.pop((algorithm.name, algorithm.canonical), None)
            if row.whose != "algorithm" and (row.mistake or row.called):
                self._problems.pop((problem.name, problem.canonical), None)
        for spec in specs[len(rows) :]:  # the process ended, or its time was over: reported apart
            self._problems.pop((spec.problem.name, spec.problem.canonical), None)

    def problems_left(self) -> list[list[RunSpec]]:
        """Return runs of the problems of which no individual was evaluated yet, by problem."""
        by_name: dict[str | None, list[RunSpec]] = {}
        for problem in self._problems.values():
            by_name.setdefault(problem.name, []).append(self._run(problem, _ALGORITHM))
        return list(by_name.values())

    def algorithms_left(self) -> list[list[RunSpec]]:
        """Return runs of the algorithms that were never called, for each built-in problem."""
        algorithms = list(self._algorithms.values())
        problems = _PROBLEMS if algorithms else ()
        return [[self._run(problem, each) for each in algorithms] for problem in problems]

    def _run(self, problem: ProblemSpec, algorithm: AlgorithmSpec) -> RunSpec:
        return RunSpec.model_construct(
            problem=problem,
            algorithm=algorithm,
            backend=_BACKEND,
            seed=self._experiment.seeds[0],
            import_path=self._experiment.import_path,
        )


def common_mistakes(groups: Sequence[Sequence[Row]]) -> list[tuple[int, str]]:
    """Return (number, mistake) of each algorithm that has the same mistake with every problem."""
    shown = [
        {row.number: row.mistake for row in rows if row.whose == "algorithm"} for rows in groups
    ]
    return [
        (number, mistake)
        for number, mistake in shown[0].items()
        if _is_of_value(mistake) and all(other.get(number) == mistake for other in shown)
    ]


def _is_of_value(mistake: str) -> bool:
    kind = mistake.partition(":")[0]
    return not kind.endswith("Error") or mistake.startswith(_OF_VALUES)
