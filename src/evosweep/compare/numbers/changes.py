"""Compare results and times of two results folders, before and after a change.

Runs correspond if their problem, algorithm, parameters, backend and seed are equal; the digests of
their code may differ, since the code was changed. The test is Wilcoxon's signed-rank test over
seeds, Holm-corrected over all configurations.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.agreement import first_difference
from evosweep.compare.numbers.location import median
from evosweep.compare.numbers.pair_tables import outcome
from evosweep.compare.numbers.quality import Quality, measure
from evosweep.compare.numbers.significance import Pair, run_pairs
from evosweep.compare.numbers.table import Column, Row, Table
from evosweep.compare.read.labels import by_name, identity
from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study

Floats = NDArray[np.float64]
Key = tuple[str, str, str]
"""Labels of problem, algorithm and backend."""


@dataclass(frozen=True)
class Change:
    """One configuration on one backend, before and after, with runs of equal seeds in pairs."""

    key: Key
    before: Sequence[Run]
    after: Sequence[Run]
    quality: Quality
    pair: Pair

    @property
    def same(self) -> int:
        """Number of seeds whose final populations are equal, to the bit."""
        return sum(a.digest == b.digest for a, b in zip(self.before, self.after, strict=True))

    @property
    def time_ratio(self) -> float:
        """Median over seeds of wall time after over wall time before."""
        pairs = zip(self.before, self.after, strict=True)
        ratios = [b.seconds / a.seconds for a, b in pairs if a.seconds > 0]
        return float(np.median(ratios)) if ratios else float("nan")


def _tag(run: Run) -> str:
    """Return a text of a run's problem, algorithm, backend and seed, without its code."""
    parts = (run.problem, run.algorithm, run.backend)
    return " ".join([*(identity(part) for part in parts), str(run.seed)])


def match(
    before: Study, after: Study, fronts: Mapping[str, Floats], alpha: float
) -> tuple[list[Change], list[Run], list[Run]]:
    """Return the tested changes, and the runs that only the first or only the second folder has.

    `fronts` are those of the runs with several objectives, by `place` of the run.
    """
    old, new = ({_tag(run): run for run in study.runs} for study in (before, after))
    groups: dict[Key, list[tuple[Run, Run]]] = defaultdict(list)
    for tag in sorted(old.keys() & new.keys()):
        run = new[tag]
        groups[after.problem(run), after.algorithm(run), after.backend(run)].append((old[tag], run))
    qualities = _qualities(groups, fronts)
    changes = [_change(key, groups[key], qualities[key[0]]) for key in sorted(groups, key=by_name)]
    run_pairs([change.pair for change in changes], alpha)
    only = [[runs[t] for t in sorted(runs.keys() - other.keys())] for runs, other in
            ((old, new), (new, old))]  # fmt: skip
    return changes, only[0], only[1]


def _qualities(
    groups: dict[Key, list[tuple[Run, Run]]], fronts: Mapping[str, Floats]
) -> dict[str, Quality]:
    """Return one measure for both folders, so that hypervolumes have one reference point."""
    by_problem: dict[str, list[Run]] = defaultdict(list)
    for key, pairs in groups.items():
        by_problem[key[0]] += [run for pair in pairs for run in pair]
    return {problem: measure(distinct(runs), fronts) for problem, runs in by_problem.items()}


def place(run: Run) -> str:
    """Return a key that tells a run from one with the same run_id in the other folder."""
    return str(run.folder.path)


def distinct(runs: Sequence[Run]) -> list[Run]:
    """Return the runs under new ids: for unchanged code, both folders have the same run_id."""
    return [replace(run, run_id=place(run)) for run in runs]


def _change(key: Key, pairs: Sequence[tuple[Run, Run]], quality: Quality) -> Change:
    ordered = sorted(pairs, key=lambda pair: pair[0].seed)
    before, after = ([pair[side] for pair in ordered] for side in (0, 1))
    losses = [quality.loss(quality.of(distinct(side))) for side in (before, after)]
    pair = Pair(key[0], ("before", "after"), losses[0], losses[1], paired=True)
    return Change(key, before, after, quality, pair=pair)


COLUMNS = (
    Column("problem", "problem"),
    Column("algorithm", "algorithm"),
    Column("backend", "backend"),
    Column("seeds", "seeds"),
    Column("same", "same population"),
    Column("before", "median before", digits=6),
    Column("after", "median after", digits=6),
    Column("outcome", "outcome"),
    Column("p_holm", "p, Holm", digits=3),
    Column("time_ratio", "time after / before", digits=3),
    Column("measure", "measure"),
    Column("p", "p", digits=3),
)


def changes_table(changes: Sequence[Change], alpha: float) -> Table:
    """Return a row for each configuration on each backend."""
    rows: list[Row] = [
        {
            **dict(zip(("problem", "algorithm", "backend"), change.key, strict=True)),
            "seeds": len(change.before),
            "same": change.same,
            "before": _median(change, change.before),
            "after": _median(change, change.after),
            "outcome": _outcome(change, alpha),
            "p_holm": None if change.pair.reason else change.pair.corrected,
            "time_ratio": change.time_ratio,
            "measure": change.quality.measure,
            "p": None if change.pair.reason else change.pair.p,
        }
        for change in changes
    ]
    note = (
        "Seeds that both folders have. Same population: to the bit, by digest. Wilcoxon's "
        f"signed-rank test over seeds, Holm's correction over the rows, level {alpha:g}."
    )
    return Table("changes", "Before and after", COLUMNS, rows, note=note)


def _median(change: Change, runs: Sequence[Run]) -> float:
    return median(change.quality.of(distinct(runs)))


def _outcome(change: Change, alpha: float) -> str:
    if change.same == len(change.before):
        return "identical"
    if (change.pair.one == change.pair.other).all():
        return "equal results, different populations"
    return outcome(change.pair, alpha)


SEED_COLUMNS = (
    *COLUMNS[:3],
    Column("seed", "seed"),
    Column("same", "same population"),
    Column("first_difference", "first generation that differs"),
    Column("before", "before", digits=6),
    Column("after", "after", digits=6),
    Column("before_run", "run before"),
    Column("after_run", "run after"),
)


def seeds_table(changes: Sequence[Change]) -> Table:
    """Return a row for each pair of runs, with the first generation at which they differ."""
    rows = [row for change in changes for row in _seed_rows(change)]
    return Table("changed_runs", "Run by run", SEED_COLUMNS, rows)


def _seed_rows(change: Change) -> list[Row]:
    values = [change.quality.of(distinct(runs)) for runs in (change.before, change.after)]
    return [
        {
            **dict(zip(("problem", "algorithm", "backend"), change.key, strict=True)),
            "seed": old.seed,
            "same": old.digest == new.digest,
            "first_difference": None if old.digest == new.digest else first_difference([old, new]),
            "before": float(one),
            "after": float(other),
            "before_run": old.run_id,
            "after_run": new.run_id,
        }
        for old, new, one, other in zip(change.before, change.after, *values, strict=True)
    ]
