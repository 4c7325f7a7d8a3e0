"""The plan of a call of Snakemake: the runs that it is to do, packed into jobs.

What is finished, by its receipt, is no job: Snakemake sees its record as a file that is there. What
is not finished is packed into jobs, and each job makes a mark of this call (`workflow.call`).
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
_LONGEST_LOG = 2**24  # bytes
_LONG = 20_000  # characters; quoted they may be five times as many, and a shell takes 131,072


@dataclass(frozen=True)
class Circumstances:
    """What a call knows beside its settings."""

    again: bool = False
    """Do finished runs again, from their start."""
    cores: int = 1
    """How many are to be kept busy."""
    enough: float = ENOUGH
    """Seconds of work that are worth a job."""
    later: bool = False
    """This call has done what it could and comes back: to what others held, not to failures."""
    failed: bool = False
    """A run of an earlier round failed: this call ends with 1, also if nothing is left."""
    probe: Probe | None = None
    """Measures evaluations; None if nothing is to be started."""


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
        self.scope = Scope(experiment, settings.share)

    @classmethod
    def read(cls, settings: Settings, how: Callable[[], Circumstances] = Circumstances) -> "Plan":
        """Return the plan for the settings of a call; raises InputError."""
        return cls(experiment_of(settings), settings, how)

    @property
    def is_share(self) -> bool:
        """True if only a share of the runs is asked for: they are neither compared nor tracked."""
        return self._settings.share is not None

    @property
    def steals(self) -> bool:
        """True if this call then does what nobody works on."""
        return self._settings.steal

    @property
    def is_again(self) -> bool:
        """True if finished runs are done again."""
        return self._how.again

    @property
    def size(self) -> int:
        """The number of runs that are this call's to do: of the grid, or of its share."""
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
        """Write what other commands read: the runs that are asked for, and long specs.

        `elsewhere`: other processes of Snakemake do the jobs, and have to know them.
        """
        write_asked(self.experiment.folder, self.scope.noted())
        if not self.is_share:
            names = "".join(f"{each.run.run_id}\n" for each in self.scope.mine)
            write_whole(Path(self.asked_file), names.encode())
        for job in self._jobs.values():
            if _is_long(job):
                file = output_folder(self.experiment.folder, "specs") / f"{job.name}.json"
                write_whole(file, job.spec.encode())
        if elsewhere:
            orders.write(self.call.jobs, self.orders.values())

    def finished(self) -> int:
        """Return the number of runs of this call that have a record by now."""
        return self.scope.finished()

    def has_failure(self, name: str) -> bool:
        """Return True if any run of a job has left a failure."""
        order, runs = self.orders.get(name), Path(self.folder, "runs")
        return order is not None and any(
            (runs / run_id / "failure.json").is_file() for run_id in order.runs
        )

    def run_ids(self) -> frozenset[str]:
        """Return the runs that are this call's to do."""
        return frozenset(each.run.run_id for each in self.scope.mine)

    def held(self) -> list[Order]:
        """Return the jobs that are not done, for other processes had all that was left of them."""
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

    def missing(self, order: Order) -> list[str]:
        """Return the runs of a job that have no record by now."""
        runs = Path(self.folder, "runs")
        return [name for name in order.runs if not (runs / name / "record.json").exists()]

    def _is_held(self, order: Order) -> bool:
        mark = self.call.mark(order.kind, order.name)
        is_empty = mark.exists() and mark.stat().st_size == 0
        return is_empty and bool(self.missing(order))

    @cached_property
    def _how(self) -> Circumstances:
        return self._ask()

    @cached_property
    def _jobs(self) -> dict[str, Job]:
        if self._how.again:
            runs = self.scope.mine
        else:
            runs = self.scope.unfinished(later=self._how.later, steal=self._settings.steal)
        return {job.name: job for job in self._packed(runs)}

    @cached_property
    def _planned_orders(self) -> dict[str, Order]:
        return {name: self._order(job) for name, job in self._jobs.items()}

    @cached_property
    def _outputs(self) -> list[str]:
        if self._how.failed and not self.orders:
            raise SystemExit(1)  # Snakemake calls no hook if there is nothing to do
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
        spec = f"@{self.folder}/specs/{job.name}.json" if _is_long(job) else job.spec
        return Order.of(job, spec, Path(self.folder, "runs"))


def experiment_of(settings: Settings) -> Experiment:
    """Return the experiment of a call, with results that can be written to; raises InputError."""
    experiment = load.load(settings.config, settings.overrides)
    load.check_results(experiment.folder)
    return experiment


def _is_long(job: Job) -> bool:
    return len(job.spec) > _LONG
