"""Answers to the rules' questions on a job: command line, label, cores, mark."""

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from pydantic import TypeAdapter, ValidationError

from evosweep.config.experiment import Experiment
from evosweep.containers.command_line import EngineContainer, command_prefix
from evosweep.errors import Damaged, InputError, shown
from evosweep.files.unchanged import digest_of, read_unchanged
from evosweep.files.writing import write_whole
from evosweep.workflow.call import Call
from evosweep.workflow.jobs import Job
from evosweep.workflow.share import Share

FRESH_VARIABLE = "EVOSWEEP_FRESH"
"""Names a variable that is set in a call that repeats finished runs."""
JOBS_VARIABLE = "EVOSWEEP_JOBS"
"""Names the variable with the digest of the file that has a call's jobs."""


class Wildcards(Protocol):
    """Snakemake's wildcards of a job."""

    name: str


@dataclass(frozen=True)
class Order:
    """A job for Snakemake, also for a process that Snakemake starts for this one job."""

    name: str
    kind: str
    """The rule of the job."""
    workers: int
    label: str
    words: list[str]
    """The words of the command line that give the runs and the folder of their results."""
    runs: list[str]
    """The run_ids of its runs."""

    @classmethod
    def of(cls, job: Job, spec: list[str], folder: Path) -> "Order":
        """Return the order of a job; `spec` has the words of the command line that give it."""
        return cls(
            name=job.name,
            kind=job.kind,
            workers=job.workers,
            label=job.label,
            words=[*spec, *job.options, "--out", str(folder / job.out)],
            runs=[run.run_id for run in job.runs],
        )


_DIGEST = re.compile("[0-9a-f]{64}")
_ORDER = TypeAdapter(Order)
_LARGEST = 2**28  # bytes of all orders


def pass_on(call: Call, orders: Iterable[Order]) -> None:
    """Write orders for processes that do a single job; raises EvosweepError.

    Those that start from now on take the digest of the file from their environment, so that nobody
    who may write to the results can give them other orders.
    """
    content = "".join(f"{json.dumps(asdict(order))}\n" for order in orders).encode()
    digest = digest_of(content)
    write_whole(call.jobs(digest), content, inside=call.experiment)
    os.environ[JOBS_VARIABLE] = digest


def passed_on(call: Call) -> dict[str, Order]:
    """Return the orders that the main process of a call has written; raises `InputError`."""
    digest = os.environ.get(JOBS_VARIABLE, "")
    if not _DIGEST.fullmatch(digest):
        raise InputError(
            f"{JOBS_VARIABLE}={shown(digest)}: is no digest of a call's jobs; let the executor "
            "hand the environment of Snakemake to its jobs"
        )
    return read(call.jobs(digest), digest)


def read(path: Path, digest: str) -> dict[str, Order]:
    """Return the orders in a file with this digest; raises `InputError`."""
    try:
        lines = read_unchanged(path, digest, _LARGEST).splitlines()
        orders = [_ORDER.validate_json(line) for line in lines]
    except ValidationError as error:
        reason = error.errors(include_url=False)[0]["msg"]
        raise Damaged(path.parent, path.name, f"{reason}; call the workflow again") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    return {order.name: order for order in orders}


class Orders:
    """The jobs of a call by the name of their mark, for the rules."""

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
        """The folder of the jobs' logs; a share has its own, since calls may share runs."""
        share = self.share
        return f"{self.folder}/logs" + (f"/share-{share.number}-of-{share.count}" if share else "")

    @property
    def asked_file(self) -> str:
        """The file with the run_ids of this call, one per line."""
        return f"{self.folder}/asked.txt"

    def asked(self, _: Wildcards | None = None) -> str:
        """Return a text that changes with the runs, so that the comparison is made again."""
        return ""

    def outputs(self, _: Wildcards | None = None) -> list[str]:
        """Return the inputs of the comparison; none in a process for a single job."""
        return []

    def of_look(self, _: Wildcards) -> list[str]:
        """Return what a look waits for, if seeds come in stages."""
        return []

    def look_file(self, wildcards: Wildcards) -> str:
        """Return the file with the question of a look."""
        return f"{self.folder}/looks/{wildcards.name}.json"

    def look_label(self, wildcards: Wildcards) -> str:
        """Return the label of a look."""
        return f"look {wildcards.name}"

    def words(self, wildcards: Wildcards) -> list[str]:
        """Return the words of a job's command line that give its runs."""
        return self.orders[wildcards.name].words

    def fresh(self, _: Wildcards) -> list[str]:
        """Return `--fresh` if --forceall or --forcerun asks to repeat finished runs.

        A replay of their journals would give the same populations, but wrong times.
        """
        return ["--fresh"] if os.environ.get(FRESH_VARIABLE) else []

    def workers(self, wildcards: Wildcards) -> int:
        """Return the number of cores that a job uses."""
        return self.orders[wildcards.name].workers

    def label(self, wildcards: Wildcards) -> str:
        """Return the label of a job: problem, algorithm, backend and seeds."""
        return self.orders[wildcards.name].label
