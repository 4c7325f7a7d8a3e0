"""Demes that evolve apart, each as one piece of work for a worker: `toolbox.evolve_apart`.

A worker evolves a deme by a function of the algorithm's, with the toolbox that it has built itself
and with random generators of that deme and that epoch alone. What comes back is the deme and every
fitness on the way. The journal has an entry of these for each deme, so that a replay evolves the
demes again, here, and evaluates nothing.
"""

import copy
import importlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple, Protocol, cast

import numpy

from evosweep.errors import InputError
from evosweep.evaluation import agreement, seeds
from evosweep.evaluation.blame import Losses
from evosweep.evaluation.dispatcher import Dispatcher
from evosweep.evaluation.failure import EvaluationFailed, FailureReason
from evosweep.evaluation.problem import BuiltProblem, build
from evosweep.evaluation.recovery import Recovery
from evosweep.evaluation.replay import Replay
from evosweep.evaluation.result import Fitness, table_of
from evosweep.evaluation.worker import Chunk, evaluate
from evosweep.fast import accelerate
from evosweep.genomes.blocks import SIZE, Block, Blocks
from evosweep.genomes.deap_types import Individual, Toolbox
from evosweep.genomes.digest import Digest
from evosweep.processes.activity import seat
from evosweep.records.journal import Journal
from evosweep.records.journal_entry import Entry

STRIDE = 2**20
"""Evaluations of a deme in an epoch have their own numbers up to here in a batch."""

Deme = list[Individual]
Evolve = Callable[..., Deme]


class Rule(NamedTuple):
    """How demes evolve: by which function, and with what."""

    module: str
    function: str
    params: Mapping[str, Any]

    def evolve(self, toolbox: Toolbox, deme: Deme) -> Deme:
        """The deme after its epoch."""
        function: Evolve = getattr(importlib.import_module(self.module), self.function)
        return function(toolbox, deme, **self.params)


@dataclass(slots=True)
class Evolved:
    """A deme after its epoch, and what was evaluated on the way."""

    individuals: Block
    fitnesses: list[Fitness]
    digest: bytes
    best: Block | None
    """The best individual that was evaluated; None where none was, or with several objectives."""


@dataclass(slots=True)
class Outcome:
    """The result of some demes; they stop at the first failure."""

    demes: list[Evolved] = field(default_factory=list)
    seconds: float = 0.0
    cpu: float = 0.0
    process: int = 0
    host: str = ""
    terms: str = ""
    failure: FailureReason | None = None


class Sent(NamedTuple):
    """What the worker of a deme needs of the run."""

    problem: str
    """The JSON that it builds the problem from."""
    terms: str = ""
    """The digest of its parent's terms; empty in the parent itself."""
    with_code: bool = False
    """Whether these terms cover the code."""


class Epoch(NamedTuple):
    """Some demes of one epoch as they travel."""

    number: int
    batch: int
    indices: list[int]
    demes: list[tuple[Block, ...]]
    seeds: list[int]
    rule: Rule
    sent: Sent
    pooled: bool = False

    def work(self) -> Outcome:
        """Evolves each deme in this process, whose random generators stay as they were."""
        outcome = Outcome(process=os.getpid(), host=os.uname().nodename)
        mine = agreement.terms(self.sent.problem, with_code=self.sent.with_code)
        if self.sent.terms not in ("", agreement.digest(mine)):
            outcome.terms = mine
            return outcome
        began, before = time.process_time(), seeds.state()
        try:
            for deme, blocks, seed in zip(self.indices, self.demes, self.seeds, strict=True):
                started = time.perf_counter()
                outcome.demes.append(_Recorder(self, deme).evolve(blocks, seed))
                outcome.seconds += time.perf_counter() - started
        except _Failed as failed:
            outcome.failure = failed.failure
        finally:
            seat().leave()
            before.restore()
        outcome.cpu = time.process_time() - began
        return outcome


class _Failed(Exception):
    def __init__(self, failure: FailureReason) -> None:
        self.failure = failure


