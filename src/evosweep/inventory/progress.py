"""Read the progress of an experiment from its folder, whichever program works on it."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy

from evosweep.errors import EvosweepError, one_line
from evosweep.files.opening import is_folder
from evosweep.inventory.asked_file import NAME, AskedRuns, read_asked, stages_by_problem
from evosweep.inventory.holdings import run_folders
from evosweep.inventory.stages_note import Reached
from evosweep.inventory.under_way import JournalFollower, best_of, is_worked_on
from evosweep.processes.held_locks import HeldLocks
from evosweep.records.folder import RunFolder
from evosweep.records.reading import read_failure, read_outcome, read_record, read_running
from evosweep.records.record import Named


@dataclass(frozen=True)
class RunLabels:
    """A run with its labels for people."""

    run_id: str
    problem: str
    algorithm: str
    backend: str
    seed: int


@dataclass(frozen=True)
class FailedRun:
    """A run whose last attempt failed."""

    run: RunLabels
    error: str
    file: Path


@dataclass(frozen=True)
class RunningRun:
    """A run that a process works on."""

    run: RunLabels
    generation: int
    evaluations: int
    per_second: float
    best: tuple[float, ...]


@dataclass
class GroupProgress:
    """The runs of a problem and an algorithm, on all backends."""

    problem: str
    algorithm: str
    asked: int = 0
    done: int = 0
    running: int = 0
    failed: int = 0
    best: tuple[float, ...] = ()
    """The best value so far of each objective; () before the first evaluation."""
    weights: tuple[float, ...] = ()

    @property
    def waiting(self) -> int:
        """Runs that have not begun, or were stopped."""
        return self.asked - self.done - self.running - self.failed

    def improve(self, best: tuple[float, ...], weights: tuple[float, ...]) -> None:
        """Replace each value of `self.best` by that of `best` where it is better."""
        if best and len(best) == len(weights):
            self.weights = weights
            both = numpy.array([best, self.best or best])
            self.best = tuple(float(value) for value in best_of(both, weights))


@dataclass(frozen=True)
class Progress:
    """The progress of an experiment at one moment."""

    folder: Path
    groups: Sequence[GroupProgress]
    running: Sequence[RunningRun]
    failed: Sequence[FailedRun]
    per_hour: float | None = None
    """Finished runs per hour since the last call began; None before the first."""
    seconds_left: float | None = None
    stages: Mapping[str, Reached] = field(default_factory=dict)
    """Where seeds come in stages: how far they have come, by problem."""

    @property
    def asked(self) -> int:
        """Number of all runs."""
        return sum(group.asked for group in self.groups)

    @property
    def done(self) -> int:
        """Number of runs that have a receipt."""
        return sum(group.done for group in self.groups)

    @property
    def waiting(self) -> int:
        """Runs that have not begun, or were stopped."""
        return sum(group.waiting for group in self.groups)

    @property
    def is_over(self) -> bool:
        """Return True if every run is done, and no look at seeds in stages may ask for more."""
        return self.done == self.asked and all(each.is_over for each in self.stages.values())


@dataclass(frozen=True)
class _Receipt:
    best: tuple[float, ...]
    weights: tuple[float, ...]
    seconds: float
    changed: float


@dataclass
class Observer:
    """Looks at an experiment's folder again and again; reads only files that have changed.

    Parameters
    ----------
    folder
        `results/<experiment>`.
    fresh_since
        Time in seconds since the epoch. A run whose receipt is older counts as waiting; used for a
        call that repeats finished runs.
    """

    folder: Path
    fresh_since: float = 0.0
    _receipts: dict[str, _Receipt] = field(default_factory=dict, repr=False)
    _followers: dict[str, JournalFollower] = field(default_factory=dict, repr=False)
    _asked: list[AskedRuns] = field(default_factory=list, repr=False)
    _asked_at: float = -1.0

    def look(self) -> Progress:
        """Return the present progress; raises `Damaged` if the list of runs is damaged."""
        runs = self.folder / "runs"
        present = {path.name for path in runs.iterdir()} if is_folder(runs) else set[str]()
        held = HeldLocks()
        groups: dict[tuple[str, str], GroupProgress] = {}
        running: list[RunningRun] = []
        failed: list[FailedRun] = []
        for run in self._all_runs():
            key = run.problem, run.algorithm
            group = groups.setdefault(key, GroupProgress(*key))
            group.asked += 1
            if run.run_id not in present:
                continue
            state = self._state(run, held)
            if isinstance(state, _Receipt):
                group.done += 1
                group.improve(state.best, state.weights)
            elif isinstance(state, RunningRun):
                group.running += 1
                document = self._followers[run.run_id].document
                group.improve(state.best, document.weights if document else ())
                running.append(state)
            elif state is not None:
                group.failed += 1
                failed.append(state)
        return self._with_times(list(groups.values()), running, failed)

    def _all_runs(self) -> Iterator[RunLabels]:
        for each in self._noted():
            for run_id, seed in each.runs.items():
                yield RunLabels(run_id, each.problem, each.algorithm, each.backend, seed=seed)

    def _noted(self) -> list[AskedRuns]:
        """Return the runs of the workflow's list or, without a list, those that have a folder."""
        changed = _modified(self.folder / NAME)
        if changed and changed != self._asked_at:
            self._asked, self._asked_at = read_asked(self.folder), changed
        return self._asked or list(_found(self.folder / "runs"))

    def _state(self, run: RunLabels, held: HeldLocks) -> "_Receipt | RunningRun | FailedRun | None":
        folder = RunFolder(self.folder / "runs" / run.run_id)
        receipt = self._receipt(folder)
        if receipt is not None and receipt.changed >= self.fresh_since:
            self._followers.pop(run.run_id, None)
            return receipt
        if is_worked_on(folder, held):
            follower = self._followers.setdefault(run.run_id, JournalFollower(folder))
            follower.advance()
            return RunningRun(
                run,
                follower.generation,
                follower.evaluations,
                per_second=follower.per_second,
                best=follower.best,
            )
        return _failure(run, folder) if receipt is None else None

    def _receipt(self, folder: RunFolder) -> _Receipt | None:
        changed = _modified(folder.record)
        known = self._receipts.get(folder.path.name)
        if not changed or (known is not None and known.changed == changed):
            return known if changed else None
        try:
            record = read_record(folder)
        except (EvosweepError, OSError):
            return None
        seconds = float(record.timings.get("total", 0.0))
        receipt = _Receipt(record.best_values, record.weights, seconds, changed)
        self._receipts[folder.path.name] = receipt
        return receipt

    def _with_times(
        self,
        groups: list[GroupProgress],
        running: list[RunningRun],
        failed: list[FailedRun],
    ) -> Progress:
        since = max(self._asked_at, self.fresh_since)
        done = [receipt for receipt in self._receipts.values() if receipt.changed >= since > 0]
        shown = Progress(
            self.folder, groups, running, failed, stages=stages_by_problem(self._asked)
        )
        if not done:
            return shown
        end = time.time() if running else max(receipt.changed for receipt in done)
        elapsed = max(end - since, 1e-3)
        left = sum(group.waiting + group.running for group in groups)
        work, rest = self._work(groups)
        return replace(
            shown,
            per_hour=3600 * len(done) / elapsed,
            seconds_left=elapsed * rest / work if running and left and work > 0 else None,
        )

    def _work(self, groups: list[GroupProgress]) -> tuple[float, float]:
        """Return the seconds that this call's finished runs took, and those of the runs left."""
        since = max(self._asked_at, self.fresh_since)
        seconds: dict[tuple[str, str], list[float]] = {}
        done = 0.0
        for run in self._all_runs():
            if receipt := self._receipts.get(run.run_id):
                cost = receipt.seconds + _START
                seconds.setdefault((run.problem, run.algorithm), []).append(cost)
                done += cost if receipt.changed >= since else 0.0
        every = [cost for costs in seconds.values() for cost in costs]
        usual = sum(every) / len(every) if every else 0.0
        left = 0.0
        for group in groups:
            costs = seconds.get((group.problem, group.algorithm))
            mean = sum(costs) / len(costs) if costs else usual
            left += mean * (group.waiting + group.running / 2)
        return done, left


