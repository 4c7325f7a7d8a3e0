"""What the Snakefile asks about an experiment: its jobs by name, and what stands in its way.

Snakemake sees files: a run's record, or the receipt of a job of several runs.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from evosweep.config import grid, load, yaml_subset
from evosweep.config.experiment import Experiment
from evosweep.containers.command_line import Container, command_prefix

DEFAULT_CONFIG = "config/experiment.yaml"


class Plan:
    """An experiment's jobs by the name in their output: a run_id or a job_id."""

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self._jobs = {job.name: job for job in grid.jobs(experiment)}

    @classmethod
    def read(cls, given: Mapping[str, Any], configfiles: Sequence[Path]) -> "Plan":
        """The plan for what `--config` and `--configfile` gave; raises InputError.

        `--config config=FILE` names the config file; every other key is laid over its contents.
        """
        overrides = {key: _typed(value) for key, value in given.items()}
        path = overrides.pop("config", configfiles[-1] if configfiles else DEFAULT_CONFIG)
        experiment = load.load(path, overrides)
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
    def container(self) -> Container:
        """The container that each run is to have."""
        asked = self.experiment.container
        return Container(asked.engine, asked.image, asked.memory, asked.network)

    @property
    def contained(self) -> list[str]:
        """What goes before a run's command, so that it happens in its container."""
        return command_prefix(self.container)

    @property
    def size(self) -> int:
        """How many runs there are."""
        return sum(len(job.runs) for job in self._jobs.values())

    def outputs(self) -> list[str]:
        """The file of every job."""
        return [str(job.output(self.experiment.folder)) for job in self._jobs.values()]

    def spec(self, wildcards: Any) -> str:
        """The spec of a job, as JSON; its seed is the first of the job's."""
        return json.dumps(self._jobs[wildcards.name].runs[0].to_dict(), separators=(",", ":"))

    def seeds(self, wildcards: Any) -> str:
        """The seeds of a job, as `evosweep run --seeds` takes them."""
        return self._jobs[wildcards.name].seeds

    def workers(self, wildcards: Any) -> int:
        """The cores that a job keeps busy."""
        return self._jobs[wildcards.name].combination.backend.workers

    def label(self, wildcards: Any) -> str:
        """A job for people: problem, algorithm, backend and seeds."""
        job = self._jobs[wildcards.name]
        return f"{job.combination.label} seed{'s' if len(job.runs) > 1 else ''} {job.seeds}"

    def forget_stale_receipts(self) -> None:
        """Remove the receipts of jobs of which a record is missing: those jobs are to be done."""
        folder = self.experiment.folder
        for job in self._jobs.values():
            receipt = job.output(folder)
            if len(job.runs) > 1 and receipt.exists():
                records = (folder / "runs" / run.run_id / "record.json" for run in job.runs)
                if not all(record.exists() for record in records):
                    receipt.unlink(missing_ok=True)

    def failures(self) -> Iterator[str]:
        """A line for each run that failed: where its failure is told, and the error."""
        for job in self._jobs.values():
            for run in job.runs:
                folder = self.experiment.folder / "runs" / run.run_id
                if not (folder / "record.json").exists() and (folder / "failure.json").exists():
                    failure = json.loads((folder / "failure.json").read_text())
                    yield f"{folder}: {failure.get('error')}"


def _typed(value: Any, inside: bool = False) -> Any:
    """A value of `--config`: Snakemake leaves the numbers inside lists and mappings as text."""
    if isinstance(value, list):
        return [_typed(item, inside=True) for item in value]
    if isinstance(value, Mapping):
        return {key: _typed(item, inside=True) for key, item in value.items()}
    return yaml_subset.scalar(value) if inside and isinstance(value, str) else value