class _Recorder:
    """The toolbox of a deme, which evaluates in this process and remembers every evaluation."""

    def __init__(self, epoch: Epoch, deme: int) -> None:
        self._epoch, self._deme = epoch, deme
        self._problem = problem = build(epoch.sent.problem)
        self.toolbox = accelerate(problem.own_toolbox())
        self.toolbox.map = self.map
        self._fitnesses: list[Fitness] = []
        self._encodings: list[tuple[int, bytes]] = []
        self._best: Individual | None = None
        self._best_value = -numpy.inf

    def evolve(self, blocks: Sequence[Block], seed: int) -> Evolved:
        """The deme after its epoch; the generators of this process are as before."""
        before = seeds.state()
        individuals = [one for block in blocks for one in self._problem.rebuild.block(block)]
        seeds.seed_run(seed)
        try:
            deme = self._epoch.rule.evolve(self.toolbox, cast("Deme", individuals))
        finally:
            before.restore()
        best = None if self._best is None else self._block([self._best])
        return Evolved(self._block(deme), self._fitnesses, self._digest(), best)

    def map(self, function: object, individuals: Sequence[Individual]) -> list[Fitness]:
        """The fitness of each; the function is the toolbox's `evaluate`."""
        if function != self.toolbox.evaluate:
            return list(map(cast("Callable[..., Any]", function), individuals))
        if not individuals:
            return []
        fitnesses = self.evaluate(individuals)
        self._fitnesses += fitnesses
        self._encodings += [(len(individuals), self._block(individuals).encoding)]
        self._note_best(individuals, fitnesses)
        return fitnesses

    def evaluate(self, individuals: Sequence[Individual]) -> list[Fitness]:
        """Evaluates them as any chunk is, with all checks and policies."""
        chunk = Chunk(
            number=0,
            batch=self._epoch.batch,
            indices=[self._deme] * len(individuals),
            blocks=Blocks(
                individuals, range(len(individuals)), SIZE,
                form=self._problem.form, declared=self._problem.attributes,
            ),
            objectives=len(individuals[0].fitness.weights),
            problem=self._epoch.sent.problem,
            seed=0,
            pooled=self._epoch.pooled,
        )  # fmt: skip
        outcome = evaluate(chunk)
        if outcome.failure is not None:
            raise _Failed(outcome.failure)
        return cast("list[Fitness]", outcome.fitnesses)

    def _block(self, individuals: Sequence[object]) -> Block:
        """Individuals as they travel, with the fitness that they have."""
        block = Block.of(individuals, self._problem.form, self._problem.attributes)
        return block._replace(contents=None)

    def _digest(self) -> bytes:
        """The digest of all genomes that were evaluated."""
        digest = Digest(sum(count for count, _ in self._encodings))
        for _, encoding in self._encodings:
            digest.add(encoding)
        return digest.value()

    def _note_best(self, individuals: Sequence[Individual], fitnesses: Sequence[Fitness]) -> None:
        if len(fitnesses[0]) != 1:
            return
        weight = individuals[0].fitness.weights[0]
        value, place = max((fitness[0] * weight, -at) for at, fitness in enumerate(fitnesses))
        if value > self._best_value:
            self._best_value = value
            self._best = copy.deepcopy(individuals[-place])
            self._best.fitness.values = fitnesses[-place]


class _Replayed(_Recorder):
    """The same, with the fitnesses that the journal has."""

    def __init__(self, epoch: Epoch, deme: int, entry: Entry) -> None:
        super().__init__(epoch, deme)
        self._rows: Iterator[Any] = iter(map(tuple, entry.fitnesses.tolist()))

    def evaluate(self, individuals: Sequence[Individual]) -> list[Fitness]:
        return list(islice(self._rows, len(individuals)))


class Steps(Protocol):
    """What the evaluator keeps for every evaluation of a run, those of demes too."""

    problem: BuiltProblem
    dispatcher: Dispatcher
    losses: Losses
    replay: Replay
    journal: Journal
    map_seconds: float

    @property
    def sent(self) -> Sent:
        """How problem and terms travel."""
        ...

    def count_all(self, fitnesses: Sequence[Fitness], best: Sequence[Individual]) -> None:
        """Counts evaluations, and remembers the best."""
        ...

    def note_worker(self, outcome: Outcome) -> None:
        """Notes where and in how many CPU seconds something was evaluated; refuses other terms."""
        ...


