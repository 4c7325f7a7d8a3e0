"""Estimate the seconds of a run from finished runs of the grid, or from a probe of its problem."""

import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from evosweep.config.spec import RunSpec
from evosweep.errors import EvosweepError
from evosweep.files import strict_json
from evosweep.files.opening import read_bytes
from evosweep.workflow.cost import evaluations
from evosweep.workflow.jobs import configuration

_READ = 200  # most receipts to read
_LARGEST = 2**26  # most bytes of a receipt
_BESIDE = 1e-5  # rough seconds of selection and variation per evaluation

Probe = Callable[[list[RunSpec]], Mapping[str, float]]
"""A function from one run per problem to seconds per evaluation, by the problem's canonical
text."""


class Estimate:
    """Estimates the seconds of a run from runs of its configuration, else of its problem.

    Parameters
    ----------
    finished
        Folders of finished runs of the grid, with their specs.
    """

    def __init__(self, finished: Iterable[tuple[RunSpec, Path]]) -> None:
        self._runs: dict[tuple[str, str, str], float] = {}
        self._evaluation: dict[str, float] = {}
        reads = 0
        for spec, folder in finished:
            if configuration(spec) not in self._runs and reads < _READ:
                reads += 1
                self._learn(spec, folder)

    def probe(self, runs: Iterable[RunSpec], probe: Probe) -> None:
        """Measure the problems of `runs` that no finished run has."""
        unknown: dict[str, RunSpec] = {}
        for run in runs:
            if run.problem.canonical not in self._evaluation:
                unknown.setdefault(run.problem.canonical, run)
        if unknown:
            self._evaluation |= probe(list(unknown.values()))

    def __call__(self, run: RunSpec) -> float | None:
        """Return the estimated seconds of a run; None if its problem was never measured."""
        if (seconds := self._runs.get(configuration(run))) is not None:
            return seconds
        if (each := self._evaluation.get(run.problem.canonical)) is None:
            return None
        return evaluations(run) * (each / run.backend.workers + _BESIDE)

    def _learn(self, spec: RunSpec, folder: Path) -> None:
        try:
            content = read_bytes(folder / "record.json", _LARGEST)
            record: Any = strict_json.loads(content)
            total = float(record["timings"]["total"])
            counted = max(1, int(record["evaluations"]))
            each = float(record["timings"]["evaluation"]) / counted
        except (EvosweepError, OSError, ValueError, KeyError, TypeError, OverflowError):
            return  # an unreadable receipt; the commands that need it will report it
        if not (0 <= total < math.inf and 0 <= each < math.inf):
            return  # as above
        self._runs[configuration(spec)] = total
        self._evaluation.setdefault(spec.problem.canonical, each)
