"""How many seconds a run will take: by finished runs of the grid, or by a probe of its problem."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from evosweep.config.spec import RunSpec
from evosweep.errors import EvosweepError
from evosweep.files.opening import read_bytes
from evosweep.workflow.cost import evaluations
from evosweep.workflow.jobs import configuration

_READ = 200  # receipts at most
_LARGEST = 2**26  # bytes of a receipt
_BESIDE = 1e-5  # seconds that selection and variation take for an evaluation, roughly

Probe = Callable[[list[RunSpec]], Mapping[str, float]]
"""Seconds of an evaluation, by the canonical text of the problem, for one run of each problem."""


class Estimate:
    """Seconds of a run, by what is known of its configuration, or else of its problem.

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
        """Learn about the problems of `runs` of which no finished run tells anything."""
        unknown: dict[str, RunSpec] = {}
        for run in runs:
            if run.problem.canonical not in self._evaluation:
                unknown.setdefault(run.problem.canonical, run)
        if unknown:
            self._evaluation |= probe(list(unknown.values()))

    def __call__(self, run: RunSpec) -> float | None:
        """Return the seconds of a run; None if nothing is known of its problem."""
        if (seconds := self._runs.get(configuration(run))) is not None:
            return seconds
        if (each := self._evaluation.get(run.problem.canonical)) is None:
            return None
        return evaluations(run) * (each / run.backend.workers + _BESIDE)

    def _learn(self, spec: RunSpec, folder: Path) -> None:
        try:
            record = json.loads(read_bytes(folder / "record.json", _LARGEST))
            total = float(record["timings"]["total"])
            counted = max(1, int(record["evaluations"]))
            each = float(record["timings"]["evaluation"]) / counted
        except (EvosweepError, OSError, ValueError, KeyError, TypeError):
            return  # a receipt that says nothing; what reads it tells why
        self._runs[configuration(spec)] = total
        self._evaluation.setdefault(spec.problem.canonical, each)
