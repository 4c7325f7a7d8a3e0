"""The results by problem and algorithm: location, spread, intervals, success and ERT."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.anytime import expected_running_times, gaps
from evosweep.compare.numbers.intervals import RESAMPLES, bootstrap
from evosweep.compare.numbers.location import deviation, mean, median, quartiles
from evosweep.compare.numbers.quality import Quality
from evosweep.compare.numbers.standing import Standing
from evosweep.compare.numbers.table import Column, Row, Table, Value
from evosweep.compare.numbers.targets import success_goal
from evosweep.compare.read.run import Run
from evosweep.compare.read.study import Study
from evosweep.compare.read.traces import Trace
from evosweep.records.goal import reaches

Floats = NDArray[np.float64]

ON_TERMINAL = (
    *("problem", "algorithm", "runs", "backends", "median", "q1", "q3", "evaluations"),
    *("common_budget", "median_common", "distance", "success_rate"),
)

COLUMNS = (
    Column("problem", "problem", link="problem_link"),
    Column("algorithm", "algorithm", link="runs_link"),
    Column("runs", "runs", link="runs_link"),
    Column("backends", "backends"),
    Column("best", "best", apart="target"),
    Column("median", "median", apart="target"),
    Column("common_budget", "common budget", "evaluations"),
    Column("median_common", "median at the common budget", apart="target"),
    Column("distance", "distance to the optimum, median"),
    Column("median_low", "median, lower"),
    Column("median_high", "median, upper"),
    Column("q1", "1st quartile"),
    Column("q3", "3rd quartile"),
    Column("mean", "mean"),
    Column("mean_low", "mean, lower"),
    Column("mean_high", "mean, upper"),
    Column("std", "std"),
    Column("evaluations", "evaluations, median"),
    Column("target", "target"),
    Column("successes", "successes"),
    Column("success_rate", "success rate", digits=3),
    Column("ert", "ERT", "evaluations"),
    Column("measure", "measure"),
)


def results_table(
    study: Study,
    standings: Mapping[str, Standing],
    traces: Mapping[str, Trace],
    backends: Mapping[tuple[str, str], str],
    *,
    target: float | None = None,
    alpha: float = 0.05,
) -> Table:
    """Return a row for each problem and algorithm, over one run per seed."""
    keys = list(study.configurations)
    samples = [standings[key[0]].quality.of(study.configurations[key]) for key in keys]
    medians, means = (bootstrap(samples, statistic, alpha) for statistic in (np.median, np.mean))
    rows = [
        {
            **_place(study, key, len(sample)),
            "backends": backends[key],
            **_statistics(sample, standings[key[0]].quality),
            **_interval("median", middle),
            **_interval("mean", average),
            **_budget(standings[key[0]], key[1]),
            **_distance(study.configurations[key], sample),
            **_success(study.configurations[key], standings[key[0]].quality, traces, target),
        }
        for key, sample, middle, average in zip(keys, samples, medians, means, strict=True)
    ]
    note = (
        f"One run per seed. Lower and upper: bootstrap intervals, {100 * (1 - alpha):g} %, "
        f"percentile, {RESAMPLES} resamples; none for a single run. Std has n - 1. ERT counts "
        "unsuccessful runs with all their evaluations; it is infinite without a success."
    )
    columns = _shown_columns(rows)
    return Table("results", "Results by problem and algorithm", columns, rows, note=note)


def for_terminal(table: Table) -> Table:
    """Return the table of results with only the columns that fit a terminal."""
    if table.name != "results":
        return table
    return replace(table, columns=[col for col in table.columns if col.key in ON_TERMINAL])


def _shown_columns(rows: Sequence[Row]) -> list[Column]:
    """Return the columns, without those on distances or a common budget if all are empty."""
    optional = ("common_budget", "median_common", "distance")
    empty = {key for key in optional if all(row[key] is None for row in rows)}
    return [column for column in COLUMNS if column.key not in empty]


def _place(study: Study, key: tuple[str, str], runs: int) -> dict[str, Value]:
    return {
        "problem": key[0],
        "algorithm": key[1],
        "runs": runs,
        "problem_link": f"#{study.anchor('problem', key[0])}",
        "runs_link": f"#{study.anchor('runs', *key)}",
    }


def _statistics(sample: Floats, quality: Quality) -> dict[str, Value]:
    q1, middle, q3 = quartiles(sample)
    return {
        "best": float(sample.max() if quality.larger else sample.min()),
        "median": middle,
        "q1": q1,
        "q3": q3,
        "mean": mean(sample),
        "std": deviation(sample),
        "measure": quality.measure,
    }


def _budget(standing: Standing, name: str) -> dict[str, Value]:
    """Return the median budget and, if budgets are unequal, the median in the common budget."""
    budget = standing.budget
    common = median(budget.values[name]) if budget.unequal and name in budget.values else None
    return {
        "evaluations": budget.medians[name],
        "common_budget": budget.common if budget.unequal else None,
        "median_common": common,
    }


def distances(runs: Sequence[Run], values: Floats) -> Floats | None:
    """Return the distances of results to the problem's optimum; None if it is not known."""
    optimum = runs[0].traits.get("optimum")
    if runs[0].objectives > 1 or not isinstance(optimum, int | float):
        return None
    return gaps(values, float(optimum))


def _distance(runs: Sequence[Run], sample: Floats) -> dict[str, Value]:
    far = distances(runs, sample)
    return {"distance": None if far is None else median(far)}


def _interval(name: str, bounds: tuple[float, float]) -> dict[str, Value]:
    low, high = (None if np.isnan(bound) else bound for bound in bounds)
    return {f"{name}_low": low, f"{name}_high": high}


def _success(
    runs: Sequence[Run],
    quality: Quality,
    traces: Mapping[str, Trace],
    target: float | None,
) -> dict[str, Value]:
    """Return the share of results that reach the target and, if all runs have traces, the ERT."""
    value = success_goal(runs[0], target).value
    if value is None:
        return dict.fromkeys(("target", "successes", "success_rate", "ert"))
    sign = 1.0 if quality.larger else -1.0
    successes = sum(reaches(quality.values[run.run_id], value, sign) for run in runs)
    of_runs = [traces[run.run_id] for run in runs if run.run_id in traces]
    ert = None
    if len(of_runs) == len(runs):
        ert = float(expected_running_times(of_runs, np.array([value]), quality.larger)[0])
    return {
        "target": value,
        "successes": successes,
        "success_rate": successes / len(runs),
        "ert": ert,
    }
