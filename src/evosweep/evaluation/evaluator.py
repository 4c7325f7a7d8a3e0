"""The evaluator: what a run registers as `toolbox.map`.

population -> chunks of bare genomes -> backend -> fitnesses -> journal -> population
"""

import os
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy

from evosweep.backends.protocol import Backend
from evosweep.errors import RunError
from evosweep.evaluation.blame import Known, Losses
from evosweep.evaluation.dispatcher import Dispatcher
from evosweep.evaluation.failure import Failure
from evosweep.evaluation.problem import Kind, Problem, kind_of
from evosweep.evaluation.recovery import Recovery
from evosweep.evaluation.replay import Replay
from evosweep.evaluation.worker import Chunk, Outcome
from evosweep.genomes import blocks, genome
from evosweep.genomes.form import Plain
from evosweep.records.journal import Journal
from evosweep.records.journal_entry import OK, PENALISED, RETRIED, Entry


class EvaluationFailed(RunError):
    """An evaluation failed for good; `failure` has the individual and what to do."""

    def __init__(self, failure: Failure, batch: int, individual: Any) -> None:
        self.failure, self.batch, self.individual = failure, batch, individual
        text = genome.readable(individual) if individual is not None else None
        super().__init__(
            f"individual {failure.index} of batch {batch}: {failure.error}; "
            f"{failure.remedy}; the individual: {_short(text)}"
        )


class AuditFailed(RunError):
    """An evaluation that was made again gave another fitness than the journal has."""


@dataclass
class _Batch:
    """The individuals of one call of `toolbox.map`, and what is known of them so far."""

    number: int
    individuals: Sequence[Any]
    source: Sequence[Any]
    """What their genomes are taken from: themselves; or copies, where evaluations change them."""
    kind: Kind
    objectives: int
    fitnesses: list[tuple[float, ...] | None]


