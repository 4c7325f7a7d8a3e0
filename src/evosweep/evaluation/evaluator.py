"""The evaluator: what a run registers as `toolbox.map`.

population -> chunks of bare genomes -> backend -> fitnesses -> journal -> population
"""

import hashlib
import os
import struct
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar, cast

import numpy

from evosweep.backends.protocol import Backend
from evosweep.errors import InputError
from evosweep.evaluation import agreement
from evosweep.evaluation.alone import evaluate_alone
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
from evosweep.evaluation.best import Best
from evosweep.evaluation.blame import Losses
from evosweep.evaluation.circumstances import Circumstances
from evosweep.evaluation.dispatcher import Dispatcher
from evosweep.evaluation.epoch import Deme, Evolve, Sent
from evosweep.evaluation.epoch import Outcome as OutcomeOfDemes
from evosweep.evaluation.failure import EvaluationFailed, FailureReason
from evosweep.evaluation.problem import BuiltProblem, build
from evosweep.evaluation.recovery import Recovery
from evosweep.evaluation.replay import Replay
from evosweep.evaluation.result import Fitness, Outcome, Row, rows_of, table_of
from evosweep.evaluation.stream import Stream, order_in
from evosweep.evaluation.worker import Chunk
from evosweep.genomes import blocks
from evosweep.genomes.deap_types import Individual, Toolbox
from evosweep.genomes.rebuild import Rebuilder
from evosweep.records.journal import Journal
from evosweep.records.journal_entry import OK, PENALISED, RETRIED, Entry

Item = TypeVar("Item")


