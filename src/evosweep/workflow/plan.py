"""The plan of a call of Snakemake: the runs that it is to do, packed into jobs.

What is finished, by its receipt, is no job: Snakemake sees its record as a file that is there. What
is not finished is packed into jobs, and each job makes a mark of this call (`workflow.call`).
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from evosweep.config import grid, load
from evosweep.config.experiment import Experiment
from evosweep.containers.command_line import NONE
from evosweep.errors import InputError, printable
from evosweep.files.opening import output_folder, read_bytes
from evosweep.files.writing import write_whole
from evosweep.inventory.asked_file import AskedRuns, write_asked
from evosweep.records.folder import RunFolder
from evosweep.workflow import cost, orders
from evosweep.workflow.call import Call
from evosweep.workflow.estimate import Estimate, Probe
from evosweep.workflow.jobs import Job, Planned, pack
from evosweep.workflow.orders import Order, Orders, Wildcards
from evosweep.workflow.settings import Settings
from evosweep.workflow.share import partition

_HOLDER = re.compile(r"evosweep: error: (.*works on it)")
_LONGEST_LOG = 2**24  # bytes
_LONG = 20_000  # characters; quoted they may be five times as many, and a shell takes 131,072


@dataclass(frozen=True)
class Circumstances:
    """What a call knows beside its settings."""

    again: bool = False
    """Do finished runs again, from their start."""
    cores: int = 1
    """How many are to be kept busy."""
    later: bool = False
    """This call has done what it could and comes back: to what others held, not to failures."""
    probe: Probe | None = None
    """Measures evaluations; None where nothing is to be started."""


class Plan(Orders):
    """The runs of an experiment that a call has to do, and its jobs.

    Snakemake knows what it was asked to do, such as a dry run, only after it has read the
    Snakefile. So `how` is called, and the runs are looked at, when the jobs are asked for.
    """

    def __init__(
        self, experiment: Experiment, settings: Settings, how: Callable[[], Circumstances]
    ) -> None:
        super().__init__(experiment, Call(experiment.folder, settings.call), {})
        self._settings, self._ask, self.share = settings, how, settings.share
        self._in = experiment.folder / "runs"
        self._size, self._alone = experiment.runs_per_job, experiment.container.engine != NONE
        self.share = settings.share

    @classmethod
    def read(cls, settings: Settings, how: Callable[[], Circumstances] = Circumstances) -> "Plan":
        """The plan for the settings of a call; raises InputError."""
        return cls(experiment_of(settings), settings, how)

    @cached_property
    def _how(self) -> Circumstances:
        return self._ask()

    @cached_property
    def _runs(self) -> list[Planned]:
        return list(_planned(self.experiment))

    @cached_property
    def _mine(self) -> list[Planned]:
        return _of_share(self._runs, self._settings)

    @cached_property
    def _jobs(self) -> dict[str, Job]:
        return {job.name: job for job in self._packed(self._unfinished())}

    @cached_property
    def _planned_orders(self) -> dict[str, Order]:
        return dict(self._ordered(self.experiment.folder))

    @property
    def orders(self) -> Mapping[str, Order]:
        return self._planned_orders

    @property
    def is_share(self) -> bool:
        """Whether only a share of the runs is asked for: they are neither compared nor tracked."""
        return self._settings.share is not None

    @property
    def steals(self) -> bool:
        """Whether this call then does what nobody works on."""
        return self._settings.steal

    @property
    def is_again(self) -> bool:
        """Whether finished runs are done again."""
        return self._how.again

    @property
    def size(self) -> int:
        """The number of runs that are this call's to do: of the grid, or of its share."""
        return len(self._mine)

    def asked(self, _: Wildcards | None = None) -> str:
        names = "".join(f"{each.run.run_id}{each.run.problem.compare}" for each in self._mine)
        return hashlib.sha256(names.encode()).hexdigest()[:12]

    def finished(self) -> int:
        """The number of those that have a record."""
        return sum(map(self._is_finished, self._mine))

    def outputs(self, _: Wildcards | None = None) -> list[str]:
        """The records of this call's finished runs, and the mark of every job."""
        planned = {name for order in self.orders.values() for name in order.runs}
        records = (
            str(self._run(each).record)
            for each in self._mine
            if each.run.run_id not in planned and self._is_finished(each)
        )
        marks = (self.call.mark(order.kind, order.name) for order in self.orders.values())
        return [*records, *map(str, marks)]

    def write_files(self, *, elsewhere: bool) -> None:
        """Write what other commands read: the runs that are asked for, and long specs.

        `elsewhere`: other processes of Snakemake do the jobs, and have to know them.
        """
        write_asked(self.experiment.folder, _noted(self.experiment, self._runs))
        if self._settings.share is None:
            names = "".join(f"{each.run.run_id}\n" for each in self._mine)
            write_whole(Path(self.asked_file), names.encode())
        for job in self._jobs.values():
            if _is_long(job):
                file = output_folder(self.experiment.folder, "specs") / f"{job.name}.json"
                write_whole(file, job.spec.encode())
        if elsewhere:
            orders.write(self.call.jobs, self.orders.values())

    def has_failure(self, name: str) -> bool:
        """Whether any run of a job has left a failure."""
        order = self.orders.get(name)
        return order is not None and any(
            (self._in / run_id / "failure.json").is_file() for run_id in order.runs
        )

    def has_failures(self) -> bool:
        """Whether any run that this call was to do has failed."""
        return any(self._is_over(each) and not self._is_finished(each) for each in self._mine)

    def held(self) -> list[Order]:
        """The jobs that are not done, for other processes had all that was left of them."""
        return [order for order in self.orders.values() if self._is_held(order)]

    def holder(self, order: Order) -> str:
        """Who works on the runs of a job, as its log says."""
        log = Path(self.logs, f"{order.name}.log")
        try:
            lines = read_bytes(log, _LONGEST_LOG).decode(errors="replace").splitlines()
        except (InputError, OSError):
            lines = []
        found = (_HOLDER.match(line) for line in reversed(lines))
        return next((printable(each[1]) for each in found if each), "another process works on it")

    def others_left(self) -> bool:
        """Whether a run of another share is unfinished, and did not fail."""
        mine = {each.run.run_id for each in self._mine}
        return any(e.run.run_id not in mine and not self._is_over(e) for e in self._runs)

    def _is_held(self, order: Order) -> bool:
        mark = self.call.mark(order.kind, order.name)
        if not mark.exists() or mark.stat().st_size:
            return False
        return not all((self._in / name / "record.json").exists() for name in order.runs)

    def _unfinished(self) -> list[Planned]:
        """The runs that this call is to do now."""
        if self._how.again:
            return self._mine
        done = self._is_over if self._how.later else self._is_finished
        runs = [each for each in self._mine if not done(each)]
        if self._settings.steal and (self._how.later or not runs):
            mine = {each.run.run_id for each in self._mine}
            others = (each for each in self._runs if each.run.run_id not in mine)
            runs += [each for each in others if not self._is_over(each)]
        return runs

    def _packed(self, runs: list[Planned]) -> Iterator[Job]:
        estimate = Estimate([])
        if self._size == "auto" and len(runs) > 1:
            finished = ((e.run, self._run(e).path) for e in self._runs if self._is_finished(e))
            estimate = Estimate(finished)
            if self._how.probe is not None and not self._alone:
                estimate.probe((each.run for each in runs), self._how.probe)
        return pack(runs, self._size, cores=self._how.cores, estimate=estimate, alone=self._alone)

    def _ordered(self, folder: Path) -> Iterator[tuple[str, Order]]:
        for name, job in self._jobs.items():
            spec = f"@{folder}/specs/{name}.json" if _is_long(job) else job.spec
            yield name, Order.of(job, spec, self._in)

    def _run(self, each: Planned) -> RunFolder:
        return RunFolder(self._in / each.run.run_id)

    def _is_finished(self, each: Planned) -> bool:
        return self._run(each).record.is_file()

    def _is_over(self, each: Planned) -> bool:
        """Whether a run is finished, or has failed."""
        folder = self._run(each)
        return folder.record.is_file() or folder.failure.is_file()


