"""An epoch of some demes as one piece of work for a worker, and its result.

A worker evolves each deme by a function of the algorithm, with a toolbox that it has built itself,
and with random generators that are seeded for this deme and epoch. A replay evolves the deme in the
same way, with the fitnesses of the journal.
"""

import copy
import importlib
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple, cast

import numpy

from evosweep.evaluation import agreement, seeds
from evosweep.evaluation.failure import FailureReason
from evosweep.evaluation.problem import build
from evosweep.evaluation.result import Fitness
from evosweep.evaluation.worker import Chunk, evaluate
from evosweep.fast import accelerate
from evosweep.genomes.blocks import SIZE, Block, Blocks
from evosweep.genomes.deap_types import Individual, Toolbox
from evosweep.genomes.digest import Digest
from evosweep.processes.activity import seat
from evosweep.records.journal_entry import Entry

Deme = list[Individual]
Evolve = Callable[..., Deme]


class Rule(NamedTuple):
    """The rule by which demes evolve: a function and its parameters."""

    module: str
    function: str
    params: Mapping[str, Any]

    def evolve(self, toolbox: Toolbox, deme: Deme) -> Deme:
        """Return the deme after its epoch."""
        function: Evolve = getattr(importlib.import_module(self.module), self.function)
        return function(toolbox, deme, **self.params)


@dataclass(slots=True)
class EvolvedDeme:
    """A deme after its epoch, and the evaluations of the epoch."""

    individuals: Block
    fitnesses: list[Fitness]
    digest: bytes
    best: Block | None
    """The best individual that was evaluated; None if none was, or with several objectives."""


@dataclass(slots=True)
class EpochOutcome:
    """The result of some demes; they stop at the first failure."""

    demes: list[EvolvedDeme] = field(default_factory=list)
    seconds: float = 0.0
    cpu: float = 0.0
    process: int = 0
    host: str = ""
    terms: str = ""
    failure: FailureReason | None = None


class Sent(NamedTuple):
    """The facts about the run that a worker needs."""

    problem: str
    """The JSON from which it builds the problem."""
    terms: str = ""
    """The digest of its parent's terms; empty in the parent itself."""
    with_code: bool = False
    """True if these terms cover the code."""


class Epoch(NamedTuple):
    """Some demes of one epoch, in the form that travels."""

    number: int
    batch: int
    indices: list[int]
    demes: list[tuple[Block, ...]]
    seeds: list[int]
    rule: Rule
    sent: Sent
    pooled: bool = False
    followed: bool = False

    def work(self) -> EpochOutcome:
        """Evolve each deme in this process, and restore the random generators."""
        outcome = EpochOutcome(process=os.getpid(), host=os.uname().nodename)
        mine = agreement.terms(self.sent.problem, with_code=self.sent.with_code)
        if self.sent.terms not in ("", agreement.digest(mine)):
            outcome.terms = mine
            return outcome
        began, before = time.process_time(), seeds.state()
        try:
            for deme, blocks, seed in zip(self.indices, self.demes, self.seeds, strict=True):
                started = time.perf_counter()
                outcome.demes.append(Recorder(self, deme).evolve(blocks, seed))
                outcome.seconds += time.perf_counter() - started
        except _DemeFailed as failed:
            outcome.failure = failed.failure
        finally:
            seat().leave()
            before.restore()
        outcome.cpu = time.process_time() - began
        return outcome


class _DemeFailed(Exception):
    def __init__(self, failure: FailureReason) -> None:
        self.failure = failure


class Recorder:
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

    def evolve(self, blocks: Sequence[Block], seed: int) -> EvolvedDeme:
        """Return the deme after its epoch; the random generators are restored."""
        before = seeds.state()
        individuals = [one for block in blocks for one in self._problem.rebuild.block(block)]
        seeds.seed_run(seed)
        try:
            deme = self._epoch.rule.evolve(self.toolbox, cast("Deme", individuals))
        finally:
            before.restore()
        best = None if self._best is None else self._block([self._best])
        return EvolvedDeme(self._block(deme), self._fitnesses, self._digest(), best)

    def map(self, function: object, individuals: Sequence[Individual]) -> list[Fitness]:
        """Return the fitness of each individual; the function is the toolbox's `evaluate`."""
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
        """Evaluate individuals like any chunk, with all checks and policies."""
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
            raise _DemeFailed(outcome.failure)
        return cast("list[Fitness]", outcome.fitnesses)

    def _block(self, individuals: Sequence[object]) -> Block:
        """Return individuals in the form that travels, with their fitness."""
        block = Block.of(individuals, self._problem.form, self._problem.attributes)
        return block._replace(contents=None)

    def _digest(self) -> bytes:
        """Return the digest of all genomes that were evaluated."""
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


class Replayed(Recorder):
    """The toolbox of a deme in a replay, with the fitnesses of the journal."""

    def __init__(self, epoch: Epoch, deme: int, entry: Entry) -> None:
        super().__init__(epoch, deme)
        self._rows: Iterator[Any] = iter(map(tuple, entry.fitnesses.tolist()))

    def evaluate(self, individuals: Sequence[Individual]) -> list[Fitness]:
        return list(islice(self._rows, len(individuals)))
