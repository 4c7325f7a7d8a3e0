"""Runs that a config asks for and the results do not have."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from evosweep.compare.read.run import Failure
from evosweep.compare.read.study import Study
from evosweep.config.experiment import Experiment
from evosweep.errors import InputError


def add_missing(studies: Sequence[Study], config: Path) -> list[Study]:
    """The studies; to the one that the config describes, its missing runs are added as failures.

    Raises InputError where the config has mistakes or describes none of the studies.
    """
    from evosweep.config.load import load

    experiment = load(config)
    names = [study.name for study in studies]
    if experiment.experiment not in names:
        raise InputError(
            f"{config}: is experiment '{experiment.experiment}', and the results are of "
            f"{', '.join(names)}"
        )
    return [
        replace(study, failures=(*study.failures, *_missing(study, experiment)))
        if study.name == experiment.experiment
        else study
        for study in studies
    ]


def _missing(study: Study, experiment: Experiment) -> Iterator[Failure]:
    from evosweep.config.grid import expand

    known = {run.run_id for run in study.runs} | {item.run_id for item in study.failures}
    for spec in expand(experiment):
        if spec.run_id not in known:
            error = "in the grid, but there is no folder of it"
            yield Failure(spec.run_id, "missing", error, None, spec.to_dict())
