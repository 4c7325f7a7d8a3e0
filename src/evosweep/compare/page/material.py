"""Compute once the numbers of a study that several sections of its report use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import compress

from evosweep.compare.numbers import efficiency
from evosweep.compare.numbers.agreement import agree
from evosweep.compare.numbers.budgets import common_budget, measure_budget
from evosweep.compare.numbers.finals import Final, fronts_of, read_finals
from evosweep.compare.numbers.look import look_at
from evosweep.compare.numbers.many_traces import TraceJob, read_traces
from evosweep.compare.numbers.quality import Quality, measure_all
from evosweep.compare.numbers.ranking import Ranking, rank
from evosweep.compare.numbers.significance import Pair, Starts, make_pairs, run_pairs
from evosweep.compare.numbers.standing import Standing
from evosweep.compare.numbers.table import Table
from evosweep.compare.plots.canvas import MOST_LINES
from evosweep.compare.plots.styles import Styles
from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study
from evosweep.compare.read.traces import Trace

MOST_DRAWN = 12  # most problems with pictures of their own; the tables have all


@dataclass(frozen=True)
class Options:
    """The user's options: a success target, the significance level, the post-hoc test.

    Without `pictures`, which take most of the time, a report has all tables and sentences.
    """

    target: float | None = None
    alpha: float = 0.05
    posthoc: str = "nemenyi"
    pictures: bool = True


@dataclass(frozen=True)
class Material:
    """A study with its qualities, traces, tests, rankings, agreement and timings.

    `pairs` are the tests of final results. `standings` have the compared results of each problem;
    if budgets are unequal, they have the tests at the largest common budget.
    """

    study: Study
    options: Options
    finals: Mapping[str, Final]
    qualities: Mapping[str, Quality]
    traces: Mapping[str, Trace]
    unread: Sequence[str]
    pairs: Sequence[Pair]
    standings: Mapping[str, Standing]
    rankings: Sequence[Ranking]
    agreement: Table
    timings: Sequence[efficiency.Timing]
    untimed: int

    @cached_property
    def styles(self) -> Styles:
        """The style of each algorithm in all pictures."""
        return Styles.of(self.study.algorithm_labels.values())

    @property
    def pictured(self) -> list[str]:
        """The problems with pictures of their own: the first ones; none without pictures."""
        return list(self.study.problems)[:MOST_DRAWN] if self.options.pictures else []

    def traces_of(self, problem: str) -> dict[str, list[Trace]]:
        """Return the traces of a problem by algorithm, without algorithms that have none."""
        groups = {
            algorithm: [self.traces[run.run_id] for run in runs if run.run_id in self.traces]
            for algorithm, runs in self.study.problems[problem].items()
        }
        return {name: traces for name, traces in groups.items() if traces}

    def drawn(self, problem: str) -> list[str]:
        """Return the best algorithms, which the plots of a problem show, in the tables' order."""
        best = self.standings[problem].order[:MOST_LINES]
        return [name for name in self.study.problems[problem] if name in best]


def gather(study: Study, options: Options) -> Material | Study:
    """Compute the numbers of a study; damaged runs become failures.

    Returns only the study if no run is left.
    """
    study, finals = read_finals(study)
    if not study.runs:
        return study
    qualities = measure_all(study, fronts_of(finals))
    traces, unread = read_traces(trace_jobs(study, qualities))
    timings, untimed = efficiency.measure(study)
    pairs, standings = compare(study, qualities, traces, options.alpha)
    return Material(
        study=study,
        options=options,
        finals=finals,
        qualities=qualities,
        traces=traces,
        unread=unread,
        pairs=pairs,
        standings=standings,
        rankings=_rank(study, standings, options),
        agreement=agree(study),
        timings=timings,
        untimed=untimed,
    )


def trace_jobs(study: Study, qualities: Mapping[str, Quality]) -> list[TraceJob]:
    """Return what to read of each run's journal, with the largest common budget."""
    return [
        TraceJob(run, qualities[problem].reference, common)
        for problem, groups in study.problems.items()
        for common in [common_budget(groups)]  # of the problem: it looks at every run
        for runs in groups.values()
        for run in runs
    ]


def compare(
    study: Study, qualities: Mapping[str, Quality], traces: Mapping[str, Trace], alpha: float
) -> tuple[list[Pair], dict[str, Standing]]:
    """Return the tested pairs of final results, and the standings by problem."""
    starts = Starts()
    final_pairs: list[Pair] = []
    standings: dict[str, Standing] = {}
    for problem, groups in study.problems.items():
        quality, budget = qualities[problem], measure_budget(groups, traces)
        values = {name: quality.of(runs) for name, runs in groups.items()}
        look = look_at(study.stages, groups)
        standing = Standing(problem, quality, budget, values, look=look)
        standing = _tested(standing, groups, starts, alpha)
        final_pairs += standing.pairs
        if budget.comparable:
            standing = replace(standing, values=budget.values)
            standing = _tested(standing, groups, starts, alpha)
        standings[problem] = standing
    return final_pairs, standings


def _tested(
    standing: Standing, groups: Mapping[str, Sequence[Run]], starts: Starts, alpha: float
) -> Standing:
    losses = {name: standing.quality.loss(sample) for name, sample in standing.values.items()}
    look = standing.look
    if look is not None and look.number:
        chosen = look.among(groups)
        losses = {name: sample[chosen[name]] for name, sample in losses.items()}
        groups = {name: list(compress(runs, chosen[name])) for name, runs in groups.items()}
    pairs = make_pairs(standing.problem, groups, losses, starts=starts, alpha=alpha, look=look)
    run_pairs(pairs, alpha)
    return replace(standing, pairs=pairs)


def _rank(study: Study, standings: Mapping[str, Standing], options: Options) -> list[Ranking]:
    """Return a ranking for the problems with one objective and one for those with several."""
    kinds: dict[str, dict[str, dict[str, float]]] = {"one": {}, "several": {}}
    for problem, standing in standings.items():
        first = next(iter(study.problems[problem].values()))[0]
        kinds["one" if first.objectives == 1 else "several"][problem] = standing.losses
    return [
        rank(losses, options.alpha, options.posthoc, kind)
        for kind, losses in kinds.items()
        if losses
    ]
