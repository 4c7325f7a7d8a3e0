"""Evaluations without generations: each individual comes back as soon as it is evaluated.

The order in which individuals come back depends on clocks. So the order is a part of the run, and
the journal keeps it: a resumed run takes its individuals in this order. A repetition may follow the
order of another run's journal; then an individual that is early waits for its turn.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from evosweep.errors import RunError
from evosweep.evaluation.failure import FailureReason
from evosweep.evaluation.result import Fitness, Outcome
from evosweep.evaluation.stream_work import Single, StreamSteps, StreamWork
from evosweep.genomes.deap_types import Individual
from evosweep.genomes.plain_form import PlainForm
from evosweep.records import journal


class Stream:
    """A stream of individuals to the workers and back; iterate over it to get each one, evaluated.

    Each submitted individual comes back once, with its fitness set. More individuals may be
    submitted during the iteration, which ends when all have come back.

    Parameters
    ----------
    evaluator
        Makes, records and replays the evaluations.
    number
        The stream's number among the batches of the run.
    order
        Indices of the individuals in the order in which they must come back; None: any order.
    """

    def __init__(
        self, evaluator: StreamSteps, number: int, order: "Iterator[int] | None" = None
    ) -> None:
        self._evaluator, self._number, self._order = evaluator, number, order
        self._open: dict[int, Single] = {}
        self._early: dict[int, Outcome | FailureReason] = {}
        self._work = StreamWork(evaluator, number, self._open)
        self._count = 0

    def submit(self, individual: Individual) -> None:
        """Send an individual to be evaluated."""
        changed = self._evaluator.problem.lamarckian
        single = Single.at(self._number, self._count, individual, changed=changed)
        self._evaluator.tell_weights([individual])
        self._open[self._count] = single
        self._work.queue.append(self._count)
        self._count += 1

    def __iter__(self) -> "Iterator[Individual]":
        while self._open:
            started = time.perf_counter()
            try:
                individual = self._next()
            finally:
                self._evaluator.map_seconds += time.perf_counter() - started
            yield individual

    def _next(self) -> Individual:
        place = self._recorded()
        if place is None:
            place = self._evaluated()
        single = self._open.pop(place)
        self._evaluator.tally.note_order(self._number, place)
        individual = cast("Individual", single.items[place])
        individual.fitness.values = cast("Fitness", single.results[0])
        self._evaluator.tally.count([individual], [tuple(individual.fitness.values)])
        return individual

    def _recorded(self) -> int | None:
        """Return the index of the individual that came next in an earlier session, if any."""
        entry = self._evaluator.replay.next_of(self._number)
        if entry is None:
            return None
        place = int(entry.indices[0])
        is_open = place in self._open and len(entry.indices) == 1
        if not is_open or not self._open[place].has([place], entry.digest, self._form):
            raise self._evaluator.replay.differs(
                self._number, f"has another individual at place {place}"
            )
        self._check_turn(place, self._turn())
        self._evaluator.take_recorded(self._open[place], entry)
        self._work.queue.remove(place)
        return place

    def _evaluated(self) -> int:
        turn = self._turn()
        while turn is None or turn not in self._early:
            place, outcome = self._work.next()
            self._early[place] = outcome
            turn = place if turn is None else turn
        single, outcome = self._open[turn], self._early.pop(turn)
        if isinstance(outcome, FailureReason):
            self._evaluator.give_up(single, outcome)
        else:
            self._evaluator.finish_chunk(single, [turn], outcome)
        return turn

    def _turn(self) -> int | None:
        """Return the index of the individual whose turn it is; None if the order is free."""
        if self._order is None:
            return None
        turn = next(self._order, None)
        if turn not in self._open:
            what = "ends" if turn is None else f"goes on with individual {turn}"
            raise RunError(
                f"the order that is followed {what}, and the run has another individual under way: "
                "the two runs differ in more than their backend"
            )
        return turn

    def _check_turn(self, place: int, turn: int | None) -> None:
        if turn not in (None, place):
            raise RunError(
                f"the journal goes on with individual {place}, and the order that is followed with "
                f"{turn}; call with --fresh to follow it from the start"
            )

    @property
    def _form(self) -> PlainForm:
        return self._evaluator.problem.form


def order_in(path: Path, number: int) -> Iterator[int]:
    """Yield the indices of a stream's individuals in the order of a journal."""
    for entry in journal.read(path):
        if entry.batch == number:
            yield from map(int, entry.indices)
