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
from typing import Any, NamedTuple, Protocol, cast

import numpy

from evosweep.errors import InputError
from evosweep.evaluation import seeds
from evosweep.evaluation.audit import refuse_other_bits
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
from evosweep.machine import numerics
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
    numerics: str = ""
    failure: FailureReason | None = None


class Epoch(NamedTuple):
    """Some demes of one epoch as they travel."""

    number: int
    batch: int
    indices: list[int]
    demes: list[tuple[Block, ...]]
    seeds: list[int]
    rule: Rule
    problem: str
    pooled: bool = False

    def work(self) -> Outcome:
        """Evolves each deme in this process, whose random generators stay as they were."""
        here, began = os.uname().nodename, time.process_time()
        outcome = Outcome(process=os.getpid(), host=here, numerics=numerics.of_process())
        before, problem = seeds.state(), build(self.problem)
        try:
            for index, blocks, seed in zip(self.indices, self.demes, self.seeds, strict=True):
                started = time.perf_counter()
                place = (self.batch, index, self.pooled)
                outcome.demes.append(_evolved(problem, place, blocks, seed, self))
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


def _evolved(
    problem: BuiltProblem, place: tuple[int, int, bool], blocks: Sequence[Block], seed: int,
    epoch: Epoch,
) -> Evolved:  # fmt: skip
    individuals = [one for block in blocks for one in problem.rebuild.block(block)]
    recorder = _Recorder(problem, place, epoch.problem)
    seeds.seed_run(seed)
    deme = epoch.rule.evolve(recorder.toolbox, cast("Deme", individuals))
    best = None if recorder.best is None else recorder.block([recorder.best])
    return Evolved(recorder.block(deme), recorder.fitnesses, recorder.digest(), best)


class _Recorder:
    """The toolbox of a deme, which evaluates in this process and remembers every evaluation."""

    def __init__(
        self, problem: BuiltProblem, place: tuple[int, int, bool], description: str
    ) -> None:
        self._problem, self._place, self._description = problem, place, description
        self.toolbox = accelerate(problem.own_toolbox())
        self.toolbox.map = self.map
        self.fitnesses: list[Fitness] = []
        self.best: Individual | None = None
        self._best_value = -numpy.inf
        self._encodings: list[tuple[int, bytes]] = []

    def map(self, function: object, individuals: Sequence[Individual]) -> list[Fitness]:
        """The fitness of each; the function is the toolbox's `evaluate`."""
        if function != self.toolbox.evaluate:
            return list(map(cast("Callable[..., Any]", function), individuals))
        if not individuals:
            return []
        fitnesses = self.evaluate(individuals)
        self.fitnesses += fitnesses
        self._encodings += [(len(individuals), self.block(individuals).encoding)]
        self._note_best(individuals, fitnesses)
        return fitnesses

    def evaluate(self, individuals: Sequence[Individual]) -> list[Fitness]:
        """Evaluates them as any chunk is, with all checks and policies."""
        batch, index, pooled = self._place
        chunk = Chunk(
            number=0,
            batch=batch,
            indices=[index] * len(individuals),
            blocks=Blocks(
                individuals, range(len(individuals)), SIZE,
                form=self._problem.form, declared=self._problem.attributes,
            ),
            objectives=len(individuals[0].fitness.weights),
            problem=self._description,
            seed=0,
            pooled=pooled,
        )  # fmt: skip
        outcome = evaluate(chunk)
        if outcome.failure is not None:
            raise _Failed(outcome.failure)
        return cast("list[Fitness]", outcome.fitnesses)

    def block(self, individuals: Sequence[object]) -> Block:
        """Individuals as they travel, with the fitness that they have."""
        block = Block.of(individuals, self._problem.form, self._problem.attributes)
        return block._replace(contents=None)

    def digest(self) -> bytes:
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
            self.best = copy.deepcopy(individuals[-place])
            self.best.fitness.values = fitnesses[-place]


class _Replayed(_Recorder):
    """The same, with the fitnesses that the journal has."""

    def __init__(
        self, problem: BuiltProblem, place: tuple[int, int, bool], description: str, entry: Entry
    ) -> None:
        super().__init__(problem, place, description)
        self._rows: Iterator[Any] = iter(map(tuple, entry.fitnesses.tolist()))

    def evaluate(self, individuals: Sequence[Individual]) -> list[Fitness]:
        return [row for row, _ in zip(self._rows, individuals, strict=False)]


