"""The plan of an experiment, for the Snakefile: its jobs by name, with their files and commands.

Snakemake sees files: a run's record, or the receipt of a job of several runs.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from evosweep.config import grid, load
from evosweep.config.experiment import Experiment
from evosweep.containers.command_line import EngineContainer, command_prefix
from evosweep.errors import InputError, printable
from evosweep.files.opening import output_folder
from evosweep.files.writing import write_whole
from evosweep.records.folder import RunFolder
from evosweep.records.reading import read_failure
from evosweep.workflow.settings import Settings

FRESH_VARIABLE = "EVOSWEEP_FRESH"
"""Set for a call that does finished runs again."""
_LONG = 20_000  # characters; quoted they may be five times as many, and a shell takes 131,072


class Wildcards(Protocol):
    """Snakemake's wildcards of a job."""

    name: str


class Plan:
    """An experiment's jobs by the name in their output: a run_id or a job_id."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self._jobs = {job.name: job for job in grid.jobs(experiment)}

    @classmethod
    def read(cls, settings: Settings) -> "Plan":
        """The plan for the settings of a call; raises InputError."""
        experiment = load.load(settings.config, settings.overrides)
        load.check_results(experiment.folder)
        return cls(experiment)

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
    def size(self) -> int:
        """The number of runs."""
        return sum(len(job.runs) for job in self._jobs.values())

    def outputs(self) -> list[str]:
        """The file of every job."""
        return [str(job.output(self.experiment.folder)) for job in self._jobs.values()]

    @property
    def asked_file(self) -> str:
        """The file with the run_ids that this plan asks for, one per line."""
        return f"{self.folder}/asked.txt"

    def write_files(self) -> None:
        """Write the files that commands of jobs read: the list of run_ids, and long specs."""
        folder = self.experiment.folder
        run_ids = (run.run_id for job in self._jobs.values() for run in job.runs)
        write_whole(Path(self.asked_file), "".join(f"{name}\n" for name in run_ids).encode())
        for job in self._jobs.values():
            if _is_long(job):
                file = output_folder(folder, "specs") / f"{job.name}.json"
                write_whole(file, _json(job).encode())

    def spec(self, wildcards: Wildcards) -> str:
        """The spec of a job, as JSON; its seed is the first of the job's.

        A spec that is too long for a command line is in a file, named as `@FILE`.
        """
        job = self._jobs[wildcards.name]
        return f"@{self.folder}/specs/{job.name}.json" if _is_long(job) else _json(job)

    def fresh(self, _: Wildcards) -> list[str]:
        """The option by which runs start from nothing, where --forceall or --forcerun ask for it.

        A replay of their journals would give the same populations, with other times than those of
        the evaluations.
        """
        return ["--fresh"] if os.environ.get(FRESH_VARIABLE) else []

    def finished(self) -> int:
        """The number of runs that have a record."""
        runs = self.experiment.folder / "runs"
        return sum(
            (runs / run.run_id / "record.json").is_file()
            for job in self._jobs.values()
            for run in job.runs
        )

    def seeds(self, wildcards: Wildcards) -> str:
        """The seeds of a job, as `evosweep run --seeds` takes them."""
        return self._jobs[wildcards.name].seeds

    def workers(self, wildcards: Wildcards) -> int:
        """The cores that a job keeps busy."""
        return self._jobs[wildcards.name].combination.backend.workers

    def label(self, wildcards: Wildcards) -> str:
        """The label of a job: problem, algorithm, backend and seeds."""
        job = self._jobs[wildcards.name]
        return f"{job.combination.label} seed{'s' if len(job.runs) > 1 else ''} {job.seeds}"

    def forget_stale_receipts(self) -> None:
        """Remove receipts of jobs that lack a record, so that Snakemake does these jobs again."""
        folder = self.experiment.folder
        for job in self._jobs.values():
            receipt = job.output(folder)
            if len(job.runs) > 1 and receipt.exists():
                records = (folder / "runs" / run.run_id / "record.json" for run in job.runs)
                if not all(record.exists() for record in records):
                    receipt.unlink(missing_ok=True)

    def failures(self) -> Iterator[str]:
        """A line for each failed run: its folder and the error."""
        for job in self._jobs.values():
            for run in job.runs:
                folder = RunFolder(self.experiment.folder / "runs" / run.run_id)
                if not folder.record.exists() and folder.failure.exists():
                    try:
                        yield f"{folder.path}: {printable(read_failure(folder).error)}"
                    except (InputError, OSError) as error:
                        yield str(error)


def _is_long(job: grid.Job) -> bool:
    parts = (job.combination.problem, job.combination.algorithm)
    return sum(len(part.canonical) for part in parts) > _LONG


def _json(job: grid.Job) -> str:
    return json.dumps(job.runs[0].to_dict(), separators=(",", ":"))
