"""What is computed once of a study and used by several sections of its report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evosweep.compare.numbers import efficiency, ranking
from evosweep.compare.numbers.agreement import agree
from evosweep.compare.numbers.finals import Final, fronts_of, read_finals
from evosweep.compare.numbers.many_traces import read_traces
from evosweep.compare.numbers.quality import Quality, measure_all
from evosweep.compare.numbers.ranking import Ranking
from evosweep.compare.numbers.significance import Pair, Starts, make_pairs, run_pairs
from evosweep.compare.numbers.table import Table
from evosweep.compare.plots.canvas import MOST_LINES
from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study
from evosweep.compare.read.traces import Trace


@dataclass(frozen=True)
class Options:
    """What the user may choose: a success target, the significance level, the post-hoc test."""

    target: float | None = None
    alpha: float = 0.05
    posthoc: str = "nemenyi"


@dataclass(frozen=True)
class Material:
    """A study with its qualities, traces, tests, ranking, agreement and timings."""

    study: Study
    options: Options
    finals: Mapping[str, Final]
    qualities: Mapping[str, Quality]
    traces: Mapping[str, Trace]
    unread: Sequence[str]
    pairs: Sequence[Pair]
    ranking: Ranking
    agreement: Table
    timings: Sequence[efficiency.Timing]
    untimed: int

    def traces_of(self, problem: str) -> dict[str, list[Trace]]:
        """The traces of a problem by algorithm; algorithms without any are left out."""
        groups = {
            algorithm: [self.traces[run.run_id] for run in runs if run.run_id in self.traces]
            for algorithm, runs in self.study.problems[problem].items()
        }
        return {name: found for name, found in groups.items() if found}

    def by_median(self, problem: str) -> list[str]:
        """The algorithms of a problem, the best median first."""
        quality = self.qualities[problem]
        groups = self.study.problems[problem]
        losses = {
            name: float(np.median(quality.loss(quality.of(runs)))) for name, runs in groups.items()
        }
        return sorted(losses, key=lambda name: (losses[name], name))

    def drawn(self, problem: str) -> list[str]:
        """The algorithms that the plots of a problem show: the best ones, in the tables' order."""
        best = self.by_median(problem)[:MOST_LINES]
        return [name for name in self.study.problems[problem] if name in best]


def gather(study: Study, options: Options) -> Material | Study:
    """Everything that is computed from the runs of a study, damaged ones among its failures.

    The study alone where no run is left.
    """
    study, finals = read_finals(study)
    if not study.runs:
        return study
    qualities = measure_all(study, fronts_of(finals))
    traces, unread = read_traces(_jobs(study, qualities))
    timings, untimed = efficiency.measure(study)
    return Material(
        study,
        options,
        finals,
        qualities,
        traces,
        unread,
        _pairs(study, qualities, options.alpha),
        ranking.rank(study.problems, qualities, options.alpha, options.posthoc),
        agree(study),
        timings,
        untimed,
    )


def _jobs(study: Study, qualities: Mapping[str, Quality]) -> list[tuple[Run, tuple[float, ...]]]:
    return [
        (run, qualities[problem].reference)
        for (problem, _), runs in study.configurations.items()
        for run in runs
    ]


def _pairs(study: Study, qualities: Mapping[str, Quality], alpha: float) -> list[Pair]:
    starts, found = Starts(), []
    for problem, groups in study.problems.items():
        pairs = make_pairs(problem, groups, qualities[problem], starts, alpha)
        run_pairs(pairs, alpha)
        found += pairs
    return found
