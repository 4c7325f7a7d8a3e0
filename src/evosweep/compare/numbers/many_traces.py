"""Read the traces of many runs in parallel; only improvements are kept in memory."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from evosweep.compare.numbers.fronts import hypervolume_trace
from evosweep.compare.read.processes import map_many
from evosweep.compare.read.run import Run
from evosweep.compare.read.traces import Trace, read_trace
from evosweep.errors import EvosweepError

Item = TypeVar("Item")
Found = TypeVar("Found")


@dataclass(frozen=True)
class TraceJob:
    """A trace to read: a run, its hypervolume's reference point, and its problem's common budget.

    The reference point is empty for one objective.
    """

    run: Run
    reference: tuple[float, ...] = ()
    common: int = 0


def read_many(function: Callable[[Item], Found], items: Sequence[Item]) -> Iterable[Found]:
    """Return `map(function, items)`; several processes read runs if there are hundreds of them."""
    return map_many(function, items, worthwhile=400, chunk=64)


def read_traces(jobs: Sequence[TraceJob]) -> tuple[dict[str, Trace], list[str]]:
    """Return the traces by run_id, and a line for each run whose trace cannot be read."""
    traces: dict[str, Trace] = {}
    unread = []
    for job, result in zip(jobs, read_many(_attempt, jobs), strict=True):
        if isinstance(result, Trace):
            traces[job.run.run_id] = result
        else:
            unread.append(result)
    return traces, unread


def _attempt(job: TraceJob) -> Trace | str:
    run = job.run
    prefix = f"{run.run_id}: it is in no curve and has no running time, since"
    try:
        trace = (
            hypervolume_trace(run, job.reference, job.common) if job.reference else read_trace(run)
        )
    except (EvosweepError, OSError, ValueError, KeyError) as error:
        return f"{prefix} its trace cannot be read: {' '.join(str(error).split())}"
    if trace.total < run.evaluations:
        return f"{prefix} its {trace.source} has {trace.total} of its {run.evaluations} evaluations"
    return trace