class Evaluator:
    """A deterministic, journaled `map` over a backend.

    `map` evaluates where it is called with the toolbox's own `evaluate`, or with a `partial` of it,
    and is Python's `map` for anything else. It returns a list of tuples of floats, in the order of
    the individuals, or raises `EvaluationFailed`. `toolbox` is made to use it.
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
        self.evaluations = 0
        self.best = Best()
        self.flagged: Counter[int] = Counter()
        self.map_seconds = 0.0
        self.cpu, self.cpu_here = 0.0, 0.0
        """CPU seconds of evaluations: of all of them, and of those made in this process."""
        self.when_weights_are_known: Callable[[Sequence[float]], None] | None = None
        """Called once, before the first individual is evaluated."""
        self._batches = 0
        self._streamed = False
        self.hosts: set[str] = set()
        """The names of the hosts that evaluated, in this session."""
        self._host = os.uname().nodename
        self.losses = Losses(how.lost, problem.retries, problem.timeout)
        watched = problem.timeout is not None or bool(self.losses)
        self.dispatcher = Dispatcher(backend, workers_only=watched and not backend.local)
        self._recovery = Recovery(self.dispatcher, self.losses)
        self.replay = Replay(journal, problem.form)
        self._terms = agreement.terms(how.description, with_code=backend.elsewhere)
        self._terms_digest = agreement.digest(self._terms)
        elsewhere = agreement.travelling(how.description) if backend.elsewhere else None
        self._sent_description = elsewhere or how.description
        self._as_given = AsGiven(problem, how.seed)
        usual = not (problem.is_plain and problem.evaluate_batch is None and backend.local)
        self._alone = None if usual or how.lost else build(how.description)
        """The problem, where single evaluations need no more care than it takes here."""
        self._order = hashlib.sha256()
        toolbox.map = self.map
        toolbox.evaluate = self.evaluate
        self._apart = Apart(self, how.description)
        toolbox.asynchronous = self.asynchronous
        toolbox.evolve_apart = self.evolve_apart

    def evaluate(self, *arguments: object, **keywords: object) -> object:
        """The fitness of one individual: a batch of one.

        With other arguments it is what the problem's own `evaluate` returns for them: a fitness, or
        one for each individual of a population that is the only argument.
        """
        if len(arguments) == 1 and not keywords and weights_of(arguments[0]):
            return self._timed(self._single, arguments)[0]
        return self._timed(self._rows, [(arguments, keywords)])[0]

    def map(
        self, function: Callable[..., object], *iterables: Iterable[object]
    ) -> Iterable[object]:
        """The function that DEAP's algorithms call as `toolbox.map`."""
        if len(iterables) == 1 and function in (self.evaluate, self.problem.evaluate):
            return self._timed(self._individuals, list(iterables[0]))
        rows = rows_for(function, (self.evaluate, self.problem.evaluate), iterables)
        if rows is None:
            return map(function, *iterables)
        return self._timed(self._rows, list(rows))

    def asynchronous(self) -> Stream:
        """A stream of individuals that come back one by one, each as it is evaluated."""
        number, path = self._batches, self._how.order
        self._batches += 1
        return Stream(self, number, None if path is None else order_in(path, number))

    def evolve_apart(
        self, function: Evolve, demes: Sequence[Deme], seeds: Sequence[int],
        params: Mapping[str, object],
    ) -> tuple[list[Deme], int]:  # fmt: skip
        """`function(toolbox, deme, **params)` of each deme, on a worker, and the evaluations."""
        self._batches += 1
        return self._apart.epoch(self._batches - 1, function, demes, seeds, params)

    @property
    def sent(self) -> Sent:
        """What the worker of a deme needs of the run."""
        return Sent(self._sent_description, self._terms_digest, self.dispatcher.backend.elsewhere)

    @property
    def order(self) -> str | None:
        """Digest of the order in which a stream's individuals came back; None without a stream."""
        return self._order.hexdigest() if self._streamed else None

    def _timed(
        self, evaluate: Callable[[Sequence[Item]], Sequence[object]], items: Sequence[Item]
    ) -> Sequence[object]:
        started = time.perf_counter()
        try:
            return evaluate(items) if items else []
        finally:
            self.map_seconds += time.perf_counter() - started

    def replaying(self) -> bool:
        """Whether the journal still has evaluations of an earlier session."""
        return self.replay.pending

    def finish(self) -> None:
        """Raises where the journal has evaluations that the run did not ask for again."""
        self.replay.finish(self._batches)
        self._as_given.finish()

    def _individuals(self, individuals: Sequence[object]) -> Sequence[object]:
        changed = self.problem.lamarckian
        return self._evaluated(Batch.of_individuals(self._batches, individuals, changed=changed))

    def _single(self, individuals: Sequence[object]) -> Sequence[object]:
        """As `_individuals` of one, sooner where that is possible."""
        first = self.when_weights_are_known is not None or not self._batches
        alone = None if first or self.replay.pending else self._alone
        individual = cast("Individual", individuals[0])
        single = alone and evaluate_alone(alone, self._batches, individual)
        if not single:
            return self._individuals(individuals)
        number = self._batches
        self._batches += 1
        self.dispatcher.times.evaluation += single.seconds
        if self._as_given.is_due(individual, os.getpid()):
            batch = Batch.of_individuals(number, individuals, changed=False)
            self._as_given.compare(Evaluation.of(batch, 0, single.fitness))
        self.cpu += single.cpu
        self.cpu_here += single.cpu
        self.journal.append_one(number, single.fitness, single.digest, seconds=single.seconds)
        self.evaluations += 1
        self.best.note([individual], [single.fitness])
        return [single.fitness]

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
        """The fitnesses for the program; they count as evaluated from here on."""
        if not batch.spread:
            self.evaluations += len(batch.items)
            if batch.objectives:
                fitnesses = cast("list[Fitness]", batch.results)  # each, for none is missing
                self.best.note(cast("Sequence[Individual]", batch.items), fitnesses)
            return batch.results
        fitnesses = batch.fitnesses
        self.evaluations += len(fitnesses)
        if individuals := batch.individuals:
            self.best.note(cast("Sequence[Individual]", individuals), fitnesses)
        return [list(result) if rows_of(result) == result else result for result in batch.results]

    def tell_weights(self, items: Sequence[object]) -> None:
        """Tells the weights of the first individual among the items, the first time."""
        tell = self.when_weights_are_known
        if tell is not None and (weights := first_weights(items)):
            self.when_weights_are_known = None
            tell(weights)

    def note_order(self, batch: int, place: int) -> None:
        """Adds an individual that came back from a stream to the digest of their order."""
        self._streamed = True
        self._order.update(struct.pack("<II", batch, place))

    def count(self, individual: Individual) -> None:
        """Counts an evaluation of a stream, and remembers the individual if it is the best."""
        self.evaluations += 1
        self.best.note([individual], [tuple(individual.fitness.values)])

    def count_all(self, fitnesses: Sequence[Fitness], best: Sequence[Individual]) -> None:
        """Counts the evaluations of a deme, and remembers the best.

        `best` is its best individual; any of its individuals where there are several objectives.
        """
        self.evaluations += len(fitnesses)
        if fitnesses and len(fitnesses[0]) > 1:
            self.best.note(best, fitnesses)
        elif fitnesses:
            self.best.note(best, [tuple(individual.fitness.values) for individual in best])

    def _from_journal(self, batch: Batch) -> None:
        for entry in self.replay.entries_of(batch):
            self.take_recorded(batch, entry)

    def take_recorded(self, batch: Batch, entry: Entry) -> None:
        """Gives the items of a batch what the journal has of them."""
        if self._how.audit:
            check_sample(batch, entry, self._how.audit, evaluate=self._again)
        flags = None if entry.flags is None else entry.flags.tolist()
        fitnesses = list(map(tuple, entry.fitnesses.tolist()))
        self._place(batch, entry, fitnesses, flags, rebuild=self.problem.rebuild_recorded)

    def _from_workers(self, batch: Batch) -> None:
        def make(number: int, items: Sequence[int], *, sent: bool) -> Chunk:
            return self.chunk(batch, number, items, sent=sent)

        for indices, outcome in self._recovery.run(batch.number, batch.missing, make):
            if isinstance(outcome, FailureReason):
                self.give_up(batch, outcome)
            else:
                self.finish_chunk(batch, indices, outcome)

    def give_up(self, batch: Batch, failure: FailureReason) -> None:
        """Records the penalty of an evaluation; raises if no policy covers its failure."""
        self._record(batch, [failure.index], self._penalty(batch, failure))

    def finish_chunk(self, batch: Batch, indices: Sequence[int], outcome: Outcome) -> None:
        """Compares and records the result of some items."""
        self.note_worker(outcome)
        self._compare(batch, indices, outcome)
        self._record(batch, indices, outcome)

    def note_worker(self, outcome: Outcome | OutcomeOfDemes) -> None:
        """Notes where and in how many CPU seconds something was evaluated; refuses other terms."""
        if outcome.terms:
            agreement.refuse(outcome.terms, self._terms)
        if outcome.host:
            self.hosts.add(outcome.host)
            if outcome.host != self._host:  # where another process may have this one's number
                outcome.process = 0
        self.cpu += outcome.cpu
        self.cpu_here += outcome.cpu if outcome.process == os.getpid() else 0.0

    def chunk(self, batch: Batch, number: int, items: Sequence[int], *, sent: bool) -> Chunk:
        """Some items of a batch as they travel; `sent`: to a worker, and not to this process."""
        problem = self.problem
        together = problem.evaluate_batch is not None and not batch.spread
        size = len(items) if together else blocks.SIZE
        parts = blocks.Blocks(
            batch.source, items, size, form=problem.form, declared=problem.attributes
        )
        return Chunk(
            number=number,
            batch=batch.number,
            indices=list(items),
            blocks=parts.to_send() if sent else parts,
            objectives=batch.objectives,
            problem=self._sent_description if sent else self._how.description,
            seed=self._how.seed,
            pooled=sent and self.dispatcher.backend.watches,
            spread=batch.spread,
            terms=self._terms_digest if sent else "",
            with_code=sent and self.dispatcher.backend.elsewhere,
        )

    def _compare(self, batch: Batch, items: Sequence[int], outcome: Outcome) -> None:
        """Compares an evaluation, now and then, with that of the program's own individual."""
        failure, flags = outcome.failure, outcome.flags
        if failure is not None and failure.kind in ("program", "fitness"):
            if self._fails_again(batch, failure.index):
                self._as_given.compare(Evaluation.of(batch, failure.index, None))
        elif failure is None and (flags is None or flags[0] != RETRIED):
            index = items[0]
            due = self._as_given.is_due(batch.first_of(index), outcome.process)
            if not due or self.losses.suspects(batch.number, [index]):
                return
            penalised = flags is not None and flags[0] == PENALISED
            if not penalised or self._fails_again(batch, index):
                result = None if penalised else outcome.fitnesses[0]
                self._as_given.compare(Evaluation.of(batch, index, result))

    def _fails_again(self, batch: Batch, index: int) -> bool:
        """Whether an evaluation that failed was no accident, such as a file that was missing."""
        again = self._again(batch, [index])
        return again.failure is not None or again.flags is not None

    def _again(self, batch: Batch, indices: Sequence[int]) -> Outcome:
        """The outcome of some items that are evaluated once more, in this process."""
        return self.chunk(batch, -1, indices, sent=False).work()

    def _record(self, batch: Batch, items: Sequence[int], outcome: Outcome) -> None:
        if outcome.failure is not None:
            failure = outcome.failure
            raise EvaluationFailed(failure, batch.number, batch.first_of(failure.index))
        indices = items[: len(outcome.fitnesses)]
        if batch.spread:
            indices, outcome = batch.laid_out(indices, outcome, self.problem.form)
        fitnesses = cast("Sequence[Fitness]", outcome.fitnesses)
        flags = outcome.flags
        entry = Entry(
            batch=batch.number,
            indices=numpy.asarray(indices),
            fitnesses=table_of(fitnesses, batch.objectives or len(fitnesses[0])),
            digest=outcome.digest,
            seconds=outcome.seconds,
            finished=self.journal.now(),
            flags=None if flags is None else numpy.asarray(flags, dtype="u1"),
            genomes=outcome.genomes,
        )
        self.journal.append(entry)
        self._place(batch, entry, fitnesses, flags)

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
            self.flagged.update(flag for flag in flags if flag != OK)
        if entry.genomes is not None:
            for index, new in zip(indices, entry.genomes, strict=True):
                rebuild.write_back(batch.items[index], new)

    def _penalty(self, batch: Batch, failure: FailureReason) -> Outcome:
        """The penalty for an evaluation that is given up; raises if no policy covers it."""
        if self.problem.penalty is None:
            raise EvaluationFailed(failure, batch.number, batch.first_of(failure.index))
        individual = batch.source[failure.index]
        genomes = [self.problem.form.genome(individual)] if self.problem.lamarckian else None
        digest = blocks.digest(batch.source, [failure.index], self.problem.form)
        return Outcome([self.problem.penalty], genomes, flags=[PENALISED], digest=digest)

    @property
    def failures(self) -> dict[str, int]:
        """The number of evaluations that a policy penalised or repeated, for the record."""
        return {"penalised": self.flagged[PENALISED], "retried": self.flagged[RETRIED]}
