"""Performance at any time: ERT, fixed budgets, fixed targets, ECDF and data profiles.

ERT, the expected running time to a target, is a number of evaluations divided by the number of
successful runs. A successful run counts its evaluations up to the target, an unsuccessful run all
of its evaluations. Without a success, ERT is infinite. Hansen, Auger, Ros, Finck, Posik: Comparing
Results of 31 Algorithms from BBOB-2009, GECCO 2010.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.numbers.location import median, quartiles, scale_of
from evosweep.compare.numbers.table import Column, Row, Table, Value
from evosweep.compare.numbers.targets import Targets
from evosweep.compare.read.traces import Trace

Floats = NDArray[np.float64]
Groups = Mapping[str, Sequence[Trace]]
Optima = Mapping[str, float]
"""The known optima of problems with one objective."""

BUDGET_SHARES = (0.01, 0.1, 0.25, 0.5, 1.0)
SHOWN_TARGETS = 6


def hits(traces: Sequence[Trace], targets: Floats, larger: bool) -> Floats:
    """Return evaluations to each target, (runs, targets); infinity if a run never reached it."""
    return np.array([trace.hits(targets, larger) for trace in traces])


def expected_running_times(traces: Sequence[Trace], targets: Floats, larger: bool) -> Floats:
    """Return the ERT in evaluations for each target; infinity if no run reached it."""
    reached = hits(traces, targets, larger)
    totals = np.array([trace.total for trace in traces], dtype=np.float64)[:, None]
    spent = np.where(np.isfinite(reached), reached, totals).sum(axis=0)
    successes = np.isfinite(reached).sum(axis=0)
    return np.where(successes > 0, spent / np.maximum(successes, 1), np.inf)


def ecdf(reached: Floats, budgets: Floats) -> Floats:
    """Return the share of (run, target) pairs that are reached within each budget."""
    flat = np.sort(reached.ravel())
    return np.searchsorted(flat, budgets, side="right") / max(len(flat), 1)


def convergence_target(traces: Sequence[Trace], larger: bool, accuracy: float = 1e-3) -> float:
    """Return the value at which a problem passes the convergence test of More and Wild.

    f(x0) - f(x) >= (1 - accuracy) (f(x0) - f_L) with f_L the best value of any run and f(x0) the
    median first value: Benchmarking Derivative-Free Optimization Algorithms, SIAM J. Optimization
    20, 2009, equation 2.2.
    """
    first = median(np.array([trace.best[0] for trace in traces if len(trace.best)]))
    lasts = [float(trace.best[-1]) for trace in traces if len(trace.best)]
    best = max(lasts) if larger else min(lasts)
    return best + accuracy * (first - best)


def budgets_of(traces: Sequence[Trace]) -> Floats:
    """Return the budgets of a table: shares of the longest run, and the length of the shortest."""
    longest, shortest = (pick(trace.total for trace in traces) for pick in (max, min))
    shares = np.round(np.array(BUDGET_SHARES) * longest)
    return np.unique(np.maximum(1, np.append(shares, float(shortest))))


def fixed_budget_rows(problem: str, groups: Groups, optimum: float | None = None) -> list[Row]:
    """Return rows with median and quartiles of the best result within each budget."""
    budgets = budgets_of([trace for traces in groups.values() for trace in traces])
    return [
        {
            "problem": problem,
            "algorithm": name,
            "budget": int(budget),
            "runs": len(traces),
            **dict(zip(("q1", "median", "q3"), map(_finite, quartiles(values)), strict=True)),
            "distance": _finite(median(gaps(values, optimum))) if optimum is not None else None,
        }
        for name, traces in groups.items()
        for budget, values in zip(budgets, np.array([t.at(budgets) for t in traces]).T, strict=True)
    ]


def gaps(values: Floats, optimum: float) -> Floats:
    """Return the distances of values to the optimum, without overflow."""
    scale = 2 * scale_of(values, np.array([optimum]))
    with np.errstate(over="ignore"):
        distances: Floats = np.abs(values / scale - optimum / scale) * scale
    return distances


def _finite(value: float) -> float | None:
    return None if np.isnan(value) else value


BUDGET_COLUMNS = (
    Column("problem", "problem"),
    Column("algorithm", "algorithm"),
    Column("budget", "budget", "evaluations"),
    Column("runs", "runs"),
    Column("median", "median best"),
    Column("q1", "1st quartile"),
    Column("q3", "3rd quartile"),
    Column("distance", "distance to the optimum, median"),
)


def fixed_budget_table(problems: Mapping[str, Groups], optima: Optima) -> Table:
    """Return the best results within fixed budgets, for every problem and algorithm."""
    rows = [
        row
        for name, groups in problems.items()
        for row in fixed_budget_rows(name, groups, optima.get(name))
    ]
    note = "Best fitness within a budget; a run that ended before keeps its last value."
    return Table("fixed_budget", "Fixed budgets", BUDGET_COLUMNS, rows, note=note)


TARGET_COLUMNS = (
    Column("problem", "problem"),
    Column("algorithm", "algorithm"),
    Column("target", "target", digits=6),
    Column("distance", "distance to the optimum"),
    Column("runs", "runs"),
    Column("successes", "successes"),
    Column("ert", "ERT", "evaluations"),
    Column("ert_ratio", "ERT / best ERT", digits=3),
)


def fixed_target_table(
    problems: Mapping[str, Groups],
    targets: Mapping[str, Targets],
    larger: Mapping[str, bool],
    optima: Optima,
) -> Table:
    """Return ERT, and its ratio to the best algorithm's, at targets of each problem's profile."""
    rows = [
        {**row, "distance": _distance(row["target"], optima.get(name))}
        for name, groups in problems.items()
        for row in fixed_target_rows(name, groups, _some(targets[name].values), larger[name])
    ]
    note = "Expected running time; unsuccessful runs count with all evaluations they made."
    return Table("fixed_target", "Fixed targets", TARGET_COLUMNS, rows, note=note)


def _distance(target: Value, optimum: float | None) -> float | None:
    if optimum is None or not isinstance(target, float):
        return None
    return float(gaps(np.array([target]), optimum)[0])


def _some(values: Floats) -> Floats:
    places = np.unique(np.linspace(0, len(values) - 1, SHOWN_TARGETS).round().astype(int))
    return values[places] if len(values) else values


def fixed_target_rows(problem: str, groups: Groups, targets: Floats, larger: bool) -> list[Row]:
    """Return a row for each algorithm and target."""
    times = {name: expected_running_times(t, targets, larger) for name, t in groups.items()}
    best = np.min(list(times.values()), axis=0)
    return [
        {
            "problem": problem,
            "algorithm": name,
            "target": float(target),
            "runs": len(traces),
            "successes": int(np.isfinite(hits(traces, targets, larger)[:, place]).sum()),
            "ert": float(times[name][place]),
            "ert_ratio": _ratio(times[name][place], best[place]),
        }
        for name, traces in groups.items()
        for place, target in enumerate(targets)
    ]


def _ratio(value: float, best: float) -> float | None:
    return float(value / best) if np.isfinite(best) else None
