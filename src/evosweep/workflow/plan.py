"""The plan of a call of Snakemake: its unfinished runs, packed into jobs.

A finished run, which has a receipt, needs no job: for Snakemake its record is an existing file. The
other runs are packed into jobs, and each job makes a mark of this call (`workflow.call`).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from evosweep.config import load
from evosweep.config.experiment import Experiment
from evosweep.containers.command_line import NONE
from evosweep.errors import InputError, printable
from evosweep.files.opening import output_folder, read_bytes
from evosweep.files.unchanged import HandedFile
from evosweep.files.writing import write_whole
from evosweep.inventory.asked_file import write_asked
from evosweep.workflow import orders
from evosweep.workflow.call import Call
from evosweep.workflow.estimate import Estimate, Probe
from evosweep.workflow.jobs import ENOUGH, Job, Planned, pack
from evosweep.workflow.orders import Order, Orders, Wildcards
from evosweep.workflow.scope import Scope
from evosweep.workflow.settings import Settings

_HOLDER = re.compile(r"evosweep: error: (.*works on it)")
_LONGEST_LOG = 2**24  # most bytes of a file
_LONG = 20_000  # characters; quoting may need five times as many, and a shell accepts 131,072


@dataclass(frozen=True)
class CallOptions:
    """The facts that a call needs in addition to its settings."""

    again: bool = False
    """True to repeat finished runs from their start."""
    cores: int = 1
    """Number of cores to use."""
    enough: float = ENOUGH
    """Seconds that a job should take."""
    later: bool = False
    """True in a further round: the call returns to runs that others held, but not to failures."""
    failed: bool = False
    """True if a run of an earlier round failed, so that the call must end with 1."""
    probe: Probe | None = None
    """Measures evaluations; None to start no process for it."""


How = Callable[[], CallOptions]


class Plan(Orders):
    """The runs of an experiment that a call must do, and its jobs.

    Snakemake knows its own options, such as a dry run, only after it has read the Snakefile. So
    `how` is called, and the runs are looked at, when the jobs are needed.
    """

    def __init__(self, experiment: Experiment, settings: Settings, how: How) -> None:
        super().__init__(experiment, Call(experiment.folder, settings.call), {})
        self._settings, self._ask, self.share = settings, how, settings.share
        self.scope = Scope(experiment, settings.share)

    @property
    def is_share(self) -> bool:
        """True if the call only does a share of the runs; it neither compares nor tracks them."""
        return self._settings.share is not None

    @property
    def steals(self) -> bool:
        """True if the call also does runs of other shares on which nobody works."""
        return self._settings.steal

    @property
    def is_again(self) -> bool:
        """True if the call repeats finished runs."""
        return self._how.again

    @property
    def size(self) -> int:
        """The number of runs of this call: of the grid, or of its share."""
        return len(self.scope.mine)

    @property
    def orders(self) -> Mapping[str, Order]:
        return self._planned_orders

    def asked(self, _: Wildcards | None = None) -> str:
        return self.scope.digest

    def outputs(self, _: Wildcards | None = None) -> list[str]:
        """Return the records of this call's finished runs, and the mark of every job."""
        return self._outputs

    def write_files(self, *, elsewhere: bool) -> None:
        """Write the files for other commands: the list of runs, and long specs.

        `elsewhere`: other processes of Snakemake do the jobs, and need the orders as well.
        """
        write_asked(self.experiment.folder, self.scope.noted())
        if not self.is_share:
            names = "".join(f"{each.run.run_id}\n" for each in self.scope.mine)
            write_whole(Path(self.asked_file), names.encode())
        for job in self._jobs.values():
            if (spec := self._long_spec(job)) is not None:
                output_folder(self.experiment.folder, "specs")
                write_whole(spec.path, spec.content, inside=self.experiment.folder)
        if elsewhere:
            orders.pass_on(self.call, self.orders.values())

    def finished(self) -> int:
        """Return the number of runs of this call that have a record now."""
        return self.scope.finished()

    def has_failure(self, name: str) -> bool:
        """Return True if any run of a job has left a failure."""
        order, runs = self.orders.get(name), Path(self.folder, "runs")
        return order is not None and any(
            (runs / run_id / "failure.json").is_file() for run_id in order.runs
        )

    def run_ids(self) -> frozenset[str]:
        """Return the run_ids of this call."""
        return frozenset(each.run.run_id for each in self.scope.mine)

    def held(self) -> list[Order]:
        """Return the jobs that are not done because other processes work on their runs."""
        return [order for order in self.orders.values() if self._is_held(order)]

    def holder(self, order: Order) -> str:
        """Return which process works on the runs of a job, from the job's log."""
        log = Path(self.logs, f"{order.name}.log")
        try:
            lines = read_bytes(log, _LONGEST_LOG).decode(errors="replace").splitlines()
        except (InputError, OSError):
            lines = []
        found = (_HOLDER.match(line) for line in reversed(lines))
        return next((printable(each[1]) for each in found if each), "another process works on it")

    def missing(self, order: Order) -> list[str]:
        """Return the runs of a job that have no record now."""
        runs = Path(self.folder, "runs")
        return [name for name in order.runs if not (runs / name / "record.json").exists()]

    def _is_held(self, order: Order) -> bool:
        mark = self.call.mark(order.kind, order.name)
        is_empty = mark.exists() and mark.stat().st_size == 0
        return is_empty and bool(self.missing(order))

    @cached_property
    def _how(self) -> CallOptions:
        return self._ask()

    @cached_property
    def _jobs(self) -> dict[str, Job]:
        return {job.name: job for job in self._packed(self._to_do())}

    def _to_do(self) -> list[Planned]:
        if self._how.again:
            return self.scope.mine
        return self.scope.unfinished(later=self._how.later, steal=self._settings.steal)

    def _add(self, runs: list[Planned]) -> None:
        """Plan jobs for more runs."""
        jobs = {job.name: job for job in self._packed(runs)}
        self._planned_orders.update((name, self._order(job)) for name, job in jobs.items())
        self._jobs.update(jobs)
        self.__dict__.pop("_outputs", None)

    def _has_work(self) -> bool:
        return bool(self.orders)

    @cached_property
    def _planned_orders(self) -> dict[str, Order]:
        return {name: self._order(job) for name, job in self._jobs.items()}

    @cached_property
    def _outputs(self) -> list[str]:
        if self._how.failed and not self._has_work():
            raise SystemExit(1)  # Snakemake calls no hook if there are no jobs
        done = self.scope.there.difference(*(order.runs for order in self.orders.values()))
        mine = (each for each in self.scope.mine if each.run.run_id in done)
        marks = (self.call.mark(order.kind, order.name) for order in self.orders.values())
        return [*(str(self.scope.folder(each).record) for each in mine), *map(str, marks)]

    def _packed(self, runs: list[Planned]) -> Iterator[Job]:
        size, alone = self.experiment.runs_per_job, self.container.engine != NONE
        estimate = Estimate([])
        if size == "auto" and len(runs) > 1:
            there = (each for each in self.scope.runs if each.run.run_id in self.scope.there)
            estimate = Estimate((each.run, self.scope.folder(each).path) for each in there)
            if self._how.probe is not None and not alone:
                estimate.probe((each.run for each in runs), self._how.probe)
        return pack(
            runs,
            size,
            cores=self._how.cores,
            estimate=estimate,
            alone=alone,
            enough=self._how.enough,
        )

    def _order(self, job: Job) -> Order:
        long = self._long_spec(job)
        spec = ["--spec", job.spec] if long is None else long.words("--spec")
        return Order.of(job, spec, Path(self.folder, "runs"))

    def _long_spec(self, job: Job) -> HandedFile | None:
        """Return the file of a long spec, which calls share; None for a short one."""
        if len(job.spec) <= _LONG:
            return None
        return HandedFile.of(job.spec, Path(self.folder, "specs"))


def experiment_of(settings: Settings) -> Experiment:
    """Return the experiment of a call; raises InputError, also if its results are read-only."""
    experiment = load.load(settings.config, settings.overrides)
    load.check_results(experiment.folder)
    return experiment