class Steps(Protocol):
    """What the evaluator does for demes, too."""

    problem: BuiltProblem
    dispatcher: Dispatcher
    recovery: Recovery
    replay: Replay
    journal: Journal
    hosts: set[str]
    map_seconds: float

    def count_all(
        self, fitnesses: Sequence[Fitness], best: Individual | None, weights: Sequence[float]
    ) -> None:
        """Counts evaluations, and remembers the best."""
        ...


class EpochOfDemes:
    """One epoch of a run: takes from the journal what it has, and lets workers do the rest."""

    def __init__(self, steps: Steps, number: int, description: str) -> None:
        self._steps, self._number, self._description = steps, number, description
        self._done: dict[int, Evolved] = {}

    def run(
        self, function: Evolve, demes: Sequence[Deme], drawn: Sequence[int],
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
        weights = demes[0][0].fitness.weights

        def make(number: int, items: Sequence[int], *, sent: bool) -> Epoch:
            pooled = sent and self._steps.dispatcher.backend.watches
            chosen = [blocks[item] for item in items], [drawn[item] for item in items]
            return Epoch(
                number, self._number, list(items), *chosen, rule, self._description, pooled
            )

        self._from_journal(make)
        self._from_workers(demes, make)
        for deme in range(len(demes)):
            done = self._done[deme]
            best = None if done.best is None else self._individuals(done.best)[0]
            self._steps.count_all(done.fitnesses, best, weights)
        ordered = [self._done[deme] for deme in range(len(demes))]
        evaluations = sum(len(done.fitnesses) for done in ordered)
        return [self._individuals(done.individuals) for done in ordered], evaluations

    def _travelling(self, deme: Deme) -> tuple[Block, ...]:
        problem = self._steps.problem
        parts = Blocks(
            deme, range(len(deme)), SIZE, form=problem.form, declared=problem.attributes
        )
        return parts.to_send()

    def _individuals(self, block: Block) -> Deme:
        return cast("Deme", self._steps.problem.rebuild.block(block))

    def _from_journal(self, make: Callable[..., Epoch]) -> None:
        replay = self._steps.replay
        while replay.is_at(self._number):
            entry = replay.next_of(self._number)
            assert entry is not None
            deme = int(entry.indices[0]) // STRIDE
            evolved = self._again(make(0, [deme], sent=False), deme, entry)
            if evolved.digest != entry.digest:
                raise replay.differs(self._number, f"has other genomes (in deme {deme})")
            self._done[deme] = evolved

    def _again(self, epoch: Epoch, deme: int, entry: Entry) -> Evolved:
        before = seeds.state()
        recorder = _Replayed(
            build(self._description), (self._number, deme, False), self._description, entry
        )
        try:
            seeds.seed_run(epoch.seeds[0])
            individuals = [one for block in epoch.demes[0] for one in self._individuals(block)]
            after = epoch.rule.evolve(recorder.toolbox, individuals)
        finally:
            before.restore()
        best = None if recorder.best is None else recorder.block([recorder.best])
        return Evolved(recorder.block(after), recorder.fitnesses, recorder.digest(), best)

    def _from_workers(self, demes: Sequence[Deme], make: Callable[..., Epoch]) -> None:
        missing = [deme for deme in range(len(demes)) if deme not in self._done]
        started = time.perf_counter()
        for indices, outcome in self._steps.recovery.run(self._number, missing, make):
            if isinstance(outcome, FailureReason):
                raise EvaluationFailed(outcome, self._number, demes[outcome.index][0])
            self._take(indices, outcome, demes)
        self._steps.map_seconds += time.perf_counter() - started

    def _take(self, indices: Sequence[int], outcome: Outcome, demes: Sequence[Deme]) -> None:
        self._steps.hosts.add(outcome.host)
        refuse_other_bits(outcome, numerics.of_process())
        for deme, evolved in zip(indices, outcome.demes, strict=False):
            self._done[deme] = evolved
            if evolved.fitnesses:
                self._steps.journal.append(self._entry(deme, evolved, outcome))
        if outcome.failure is not None:
            failed = outcome.failure
            raise EvaluationFailed(failed, self._number, demes[failed.index][0])

    def _entry(self, deme: int, evolved: Evolved, outcome: Outcome) -> Entry:
        count = len(evolved.fitnesses)
        return Entry(
            batch=self._number,
            indices=numpy.arange(deme * STRIDE, deme * STRIDE + count),
            fitnesses=table_of(evolved.fitnesses, len(evolved.fitnesses[0])),
            digest=evolved.digest,
            seconds=outcome.seconds / len(outcome.demes),
            finished=self._steps.journal.now(),
        )
