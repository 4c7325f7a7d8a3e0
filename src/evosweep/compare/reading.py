"""The traces of many runs: read in parallel, and only improvements kept in memory."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from os import cpu_count
from typing import TypeVar

from evosweep.compare.fronts import hypervolume_trace
from evosweep.compare.runs import Run
from evosweep.compare.traces import Trace, read_trace
from evosweep.errors import EvosweepError

PARALLEL_FROM = 400  # items; below it, starting processes costs more than it saves
CHUNK = 64

Item = TypeVar("Item")
Found = TypeVar("Found")
Job = tuple[Run, tuple[float, ...]]


def map_many(function: Callable[[Item], Found], items: Sequence[Item]) -> Iterable[Found]:
    """`map`, over processes where there are many items; results come as they are asked for."""
    processes = cpu_count() or 1
    if len(items) < PARALLEL_FROM or processes == 1:
        yield from map(function, items)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("forkserver")) as pool:
        yield from pool.map(function, items, chunksize=CHUNK)


def read_traces(jobs: Sequence[Job]) -> tuple[dict[str, Trace], list[str]]:
    """The traces by run_id, and a line for each run whose trace cannot be read.

    A job is a run and its hypervolume's reference point, empty for one objective.
    """
    traces: dict[str, Trace] = {}
    unread = []
    for (run, _), found in zip(jobs, map_many(_attempt, jobs), strict=True):
        if isinstance(found, Trace):
            traces[run.run_id] = found
        else:
            unread.append(found)
    return traces, unread


def _attempt(job: Job) -> Trace | str:
    run, reference = job
    said = f"{run.run_id}: it is in no curve and has no running time, since"
    try:
        found = hypervolume_trace(run, reference) if reference else read_trace(run)
    except (EvosweepError, OSError, ValueError, KeyError) as error:
        return f"{said} its trace cannot be read: {' '.join(str(error).split())}"
    if found.total < run.evaluations:
        return f"{said} its {found.source} has {found.total} of its {run.evaluations} evaluations"
    return found
