"""What the rules ask for: the words of a job's command line, its label, its cores, its mark."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from evosweep.config.experiment import Experiment
from evosweep.containers.command_line import EngineContainer, command_prefix
from evosweep.files.writing import write_whole
from evosweep.workflow.call import Call
from evosweep.workflow.jobs import Job
from evosweep.workflow.share import Share

FRESH_VARIABLE = "EVOSWEEP_FRESH"
"""Set for a call that does finished runs again."""


class Wildcards(Protocol):
    """Snakemake's wildcards of a job."""

    name: str


@dataclass(frozen=True)
class Order:
    """A job as Snakemake needs it, also in a process that it starts for this job alone."""

    name: str
    kind: str
    """The rule that does it."""
    workers: int
    label: str
    words: list[str]
    """Of the command line: what to run, and where its results go."""
    runs: list[str]
    """The run_ids."""

    @classmethod
    def of(cls, job: Job, spec: str, folder: Path) -> "Order":
        """Return the order of a job whose spec is `spec`, or in the file that it names."""
        return cls(
            name=job.name,
            kind=job.kind,
            workers=job.workers,
            label=job.label,
            words=["--spec", spec, *job.options, "--out", str(folder / job.out)],
            runs=[run.run_id for run in job.runs],
        )


def write(path: Path, orders: Iterable[Order]) -> None:
    """Keep orders for processes that are started for single jobs; raises EvosweepError."""
    write_whole(path, "".join(f"{json.dumps(asdict(order))}\n" for order in orders).encode())


def read(path: Path) -> dict[str, Order]:
    """Return the orders that the main process of a call has left; raises OSError."""
    with path.open(encoding="utf-8") as lines:
        return {order.name: order for order in (Order(**json.loads(line)) for line in lines)}


class Orders:
    """The jobs of a call by the name of their mark, as the rules ask for them."""

    def __init__(self, experiment: Experiment, call: Call, orders: Mapping[str, Order]) -> None:
        self.experiment, self.call, self._orders = experiment, call, orders
        self.share: Share | None = None

    @property
    def orders(self) -> Mapping[str, Order]:
        """The jobs by name."""
        return self._orders

    @property
    def folder(self) -> str:
        """`results/<experiment>`."""
        return str(self.experiment.folder)

    @property
    def image(self) -> str:
        """The image that Snakemake's own container support would use, as an address."""
        image = self.experiment.container.image or "evosweep"
        return image if "://" in image or image.endswith(".sif") else f"docker://{image}"

    @property
    def container(self) -> EngineContainer:
        """The container of each run."""
        wanted = self.experiment.container
        return EngineContainer(wanted.engine, wanted.image, wanted.memory, wanted.network)

    @property
    def contained(self) -> list[str]:
        """The words before a run's command that start its container; [] for no container."""
        return command_prefix(self.container)

    @property
    def marks(self) -> str:
        """The folder of the marks of this call's jobs."""
        return str(self.call.folder)

    @property
    def logs(self) -> str:
        """Where logs of jobs go; a share's apart, for another call may work on the same run."""
        share = self.share
        return f"{self.folder}/logs" + (f"/share-{share.number}-of-{share.count}" if share else "")

    @property
    def asked_file(self) -> str:
        """The file with the run_ids that this call asks for, one per line."""
        return f"{self.folder}/asked.txt"

    def asked(self, _: Wildcards | None = None) -> str:
        """Return a text that changes with them, so that the comparison is made again."""
        return ""

    def outputs(self, _: Wildcards | None = None) -> list[str]:
        """Return what the comparison waits for; a process for a single job asks for nothing."""
        return []

    def words(self, wildcards: Wildcards) -> list[str]:
        """Return the words of a job's command line that say what to run."""
        return self.orders[wildcards.name].words

    def fresh(self, _: Wildcards) -> list[str]:
        """Return the option by which runs start from nothing, if --forceall or --forcerun ask
        for it.

        A replay of their journals would give the same populations, with other times than those of
        the evaluations.
        """
        return ["--fresh"] if os.environ.get(FRESH_VARIABLE) else []

    def workers(self, wildcards: Wildcards) -> int:
        """Return the cores that a job keeps busy."""
        return self.orders[wildcards.name].workers

    def label(self, wildcards: Wildcards) -> str:
        """Return the label of a job: problem, algorithm, backend and seeds."""
        return self.orders[wildcards.name].label