class Evaluator:
    """A deterministic, journaled `map` over a backend.

    `map` evaluates where it is called with the toolbox's own `evaluate`, and is Python's `map`
    for anything else. It returns a list of tuples of floats, in the order of the individuals, or
    raises `EvaluationFailed`. `toolbox` is made to use it.
    """

    def __init__(
        self,
        toolbox: Any,
        problem: Problem,
        description: str,
        backend: Backend,
        journal: Journal,
        seed: int,
        lost: Known = (),
        audit: int = 0,
    ) -> None:
        self.problem, self.description, self.seed = problem, description, seed
        self.journal, self.audit = journal, audit
        self.evaluations = 0
        self.flagged: Counter[int] = Counter()
        self.map_seconds = 0.0
        self.cpu, self.cpu_here = 0.0, 0.0
        """CPU seconds of evaluations: of all of them, and of those made in this process."""
        self._batches = 0
        losses = Losses(lost, problem.retries, problem.timeout)
        watched = problem.timeout is not None or bool(losses)
        self.dispatcher = Dispatcher(backend, workers_only=watched and not backend.local)
        self._recovery = Recovery(self.dispatcher, losses)
        self._replay = Replay(journal, problem.form)
        toolbox.map = self.map
        toolbox.evaluate = self.evaluate

    def evaluate(self, individual: Any) -> tuple[float, ...]:
        """The fitness of one individual: a batch of one."""
        return self._timed([individual])[0]

    def map(self, function: Any, *iterables: Iterable[Any]) -> Any:
        """What DEAP's algorithms call as `toolbox.map`."""
        if len(iterables) == 1 and function in (self.evaluate, self.problem.evaluate):
            return self._timed(list(iterables[0]))
        return map(function, *iterables)

    def _timed(self, individuals: Sequence[Any]) -> list[tuple[float, ...]]:
        started = time.perf_counter()
        try:
            return self._evaluate_batch(individuals)
        finally:
            self.map_seconds += time.perf_counter() - started

    def replaying(self) -> bool:
        """Whether the journal still has evaluations of an earlier session."""
        return self._replay.pending

    def finish(self) -> None:
        """Raises where the journal has evaluations that the run did not ask for again."""
        self._replay.finish(self._batches)

    def _evaluate_batch(self, individuals: Sequence[Any]) -> list[tuple[float, ...]]:
        if not individuals:
            return []
        batch = self._open(individuals)
        self._from_journal(batch)
        self._from_workers(batch)
        self.evaluations += len(individuals)
        return batch.fitnesses  # type: ignore[return-value]

    def _open(self, individuals: Sequence[Any]) -> _Batch:
        first = individuals[0]
        kind = kind_of(first)
        if len(set(map(type, individuals))) > 1:
            kind = ("builtins", "object")
        number = self._batches
        self._batches += 1
        source = list(map(deepcopy, individuals)) if self.problem.lamarckian else individuals
        objectives = len(first.fitness.weights)
        return _Batch(number, individuals, source, kind, objectives, [None] * len(individuals))

    def _from_journal(self, batch: _Batch) -> None:
        for entry in self._replay.entries_of(batch.number, batch.source):
            values = map(tuple, entry.fitnesses.tolist())
            flags = None if entry.flags is None else entry.flags.tolist()
            if self.audit:
                self._check_sample(batch, entry)
            self._place(batch, entry.indices.tolist(), values, flags, entry.genomes)

    def _check_sample(self, batch: _Batch, entry: Entry) -> None:
        """Evaluates again one in `audit` of a recorded chunk; a penalty has nothing to compare."""
        flags = entry.flags if entry.flags is not None else numpy.zeros(len(entry.indices))
        rows = [r for r in range(0, len(entry.indices), self.audit) if flags[r] != PENALISED]
        if not rows:
            return
        indices = [int(entry.indices[row]) for row in rows]
        outcome = self._chunk(batch, -1, indices, sent=False).work()
        for row, index, found in zip(rows, indices, outcome.fitnesses, strict=False):
            if tuple(entry.fitnesses[row].tolist()) != found:
                raise AuditFailed(
                    f"batch {batch.number}, individual {index}: its fitness is {found}, and the "
                    f"journal has {tuple(entry.fitnesses[row].tolist())}"
                )

    def _from_workers(self, batch: _Batch) -> None:
        def make(number: int, items: Sequence[int], *, sent: bool) -> Chunk:
            return self._chunk(batch, number, items, sent=sent)

        todo = [i for i, fitness in enumerate(batch.fitnesses) if fitness is None]
        for indices, outcome in self._recovery.run(batch.number, todo, make):
            if isinstance(outcome, Failure):
                self._record(batch, indices, self._penalty(batch, outcome))
            else:
                self._record(batch, indices, outcome)

    def _chunk(self, batch: _Batch, number: int, items: Sequence[int], *, sent: bool) -> Chunk:
        size = blocks.SIZE if self.problem.evaluate_batch is None else len(items)
        parts = blocks.Blocks(batch.source, items, size, self.problem.form)
        return Chunk(
            number,
            batch.number,
            list(items),
            parts.to_send() if sent else parts,
            batch.kind,
            batch.objectives,
            self.description,
            self.seed,
            sent and self.dispatcher.backend.watches,
        )

    def _record(self, batch: _Batch, items: Sequence[int], outcome: Outcome) -> None:
        self.cpu += outcome.cpu
        self.cpu_here += outcome.cpu if outcome.process == os.getpid() else 0.0
        done = len(outcome.fitnesses)
        if outcome.failure is not None:
            failure = outcome.failure
            raise EvaluationFailed(failure, batch.number, batch.individuals[failure.index])
        indices = items[:done]
        self.journal.append(
            Entry(
                batch.number,
                numpy.asarray(indices),
                _table(outcome.fitnesses, batch.objectives),
                outcome.digest,
                outcome.seconds,
                self.journal.now(),
                None if outcome.flags is None else numpy.asarray(outcome.flags, dtype="u1"),
                outcome.genomes,
            )
        )
        self._place(batch, indices, outcome.fitnesses, outcome.flags, outcome.genomes)

    def _place(
        self,
        batch: _Batch,
        indices: Sequence[int],
        fitnesses: Iterable[tuple[float, ...]],
        flags: Sequence[int] | None,
        genomes: Sequence[Plain] | None,
    ) -> None:
        for index, values in zip(indices, fitnesses, strict=True):
            batch.fitnesses[index] = values
        if flags is not None:
            self.flagged.update(flag for flag in flags if flag != OK)
        if genomes is not None:
            for index, new in zip(indices, genomes, strict=True):
                self.problem.rebuild.write_back(batch.individuals[index], new)

    def _penalty(self, batch: _Batch, failure: Failure) -> Outcome:
        """What stands in for an evaluation that is given up; raises where no policy covers it."""
        if self.problem.penalty is None:
            raise EvaluationFailed(failure, batch.number, batch.individuals[failure.index])
        given = batch.source[failure.index]
        genomes = [self.problem.form.genome(given)] if self.problem.lamarckian else None
        digest = blocks.digest(batch.source, [failure.index], self.problem.form)
        return Outcome([self.problem.penalty], genomes, flags=[PENALISED], digest=digest)

    @property
    def failures(self) -> dict[str, int]:
        """How many evaluations a policy stood in for, for the record."""
        return {"penalised": self.flagged[PENALISED], "retried": self.flagged[RETRIED]}


def _table(fitnesses: Sequence[tuple[float, ...]], objectives: int) -> numpy.ndarray:
    values = chain.from_iterable(fitnesses)
    shape = (len(fitnesses), objectives)
    return numpy.fromiter(values, float, shape[0] * shape[1]).reshape(shape)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 200 else f"{text[:200]}..."
