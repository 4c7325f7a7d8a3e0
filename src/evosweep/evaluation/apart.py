"""Evolve demes on workers, one epoch of a deme at a time: `toolbox.evolve_apart`.

A worker returns the deme and all fitnesses of its epoch. The journal has one entry of fitnesses for
each deme, so that a replay evolves the demes again in this process and evaluates nothing.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, cast

import numpy

from evosweep.errors import InputError
from evosweep.evaluation.blame import Losses
from evosweep.evaluation.chunks import Chunks
from evosweep.evaluation.dispatcher import Dispatcher
from evosweep.evaluation.epoch import (
    Deme,
    Epoch,
    EpochOutcome,
    Evolve,
    EvolvedDeme,
    Replayed,
    Rule,
    Sent,
)
from evosweep.evaluation.failure import EvaluationFailed, FailureReason
from evosweep.evaluation.problem import BuiltProblem
from evosweep.evaluation.recovery import Recovery
from evosweep.evaluation.replay import Replay
from evosweep.evaluation.result import table_of
from evosweep.evaluation.tally import Tally
from evosweep.genomes.blocks import SIZE, Block, Blocks
from evosweep.records.journal import Journal
from evosweep.records.journal_entry import Entry

STRIDE = 2**20
"""Each deme of an epoch has this many numbers for its evaluations in a batch."""


class EpochSteps(Protocol):
    """The parts of the evaluator that demes use as well."""

    problem: BuiltProblem
    dispatcher: Dispatcher
    losses: Losses
    replay: Replay
    journal: Journal
    chunks: Chunks
    tally: Tally
    map_seconds: float

    def note_worker(self, outcome: EpochOutcome) -> None:
        """Note the worker and the CPU seconds of an outcome; raises for a worker of other terms."""
        ...


class Apart:
    """The epochs of a run."""

    def __init__(self, steps: EpochSteps, description: str) -> None:
        self._steps, self._description = steps, description
        backend = steps.dispatcher.backend
        dispatcher = Dispatcher(backend, workers_only=True)  # a deme has its own cost
        dispatcher.times = steps.dispatcher.times
        self._recovery = Recovery(dispatcher, steps.losses)
        self._watched = backend.watches

    def epoch(
        self, number: int, function: Evolve, demes: Sequence[Deme], drawn: Sequence[int],
        params: Mapping[str, Any],
    ) -> tuple[list[Deme], int]:  # fmt: skip
        """Return the demes after the epoch, and the number of evaluations that it took."""
        problem = self._steps.problem
        if problem.stochastic or problem.lamarckian:
            raise InputError(
                "demes that evolve apart need a problem that is neither stochastic nor lamarckian; "
                "use island_model"
            )
        rule = Rule(function.__module__, function.__qualname__, params)
        blocks = [self._travelling(deme) for deme in demes]

        def make(index: int, items: Sequence[int], *, sent: bool, followed: bool = False) -> Epoch:
            return Epoch(
                number=index,
                batch=number,
                indices=list(items),
                demes=[blocks[item] for item in items],
                seeds=[drawn[item] for item in items],
                rule=rule,
                sent=self._steps.chunks.sent if sent else Sent(self._description),
                pooled=sent and self._watched,
                followed=followed,
            )

        done = self._from_journal(number, make)
        self._from_workers(number, demes, make, done)
        ordered = [done[deme] for deme in range(len(demes))]
        for evolved, deme in zip(ordered, demes, strict=True):
            best = deme[:1] if evolved.best is None else self._individuals(evolved.best)
            self._steps.tally.count_deme(evolved.fitnesses, best)
        evaluations = sum(len(evolved.fitnesses) for evolved in ordered)
        return [self._individuals(evolved.individuals) for evolved in ordered], evaluations

    def _travelling(self, deme: Deme) -> tuple[Block, ...]:
        problem = self._steps.problem
        parts = Blocks(deme, range(len(deme)), SIZE, form=problem.form, declared=problem.attributes)
        return parts.to_send()

    def _individuals(self, block: Block) -> Deme:
        return cast("Deme", self._steps.problem.rebuild.block(block))

    def _from_journal(self, number: int, make: Callable[..., Epoch]) -> dict[int, EvolvedDeme]:
        replay, done = self._steps.replay, dict[int, EvolvedDeme]()
        while replay.is_at(number) and (entry := replay.next_of(number)) is not None:
            deme = int(entry.indices[0]) // STRIDE
            epoch = make(0, [deme], sent=False)
            recorder = Replayed(epoch, deme, entry)
            evolved = recorder.evolve(epoch.demes[0], epoch.seeds[0])
            if evolved.digest != entry.digest:
                raise replay.differs(number, f"has other genomes (in deme {deme})")
            done[deme] = evolved
        return done

    def _from_workers(
        self, number: int, demes: Sequence[Deme], make: Callable[..., Epoch],
        done: dict[int, EvolvedDeme],
    ) -> None:  # fmt: skip
        missing = [deme for deme in range(len(demes)) if deme not in done]
        started = time.perf_counter()
        for indices, outcome in self._recovery.run(number, missing, make):
            if isinstance(outcome, EpochOutcome):
                self._steps.note_worker(outcome)
                for deme, evolved in zip(indices, outcome.demes, strict=False):
                    done[deme] = evolved
                    if evolved.fitnesses:
                        self._record(number, deme, evolved, outcome)
            failure = outcome if isinstance(outcome, FailureReason) else outcome.failure
            if failure is not None:
                raise EvaluationFailed(failure, number, demes[failure.index][0])
        self._steps.map_seconds += time.perf_counter() - started

    def _record(self, number: int, deme: int, evolved: EvolvedDeme, outcome: EpochOutcome) -> None:
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
