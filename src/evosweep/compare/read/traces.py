"""Anytime traces: the best result of a run by evaluations and by seconds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evosweep.compare.read.run import Run
from evosweep.errors import Damaged, InputError
from evosweep.files.opening import is_file
from evosweep.records import journal
from evosweep.records.journal_entry import PlainChunk
from evosweep.records.tables import read_numbers

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Trace:
    """The improvements of one run with one objective, in raw units.

    `evaluations` are the 1-based counts at which the values of `best` were reached, and `seconds`
    the times of `seconds_best`. `total` counts all evaluations. `source` is "journal", or "logbook"
    if a run has no journal, so that only whole generations are known.
    """

    evaluations: Floats
    best: Floats
    seconds: Floats
    seconds_best: Floats
    total: int
    duration: float
    source: str

    def at(self, budgets: Floats) -> Floats:
        """Return the best result within each budget; NaN before the first evaluation."""
        return _step(self.evaluations, self.best, budgets)

    def at_seconds(self, times: Floats) -> Floats:
        """Return the best result within each time; NaN before the first evaluation finished."""
        return _step(self.seconds, self.seconds_best, times)

    def hits(self, targets: Floats, larger: bool) -> Floats:
        """Return the evaluations until each target was reached; infinity if it never was."""
        if not len(self.best):
            return np.full(len(targets), np.inf)
        values, goals = (-self.best, -targets) if larger else (self.best, targets)
        place = np.searchsorted(-values, -goals, side="left")
        padded = np.append(self.evaluations, np.inf)
        return padded[place]


def _step(marks: Floats, values: Floats, where: Floats) -> Floats:
    place = np.searchsorted(marks, where, side="right")
    steps: Floats = np.append(np.nan, values)[place]
    return steps


def read_trace(run: Run) -> Trace:
    """Return the trace of a run with one objective, from its journal, else from its logbook."""
    larger = run.weights[0] > 0
    if is_file(run.folder.journal):
        return _from_journal(run, larger)
    if is_file(run.folder.logbook):
        return _from_logbook(run, larger)
    raise InputError(f"{run.folder.path}: has neither a journal nor a logbook")


def evaluations_in_order(run: Run) -> tuple[Floats, Floats]:
    """Return the fitnesses of all evaluations, (n, objectives), and their times in seconds.

    They are ordered by batch and individual, so that the order does not depend on the backend. An
    individual that was evaluated twice, before and after a kill, counts once.
    """
    chunks = journal.read_plain(run.folder.journal)
    if chunks is None:
        places, fitness, seconds = _any_results(list(journal.read(run.folder.journal)))
    elif chunks:
        places, fitness, seconds = _plain_results(chunks)
    else:
        return np.empty((0, run.objectives)), np.empty(0)
    if (places[1:] > places[:-1]).all():
        return fitness, seconds
    _, first = np.unique(places, return_index=True)
    return fitness[first], seconds[first]


def _plain_results(chunks: Sequence[PlainChunk]) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Return place, fitness and time of each evaluation, as they finished."""
    columns = zip(*chunks, strict=True)
    batch, first, counts, objectives, finished, values = (list(column) for column in columns)
    if len(set(objectives)) > 1:
        raise ValueError(f"its entries have {sorted(set(objectives))} objectives")
    sizes = np.array(counts)
    starts = np.array(first) - (np.cumsum(sizes) - sizes)
    index = np.arange(sizes.sum()) + np.repeat(starts, sizes)
    places = np.repeat(np.array(batch, np.int64) << 32, sizes) | index
    fitness = np.frombuffer(b"".join(values), "<f8").reshape(len(index), objectives[0])
    return places, fitness, np.repeat(finished, sizes)


def _any_results(entries: Sequence[journal.Entry]) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Return the same, also of chunks with flags, genomes, or scattered individuals."""
    sizes = [len(entry.indices) for entry in entries]
    batch = np.repeat([entry.batch for entry in entries], sizes).astype(np.int64)
    index = np.concatenate([entry.indices for entry in entries]).astype(np.int64)
    fitness = np.concatenate([entry.fitnesses for entry in entries])
    seconds = np.repeat([entry.finished for entry in entries], sizes)
    return (batch << 32) | index, fitness, seconds


def _from_journal(run: Run, larger: bool) -> Trace:
    fitness, seconds = evaluations_in_order(run)
    values = fitness[:, 0]
    counts = np.arange(1.0, len(values) + 1)
    by_time = np.argsort(seconds, kind="stable")
    evaluations, best = _improvements(counts, values, larger)
    moments, moments_best = _improvements(seconds[by_time], values[by_time], larger)
    duration = float(seconds.max(initial=0.0))
    return Trace(
        evaluations,
        best,
        seconds=moments,
        seconds_best=moments_best,
        total=len(values),
        duration=duration,
        source="journal",
    )


def _improvements(marks: Floats, values: Floats, larger: bool) -> tuple[Floats, Floats]:
    """Return the marks and values at which the best so far improves; NaN is no result."""
    loss = np.where(np.isnan(values), np.inf, -values if larger else values)
    best = np.minimum.accumulate(loss)
    better = best < np.concatenate([[np.inf], best[:-1]])
    return marks[better], -best[better] if larger else best[better]


def _from_logbook(run: Run, larger: bool) -> Trace:
    names = ["evaluations", "seconds", "best"]
    columns = read_numbers(run.folder.logbook, run.logbook_rows, names)
    counts, seconds, best = (columns[name] for name in names)
    counts = np.cumsum(counts)
    evaluations, values = _improvements(counts, best, larger)
    moments, moments_best = _improvements(seconds, best, larger)
    if not np.isfinite(counts).all():
        raise Damaged(run.folder.path, "logbook.parquet", "has no number for some evaluations")
    total = int(counts[-1]) if len(counts) else 0
    duration = float(seconds[-1]) if len(seconds) else 0.0
    return Trace(
        evaluations,
        values,
        seconds=moments,
        seconds_best=moments_best,
        total=total,
        duration=duration,
        source="logbook",
    )


def bands(traces: Sequence[Trace], marks: Floats, *, seconds: bool = False) -> Mapping[str, Floats]:
    """Return median and quartiles of the best so far over some runs, at each mark.

    A run that has ended keeps its last value. The numbers are NaN while a run has no result yet.
    """
    rows = np.array([t.at_seconds(marks) if seconds else t.at(marks) for t in traces])
    with np.errstate(over="ignore"):  # values beyond the largest floats cannot be drawn
        q1, median, q3 = np.percentile(rows, [25, 50, 75], axis=0)
    return {"q1": q1, "median": median, "q3": q3}
