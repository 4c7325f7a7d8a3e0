"""The metrics of a run in MLflow, and its values for the aggregate over seeds."""

from collections.abc import Iterator
from datetime import UTC, datetime

from evosweep.records.goal import goal, reaches
from evosweep.records.record import Record
from evosweep.track.content.convergence import thinned_curve
from evosweep.track.content.history import History, best_values
from evosweep.track.content.mlflow_run import Point, Summary, accepted_keys
from evosweep.track.content.names import own_name


def milliseconds(iso: str) -> int:
    """Return an ISO 8601 time in MLflow's unit: milliseconds since the epoch."""
    return round(datetime.fromisoformat(iso).timestamp() * 1000)


def milliseconds_at(seconds: float) -> int:
    """Return a time in seconds since the epoch as MLflow has it of the run's receipt, cut there."""
    return milliseconds(datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds"))


def points_of(history: History, record: Record, summary: Summary) -> list[Point]:
    """Return every metric: those of each generation, and those of the whole run, at its end."""
    start, end = milliseconds(record.started), milliseconds(record.finished)
    totals = [*_by_generation(history, start), *_totals(record, summary, end)]
    return [*_result(record, end), *totals]


def summary_of(record: Record, history: History) -> Summary:
    """Return the run's values for the aggregate over seeds."""
    start, end = milliseconds(record.started), milliseconds(record.finished)
    asynchronous: Summary = {} if record.order is None else {"order": record.order}
    return {
        **asynchronous,
        "seed": record.spec["seed"],
        "own_name": own_name(record.spec),
        "spec_id": record.spec_id,
        "digest": record.population_digest,
        "best": record.best if isinstance(record.best, (int, float)) else None,
        "hypervolume": history.last("hypervolume"),
        "evaluations": record.evaluations,
        "seconds": record.timings.get("total", (end - start) / 1000),
        "success": success(record),
        "weight": record.weights[0],
        "curve": thinned_curve(history),
    }


def success(record: Record) -> bool | None:
    """Return True if the run solved its problem, by the rule of `records.goal`; None if none is
    known.

    None also with several objectives.
    """
    if isinstance(record.best, tuple):
        return None
    value = goal(record.traits, record.weights[0])
    return None if value is None else reaches(record.best, value, record.weights[0])


def _result(record: Record, end: int) -> Iterator[Point]:
    """Yield the best of the run, which MLflow's page lists first."""
    for name, value in best_values("best", record.best).items():
        if value is not None:
            yield Point(name, float(value), end, 0)


def _by_generation(history: History, start: int) -> Iterator[Point]:
    names = accepted_keys(history.columns)
    times = [start + round(1000 * seconds) for seconds in history.seconds]
    for key, values in history.columns.items():
        name = names[key]
        for value, time, step in zip(values, times, history.generations, strict=True):
            if value is not None:
                yield Point(name, float(value), time, step)


def _totals(record: Record, summary: Summary, end: int) -> Iterator[Point]:
    phases = {f"time_{phase}_s": seconds for phase, seconds in record.timings.items()}
    names = accepted_keys(phases)
    for phase, seconds in phases.items():
        yield Point(names[phase], float(seconds), end, 0)
    if summary["success"] is not None:
        yield Point("success", float(summary["success"]), end, 0)
    counts = {
        "penalised": record.failures.get("penalised"),
        "retried": record.failures.get("retried"),
    }
    for kind, count in counts.items():
        if count:
            yield Point(f"failures_{kind}", float(count), end, 0)
