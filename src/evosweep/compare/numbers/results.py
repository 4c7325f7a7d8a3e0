"""The results by problem and algorithm: location, spread, intervals, success and ERT."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.anytime import expected_running_times, hits
from evosweep.compare.numbers.intervals import RESAMPLES, bootstrap
from evosweep.compare.numbers.quality import Quality, quartiles
from evosweep.compare.numbers.summary import anchor
from evosweep.compare.numbers.table import Column, Row, Table
from evosweep.compare.numbers.targets import success_goal
from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study
from evosweep.compare.read.traces import Trace

Floats = NDArray[np.float64]

COLUMNS = (
    Column("problem", "problem", link="problem_link"),
    Column("algorithm", "algorithm", link="runs_link"),
    Column("runs", "runs", link="runs_link"),
    Column("best", "best", digits=6),
    Column("median", "median", digits=6),
    Column("median_low", "median, lower", digits=6),
    Column("median_high", "median, upper", digits=6),
    Column("q1", "1st quartile", digits=6),
    Column("q3", "3rd quartile", digits=6),
    Column("mean", "mean", digits=6),
    Column("mean_low", "mean, lower", digits=6),
    Column("mean_high", "mean, upper", digits=6),
    Column("std", "std"),
    Column("target", "target", digits=6),
    Column("successes", "successes"),
    Column("success_rate", "success rate", digits=3),
    Column("ert", "ERT", "evaluations"),
    Column("measure", "measure"),
)


def results_table(
    study: Study,
    qualities: Mapping[str, Quality],
    traces: Mapping[str, Trace],
    *,
    target: float | None = None,
    alpha: float = 0.05,
) -> Table:
    """A row for each problem and algorithm, over one run a seed."""
    keys = list(study.configurations)
    samples = [qualities[problem].of(study.configurations[problem, a]) for problem, a in keys]
    medians = bootstrap(samples, np.median, alpha)
    means = bootstrap(samples, np.mean, alpha)
    rows = [
        {
            **_place(key, len(sample), qualities[key[0]].measure),
            **_statistics(sample, qualities[key[0]].larger),
            **_interval("median", median),
            **_interval("mean", mean),
            **_success(study.configurations[key], qualities[key[0]], traces, target),
        }
        for key, sample, median, mean in zip(keys, samples, medians, means, strict=True)
    ]
    note = (
        f"One run a seed. Lower and upper: bootstrap intervals, {100 * (1 - alpha):g} %, "
        f"percentile, {RESAMPLES} resamples; none for a single run. Std has n - 1. ERT counts "
        "unsuccessful runs with all their evaluations; it is infinite without a success."
    )
    return Table("results", "Results by problem and algorithm", COLUMNS, rows, note)


def _place(key: tuple[str, str], runs: int, measure: str) -> dict[str, str | int]:
    return {
        "problem": key[0],
        "algorithm": key[1],
        "runs": runs,
        "measure": measure,
        "problem_link": f"#{anchor('problem', key[0])}",
        "runs_link": f"#{anchor('runs', *key)}",
    }


def _statistics(sample: Floats, larger: bool) -> dict[str, float | None]:
    q1, median, q3 = quartiles(sample)
    return {
        "best": float(sample.max() if larger else sample.min()),
        "median": median,
        "q1": q1,
        "q3": q3,
        "mean": float(sample.mean()),
        "std": float(sample.std(ddof=1)) if len(sample) > 1 else None,
    }


def _interval(name: str, bounds: tuple[float, float]) -> dict[str, float | None]:
    low, high = (None if np.isnan(bound) else bound for bound in bounds)
    return {f"{name}_low": low, f"{name}_high": high}


def _success(
    runs: Sequence[Run],
    quality: Quality,
    traces: Mapping[str, Trace],
    target: float | None,
) -> Row:
    goal = success_goal(runs[0], target)
    found = [traces[run.run_id] for run in runs if run.run_id in traces]
    if goal.value is None or len(found) < len(runs):
        return {"target": goal.value, "successes": None, "success_rate": None, "ert": None}
    goals = np.array([goal.value])
    successes = int(np.isfinite(hits(found, goals, quality.larger)).sum())
    return {
        "target": goal.value,
        "successes": successes,
        "success_rate": successes / len(runs),
        "ert": float(expected_running_times(found, goals, quality.larger)[0]),
    }
