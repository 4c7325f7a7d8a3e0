"""Read each final population once: its diversity and, with several objectives, its front.

A run whose population cannot be read is damaged: it is listed among the failures and left out of
every table. Another backend's run of the same spec, if there is one, replaces it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.many_traces import read_many
from evosweep.compare.numbers.populations import Diversity, diversity, read_genomes
from evosweep.compare.numbers.quality import final_front
from evosweep.compare.read.run import Failure, Run
from evosweep.compare.read.study import Study
from evosweep.errors import Damaged

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Final:
    """Numbers of a final population; `front` is None if there is one objective."""

    diversity: Diversity
    front: Floats | None = None


def read_finals(study: Study, *, fronts_only: bool = False) -> tuple[Study, dict[str, Final]]:
    """Return the study with damaged runs among its failures, and the other finals by run_id.

    This reads all runs with several objectives and, unless `fronts_only`, one run per seed of each
    configuration.
    """
    finals: dict[str, Final] = {}
    while unread := [run for run in _needed(study, fronts_only) if run.run_id not in finals]:
        damaged = {}
        for run, result in zip(unread, read_many(_attempt, unread), strict=True):
            if isinstance(result, Final):
                finals[run.run_id] = result
            else:
                damaged[run.run_id] = result
        study = _without(study, damaged)
    return study, finals


def _needed(study: Study, fronts_only: bool) -> list[Run]:
    if fronts_only:
        return [run for run in study.runs if run.objectives > 1]
    chosen = {run.run_id for runs in study.configurations.values() for run in runs}
    return [run for run in study.runs if run.objectives > 1 or run.run_id in chosen]


def _attempt(run: Run) -> Final | str:
    try:
        diversities = diversity(read_genomes(run))
        return Final(diversities, final_front(run) if run.objectives > 1 else None)
    except Damaged as damage:
        return damage.reason


def _without(study: Study, damaged: Mapping[str, str]) -> Study:
    failures = [
        Failure(
            run.run_id,
            "damaged",
            error=damaged[run.run_id],
            path=run.folder.path,
            spec=run.spec,
            sources=run.sources,
        )
        for run in study.runs
        if run.run_id in damaged
    ]
    kept = tuple(run for run in study.runs if run.run_id not in damaged)
    return replace(study, runs=kept, failures=(*study.failures, *failures))


def fronts_of(finals: Mapping[str, Final]) -> dict[str, Floats]:
    """Return the final fronts by run_id."""
    return {run_id: final.front for run_id, final in finals.items() if final.front is not None}