class Apart:
    """The epochs of a run."""

    def __init__(self, steps: Steps, description: str) -> None:
        self._steps, self._description = steps, description
        backend = steps.dispatcher.backend
        dispatcher = Dispatcher(backend, workers_only=not backend.local)  # a deme has its own cost
        dispatcher.times = steps.dispatcher.times
        self._recovery = Recovery(dispatcher, steps.losses)
        self._watched = backend.watches

    def epoch(
        self, number: int, function: Evolve, demes: Sequence[Deme], drawn: Sequence[int],
        params: Mapping[str, Any],
    ) -> tuple[list[Deme], int]:  # fmt: skip
        """The demes after the epoch, and the number of evaluations that it took."""
        problem = self._steps.problem
        if problem.stochastic or problem.lamarckian:
            raise InputError(
                "demes that evolve apart need a problem that is neither stochastic nor lamarckian; "
                "use island_model"
            )
        rule = Rule(function.__module__, function.__qualname__, params)
        blocks = [self._travelling(deme) for deme in demes]

        def make(index: int, items: Sequence[int], *, sent: bool) -> Epoch:
            return Epoch(
                number=index,
                batch=number,
                indices=list(items),
                demes=[blocks[item] for item in items],
                seeds=[drawn[item] for item in items],
                rule=rule,
                sent=self._steps.sent if sent else Sent(self._description),
                pooled=sent and self._watched,
            )

        done = self._from_journal(number, make)
        self._from_workers(number, demes, make, done)
        ordered = [done[deme] for deme in range(len(demes))]
        for evolved, deme in zip(ordered, demes, strict=True):
            best = deme[:1] if evolved.best is None else self._individuals(evolved.best)
            self._steps.count_all(evolved.fitnesses, best)
        evaluations = sum(len(evolved.fitnesses) for evolved in ordered)
        return [self._individuals(evolved.individuals) for evolved in ordered], evaluations

    def _travelling(self, deme: Deme) -> tuple[Block, ...]:
        problem = self._steps.problem
        parts = Blocks(deme, range(len(deme)), SIZE, form=problem.form, declared=problem.attributes)
        return parts.to_send()

    def _individuals(self, block: Block) -> Deme:
        return cast("Deme", self._steps.problem.rebuild.block(block))

    def _from_journal(self, number: int, make: Callable[..., Epoch]) -> dict[int, Evolved]:
        replay, done = self._steps.replay, dict[int, Evolved]()
        while replay.is_at(number) and (entry := replay.next_of(number)) is not None:
            deme = int(entry.indices[0]) // STRIDE
            epoch = make(0, [deme], sent=False)
            recorder = _Replayed(epoch, deme, entry)
            evolved = recorder.evolve(epoch.demes[0], epoch.seeds[0])
            if evolved.digest != entry.digest:
                raise replay.differs(number, f"has other genomes (in deme {deme})")
            done[deme] = evolved
        return done

    def _from_workers(
        self, number: int, demes: Sequence[Deme], make: Callable[..., Epoch],
        done: dict[int, Evolved],
    ) -> None:  # fmt: skip
        missing = [deme for deme in range(len(demes)) if deme not in done]
        started = time.perf_counter()
        for indices, outcome in self._recovery.run(number, missing, make):
            if isinstance(outcome, Outcome):
                self._steps.note_worker(outcome)
                for deme, evolved in zip(indices, outcome.demes, strict=False):
                    done[deme] = evolved
                    if evolved.fitnesses:
                        self._record(number, deme, evolved, outcome)
            failure = outcome if isinstance(outcome, FailureReason) else outcome.failure
            if failure is not None:
                raise EvaluationFailed(failure, number, demes[failure.index][0])
        self._steps.map_seconds += time.perf_counter() - started

    def _record(self, number: int, deme: int, evolved: Evolved, outcome: Outcome) -> None:
        count = len(evolved.fitnesses)
        entry = Entry(
            batch=number,
            indices=numpy.arange(deme * STRIDE, deme * STRIDE + count),
            fitnesses=table_of(evolved.fitnesses, len(evolved.fitnesses[0])),
            digest=evolved.digest,
            seconds=outcome.seconds / len(outcome.demes),
            finished=self._steps.journal.now(),
        )
        self._steps.journal.append(entry)
