"""Whether seeds in stages may stop: by the results of one look alone, in no order of theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evosweep.compare.numbers.budgets import measure_budget
from evosweep.compare.numbers.closed import half_width, is_closed
from evosweep.compare.numbers.finals import fronts_of, read_finals
from evosweep.compare.numbers.many_traces import read_traces
from evosweep.compare.numbers.quality import Quality, measure_all
from evosweep.compare.numbers.significance import Pair
from evosweep.compare.numbers.words import plural
from evosweep.compare.page.material import compare, trace_jobs
from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study
from evosweep.compare.read.traces import Trace
from evosweep.config.stages import Stages
from evosweep.errors import Damaged

LEVEL = 0.05
"""Of all pairs of a problem and all looks together."""


@dataclass(frozen=True)
class Decision:
    """What a look came to: the pairs in words, those first that ask for more seeds."""

    open: Sequence[str]
    closed: Sequence[str]

    @property
    def is_final(self) -> bool:
        """Return True if nothing asks for more seeds."""
        return not self.open


def decide(runs: Sequence[Run], stages: Stages) -> Decision:
    """Return the decision on all runs of a look.

    Raises
    ------
    Damaged
        If a final population that it takes cannot be read.
    """
    study, finals = read_finals(Study("", Path(), tuple(runs), (), stages=stages), fronts_only=True)
    for failure in study.failures:
        raise Damaged(failure.path or Path(failure.run_id), "population.parquet", failure.error)
    qualities = measure_all(study, fronts_of(finals))
    _, standings = compare(study, qualities, _traces(study, qualities), LEVEL)
    pairs = [pair for standing in standings.values() for pair in standing.pairs]
    lines = {True: list[str](), False: list[str]()}
    for pair in pairs:
        lines[is_closed(pair, stages, LEVEL)].append(_words(pair, stages))
    return Decision(lines[False], lines[True])


def _traces(study: Study, qualities: dict[str, Quality]) -> dict[str, Trace]:
    """Return the traces of problems with unequal budgets, which are compared at a common one."""
    unequal = {
        run.run_id
        for groups in study.problems.values()
        if measure_budget(groups, {}).unequal
        for runs in groups.values()
        for run in runs
    }
    jobs = [job for job in trace_jobs(study, qualities) if job.run.run_id in unequal]
    return dict(read_traces(jobs)[0])


def _words(pair: Pair, stages: Stages) -> str:
    names = " and ".join(pair.names)
    runs = f"{plural(len(pair.one), 'seed')} each"
    if stages.precision is not None:
        return f"{names}: A12 to within {half_width(pair, LEVEL):.3g}, {runs}"
    if pair.reason:
        return f"{names}: {pair.reason}"
    return f"{names}: p over all looks, corrected, is {pair.corrected:.3g}, {runs}"
