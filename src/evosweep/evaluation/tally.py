"""Count evaluations for a run's receipt: their number, the best, hosts, and cost."""

import hashlib
import os
import struct
from collections import Counter
from collections.abc import Sequence

from evosweep.evaluation.best import Best
from evosweep.evaluation.epoch import EpochOutcome
from evosweep.evaluation.result import Fitness, Outcome
from evosweep.genomes.deap_types import Individual
from evosweep.records.journal_entry import OK, PENALISED, RETRIED


class Tally:
    """The evaluations of a run so far, with those of the journal."""

    def __init__(self) -> None:
        self.evaluations = 0
        self.best = Best()
        self.cpu, self.cpu_here = 0.0, 0.0
        """CPU seconds of all evaluations, and of those in this process."""
        self.hosts: set[str] = set()
        """The names of the hosts that evaluated, in this session."""
        self._host = os.uname().nodename
        self._flags: Counter[int] = Counter()
        self._order = hashlib.sha256()
        self._streamed = False

    def count(self, individuals: Sequence[Individual], fitnesses: Sequence[Fitness]) -> None:
        """Count evaluations, and remember the best individual, if there is one."""
        self.evaluations += len(fitnesses)
        if individuals:
            self.best.note(individuals, fitnesses)

    def count_deme(self, fitnesses: Sequence[Fitness], best: Sequence[Individual]) -> None:
        """Count the evaluations of a deme, and remember the best.

        `best` is its best individual; any of its individuals if there are several objectives.
        """
        self.evaluations += len(fitnesses)
        if fitnesses and len(fitnesses[0]) > 1:
            self.best.note(best, fitnesses)
        elif fitnesses:
            self.best.note(best, [tuple(individual.fitness.values) for individual in best])

    def spend(self, seconds: float, *, here: bool) -> None:
        """Add CPU seconds of evaluations; `here`: in this process."""
        self.cpu += seconds
        self.cpu_here += seconds if here else 0.0

    def note_worker(self, outcome: Outcome | EpochOutcome) -> None:
        """Note the host and the CPU seconds of an outcome."""
        if outcome.host:
            self.hosts.add(outcome.host)
            if outcome.host != self._host:  # where another process may have this one's number
                outcome.process = 0
        self.spend(outcome.cpu, here=outcome.process == os.getpid())

    def note_flags(self, flags: Sequence[int]) -> None:
        """Count penalised and repeated evaluations."""
        self._flags.update(flag for flag in flags if flag != OK)

    def note_order(self, batch: int, place: int) -> None:
        """Add an individual that came back from a stream to the digest of their order."""
        self._streamed = True
        self._order.update(struct.pack("<II", batch, place))

    @property
    def order(self) -> str | None:
        """Digest of the order in which a stream's individuals came back; None without a stream."""
        return self._order.hexdigest() if self._streamed else None

    @property
    def failures(self) -> dict[str, int]:
        """The number of evaluations that a policy penalised or repeated."""
        return {"penalised": self._flags[PENALISED], "retried": self._flags[RETRIED]}