def experiment_of(settings: Settings) -> Experiment:
    """The experiment of a call, with results that can be written to; raises InputError."""
    experiment = load.load(settings.config, settings.overrides)
    load.check_results(experiment.folder)
    return experiment


def _planned(experiment: Experiment) -> Iterator[Planned]:
    for combination in grid.combinations(experiment):
        for seed in combination.seeds:
            yield Planned(combination.run(seed, experiment.import_path), combination.label)


def _noted(experiment: Experiment, runs: Iterable[Planned]) -> Iterator[AskedRuns]:
    """The runs of the whole grid by combination, with their labels; `runs` is in its order."""
    rest = (each.run for each in runs)
    for combination in grid.combinations(experiment):
        problem, algorithm = combination.labels
        yield AskedRuns(
            problem=problem,
            algorithm=algorithm,
            backend=combination.backend.name,
            runs={run.run_id: run.seed for run in islice(rest, len(combination.seeds))},
            compare=combination.problem.compare,
        )


def _of_share(runs: list[Planned], settings: Settings) -> list[Planned]:
    if settings.share is None:
        return runs
    costs = [cost.evaluations(each.run) for each in runs]
    shares = partition(costs, settings.share.count)
    pairs: Iterable[tuple[Planned, int]] = zip(runs, shares, strict=True)
    return [each for each, number in pairs if number == settings.share.number]


def _is_long(job: Job) -> bool:
    return len(job.spec) > _LONG