_START = 0.05  # seconds for which a run accounts of its process's start


def _modified(path: Path) -> float:
    """Return the time at which a file was written; 0 if there is none."""
    try:
        return os.lstat(path).st_mtime
    except OSError:
        return 0.0


def _failure(run: RunLabels, folder: RunFolder) -> FailedRun | None:
    try:
        return FailedRun(run, one_line(read_failure(folder).error), folder.failure)
    except FileNotFoundError:
        return None
    except (EvosweepError, OSError) as error:
        return FailedRun(run, one_line(error), folder.failure)


def _found(runs: Path) -> Iterator[AskedRuns]:
    """Yield the runs that have a folder, as their own documents describe them."""
    for folder in run_folders(runs):
        try:
            document = _document(folder)
        except (EvosweepError, OSError):
            continue
        parts = document.spec["problem"], document.spec["algorithm"], document.spec["backend"]
        problem, algorithm, backend = (str(part.get("name") or part["use"]) for part in parts)
        yield AskedRuns(
            problem=problem,
            algorithm=algorithm,
            backend=backend,
            runs={folder.path.name: document.spec["seed"]},
        )


def _document(folder: RunFolder) -> Named:
    try:
        return read_outcome(folder)[0]
    except FileNotFoundError:
        return read_running(folder)
