"""The improvements of runs, one by one, for the formats of other tools."""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np

from evosweep.compare.numbers.many_traces import TraceJob, read_traces
from evosweep.compare.read.run import Run
from evosweep.compare.read.traces import Trace

BATCH = 1000  # number of runs whose curves are in memory at a time


def single_objective(runs: Sequence[Run]) -> list[Run]:
    """Return the runs with one objective."""
    return [run for run in runs if run.objectives == 1]


def curves(runs: Sequence[Run], left_out: list[str]) -> Iterator[tuple[Run, Trace]]:
    """Yield each run with its trace; adds a line to `left_out` for a run that has none."""
    queue = iter(runs)
    while batch := list(islice(queue, BATCH)):
        traces, unread = read_traces([TraceJob(run) for run in batch])
        left_out += unread
        yield from ((run, traces[run.run_id]) for run in batch if run.run_id in traces)


def points(run: Run, trace: Trace) -> list[tuple[int, float]]:
    """Return (evaluations, best so far) at the first and last evaluation and each improvement.

    The first value is infinitely bad if the first evaluation has no result.
    """
    worst = -np.inf if run.weights[0] > 0 else np.inf
    counts = trace.evaluations
    curve = [(int(count), float(best)) for count, best in zip(counts, trace.best, strict=True)]
    if not curve or curve[0][0] > 1:
        curve.insert(0, (1, float(worst)))
    if curve[-1][0] < trace.total:
        curve.append((trace.total, curve[-1][1]))
    return curve
