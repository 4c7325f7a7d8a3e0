"""The evaluator, whose `map` a run registers as `toolbox.map`.

population -> chunks of bare genomes -> backend -> fitnesses -> journal -> population
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TypeVar, cast

from evosweep.backends.protocol import Backend
from evosweep.errors import InputError
from evosweep.evaluation.alone import Alone
from evosweep.evaluation.apart import Apart
from evosweep.evaluation.as_given import AsGiven, Evaluation
from evosweep.evaluation.audit import check_sample
from evosweep.evaluation.batch import (
    Batch,
    first_weights,
    lamarckian_refusal,
    refusal,
    rows_for,
    weights_of,
)
from evosweep.evaluation.blame import Losses
from evosweep.evaluation.chunks import Chunks
from evosweep.evaluation.circumstances import Circumstances
from evosweep.evaluation.dispatcher import Dispatcher
from evosweep.evaluation.entries import entry_of, penalty_of
from evosweep.evaluation.epoch import Deme, EpochOutcome, Evolve
from evosweep.evaluation.failure import EvaluationFailed, FailureReason
from evosweep.evaluation.problem import BuiltProblem, build
from evosweep.evaluation.recovery import Recovery
from evosweep.evaluation.replay import Replay
from evosweep.evaluation.result import Fitness, Outcome, Row, rows_of
from evosweep.evaluation.stream import Stream, order_in
from evosweep.evaluation.tally import Tally
from evosweep.genomes.deap_types import Individual, Toolbox
from evosweep.genomes.rebuild import Rebuilder
from evosweep.records.journal import Journal
from evosweep.records.journal_entry import PENALISED, RETRIED, Entry

Item = TypeVar("Item")


class Evaluator:
    """A deterministic, journaled `map` over a backend.

    `map` evaluates if it is called with the toolbox's own `evaluate`, or with a `partial` of it;
    for any other function it is Python's `map`. It returns a list of tuples of floats, in the order
    of the individuals, or raises `EvaluationFailed`. The constructor registers it on `toolbox`.
    """

    def __init__(
        self,
        toolbox: Toolbox,
        problem: BuiltProblem,
        backend: Backend,
        journal: Journal,
        *,
        how: Circumstances,
    ) -> None:
        self.problem, self.journal, self._how = problem, journal, how
        self.tally = Tally()
        self.map_seconds = 0.0
        self.when_weights_are_known: Callable[[Sequence[float]], None] | None = None
        """Called once, before the first individual is evaluated."""
        self._batches = 0
        self.losses = Losses(how.lost, problem.retries, problem.timeout)
        watched = problem.timeout is not None or bool(self.losses)
        self.dispatcher = Dispatcher(backend, workers_only=watched)
        self._recovery = Recovery(self.dispatcher, self.losses)
        self.replay = Replay(journal, problem.form)
        self.chunks = Chunks(problem, backend, how)
        self._as_given = AsGiven(problem, how.seed)
        usual = not (problem.is_plain and problem.evaluate_batch is None and backend.local)
        self._alone = None if usual or how.lost else Alone(build(how.description))
        """Evaluates single individuals, if that can be done in this process without a chunk."""
        toolbox.map = self.map
        toolbox.evaluate = self.evaluate
        self._apart = Apart(self, how.description)
        toolbox.asynchronous = self.asynchronous
        toolbox.evolve_apart = self.evolve_apart

    def evaluate(self, *arguments: object, **keywords: object) -> object:
        """Return the fitness of one individual, evaluated as a batch of one.

        With other arguments it returns the value of the problem's own `evaluate`: one fitness, or
        one for each individual if the only argument is a population.
        """
        started = time.perf_counter()
        try:
            weights = weights_of(arguments[0]) if len(arguments) == 1 and not keywords else ()
            if weights:
                return self._single(arguments[0], len(weights))
            return self._rows([(arguments, keywords)])[0]
        finally:
            self.map_seconds += time.perf_counter() - started

    def map(
        self, function: Callable[..., object], *iterables: Iterable[object]
    ) -> Iterable[object]:
        """Evaluate individuals; DEAP's algorithms call this as `toolbox.map`."""
        if len(iterables) == 1 and function in (self.evaluate, self.problem.evaluate):
            return self._timed(self._individuals, list(iterables[0]))
        rows = rows_for(function, (self.evaluate, self.problem.evaluate), iterables)
        if rows is None:
            return map(function, *iterables)
        return self._timed(self._rows, list(rows))

    def asynchronous(self) -> Stream:
        """Return a stream, which yields each individual as soon as it is evaluated."""
        number, path = self._batches, self._how.order
        self._batches += 1
        return Stream(self, number, None if path is None else order_in(path, number))

    def evolve_apart(
        self, function: Evolve, demes: Sequence[Deme], seeds: Sequence[int],
        params: Mapping[str, object],
    ) -> tuple[list[Deme], int]:  # fmt: skip
        """Return `function(toolbox, deme, **params)` of each deme, computed by workers, and the
        number of evaluations."""
        self._batches += 1
        return self._apart.epoch(self._batches - 1, function, demes, drawn=seeds, params=params)

    def _timed(
        self, evaluate: Callable[[Sequence[Item]], Sequence[object]], items: Sequence[Item]
    ) -> Sequence[object]:
        started = time.perf_counter()
        try:
            return evaluate(items) if items else []
        finally:
            self.map_seconds += time.perf_counter() - started

    def replaying(self) -> bool:
        """Return True if the journal still has evaluations of an earlier session."""
        return self.replay.pending

    def finish(self) -> None:
        """Raise if the journal has evaluations that the run did not repeat."""
        self.replay.finish(self._batches)
        self._as_given.finish()

    def _individuals(self, individuals: Sequence[object]) -> Sequence[object]:
        changed = self.problem.lamarckian
        return self._evaluated(Batch.of_individuals(self._batches, individuals, changed=changed))

    def _single(self, individual: object, objectives: int) -> object:
        """Evaluate one individual like `_individuals`, but in a faster way if possible."""
        number = self._batches
        first = self.when_weights_are_known is not None or not number
        alone = None if first or self.replay.pending else self._alone
        single = alone and alone.evaluate(number, individual, objectives)
        if not single:
            return self._individuals([individual])[0]
        self._batches = number + 1
        self.dispatcher.times.evaluation += single.seconds
        if self._as_given.is_due_here(individual, whole=single.whole):
            batch = Batch.of_individuals(number, [individual], changed=False)
            self._as_given.compare(Evaluation.of(batch, 0, single.fitness))
        self.tally.spend(single.cpu, here=True)
        self.journal.append_one(number, single.fitness, single.digest, seconds=single.seconds)
        self.tally.count([cast("Individual", individual)], [single.fitness])
        return single.fitness

    def _rows(self, rows: Sequence[Row]) -> Sequence[object]:
        if self.problem.lamarckian:
            raise lamarckian_refusal(rows[0])
        try:
            return self._evaluated(Batch.of_rows(self._batches, rows))
        except InputError as error:
            raise refusal(error) from error.__cause__

    def _evaluated(self, batch: Batch) -> Sequence[object]:
        self._batches += 1
        self.tell_weights(batch.items)
        self._from_journal(batch)
        self._from_workers(batch)
        return self._results(batch)

    def _results(self, batch: Batch) -> Sequence[object]:
        """Return the fitnesses for the program, after counting the evaluations."""
        if not batch.spread:
            fitnesses = cast("list[Fitness]", batch.results)  # each, for none is missing
            individuals = batch.items if batch.objectives else ()
            self.tally.count(cast("Sequence[Individual]", individuals), fitnesses)
            return batch.results
        self.tally.count(cast("Sequence[Individual]", batch.individuals), batch.fitnesses)
        return [list(result) if rows_of(result) == result else result for result in batch.results]

    def tell_weights(self, items: Sequence[object]) -> None:
        """Report the weights of the first individual among the items, once per run."""
        tell = self.when_weights_are_known
        if tell is not None and (weights := first_weights(items)):
            self.when_weights_are_known = None
            tell(weights)

    def _from_journal(self, batch: Batch) -> None:
        for entry in self.replay.entries_of(batch):
            self.take_recorded(batch, entry)

    def take_recorded(self, batch: Batch, entry: Entry) -> None:
        """Give the items of a batch their results from the journal."""
        if self._how.audit:
            check_sample(batch, entry, self._how.audit, evaluate=self.chunks.again)
        flags = None if entry.flags is None else entry.flags.tolist()
        fitnesses = list(map(tuple, entry.fitnesses.tolist()))
        self._place(batch, entry, fitnesses, flags, rebuild=self.problem.rebuild_recorded)

    def _from_workers(self, batch: Batch) -> None:
        make = partial(self.chunks.make, batch)
        for indices, outcome in self._recovery.run(batch.number, batch.missing, make):
            if isinstance(outcome, FailureReason):
                self.give_up(batch, outcome)
            else:
                self.finish_chunk(batch, indices, outcome)

    def give_up(self, batch: Batch, failure: FailureReason) -> None:
        """Record the penalty of an evaluation; raises if no policy covers its failure."""
        self._record(batch, [failure.index], penalty_of(batch, failure, self.problem))

    def finish_chunk(self, batch: Batch, indices: Sequence[int], outcome: Outcome) -> None:
        """Compare and record the result of some items."""
        self.note_worker(outcome)
        self._compare(batch, indices, outcome)
        self._record(batch, indices, outcome)

    def note_worker(self, outcome: Outcome | EpochOutcome) -> None:
        """Note the worker and the CPU seconds of an outcome; raises for a worker of other terms."""
        self.chunks.refuse_others(outcome.terms)
        self.tally.note_worker(outcome)

    def _compare(self, batch: Batch, items: Sequence[int], outcome: Outcome) -> None:
        """Compare some evaluations with those of the program's own individuals."""
        failure, flags = outcome.failure, outcome.flags
        if failure is not None and failure.kind in ("program", "fitness"):
            if self._fails_again(batch, failure.index):
                self._as_given.compare(Evaluation.of(batch, failure.index, None))
        elif failure is None and (flags is None or flags[0] != RETRIED):
            index = items[0]
            due = self._as_given.is_due(batch, index, outcome.process)
            if not due or self.losses.suspects(batch.number, [index]):
                return
            penalised = flags is not None and flags[0] == PENALISED
            if not penalised or self._fails_again(batch, index):
                result = None if penalised else outcome.fitnesses[0]
                self._as_given.compare(Evaluation.of(batch, index, result))

    def _fails_again(self, batch: Batch, index: int) -> bool:
        """Return True if a failed evaluation fails again, so that the cause is no accident."""
        again = self.chunks.again(batch, [index])
        return again.failure is not None or again.flags is not None

    def _record(self, batch: Batch, items: Sequence[int], outcome: Outcome) -> None:
        if outcome.failure is not None:
            failure = outcome.failure
            raise EvaluationFailed(failure, batch.number, batch.first_of(failure.index))
        indices = items[: len(outcome.fitnesses)]
        if batch.spread:
            indices, outcome = batch.laid_out(indices, outcome, self.problem.form)
        fitnesses = cast("Sequence[Fitness]", outcome.fitnesses)
        entry = entry_of(batch, indices, outcome, finished=self.journal.now())
        self.journal.append(entry)
        self._place(batch, entry, fitnesses, outcome.flags)

    def _place(
        self,
        batch: Batch,
        entry: Entry,
        fitnesses: Sequence[Fitness],
        flags: Sequence[int] | None,
        *,
        rebuild: Rebuilder | None = None,
    ) -> None:
        rebuild = rebuild or self.problem.rebuild
        indices = entry.indices.tolist()
        batch.put(indices, fitnesses, table=batch.is_table(entry.digest, self.problem.form))
        if flags is not None:
            self.tally.note_flags(flags)
        if entry.genomes is not None:
            for index, new in zip(indices, entry.genomes, strict=True):
                rebuild.write_back(batch.items[index], new)
