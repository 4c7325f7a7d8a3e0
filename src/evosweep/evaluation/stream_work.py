"""The work of a stream: the queue of individuals, and the results of workers."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, overload

from evosweep.backends.protocol import Lost
from evosweep.errors import RunError
from evosweep.evaluation.batch import Batch
from evosweep.evaluation.blame import Losses
from evosweep.evaluation.chunks import Chunks
from evosweep.evaluation.dispatcher import Dispatcher
from evosweep.evaluation.failure import FailureReason
from evosweep.evaluation.problem import BuiltProblem
from evosweep.evaluation.replay import Replay
from evosweep.evaluation.result import Fitness, Outcome
from evosweep.evaluation.tally import Tally
from evosweep.evaluation.worker import Chunk
from evosweep.records.journal_entry import Entry

_NOTHING = (None, Lost())
_BARREN_ROUNDS = 10  # losses in a row, for each worker, that no evaluation can be blamed for


class StreamSteps(Protocol):
    """The steps of an evaluation, which the evaluator implements."""

    problem: BuiltProblem
    dispatcher: Dispatcher
    losses: Losses
    replay: Replay
    chunks: Chunks
    tally: Tally
    map_seconds: float

    def tell_weights(self, items: Sequence[object]) -> None:
        """Report the weights of the first individual."""
        ...

    def take_recorded(self, batch: Batch, entry: Entry) -> None:
        """Take results from the journal."""
        ...

    def finish_chunk(self, batch: Batch, indices: Sequence[int], outcome: Outcome) -> None:
        """Compare and record a result."""
        ...

    def give_up(self, batch: Batch, failure: FailureReason) -> None:
        """Record a penalty, or raise."""
        ...


class _At(Sequence[object]):
    """A sequence that only has one item, at its index; earlier items are not kept."""

    def __init__(self, place: int, item: object) -> None:
        self._place, self._item = place, item

    @overload
    def __getitem__(self, place: int) -> object: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[object]: ...
    def __getitem__(self, place: "int | slice") -> object:
        if place == self._place:
            return self._item
        raise IndexError(place)

    def __len__(self) -> int:
        return self._place + 1


@dataclass
class Single(Batch):
    """One individual of a stream, in the form of a batch whose last item it is."""

    @classmethod
    def at(cls, number: int, place: int, individual: object, *, changed: bool) -> "Single":
        """Make it for an index of the stream; `changed`: the evaluation changes the individual."""
        single = Batch.of_individuals(number, [individual], changed=changed)
        return cls(
            number,
            _At(place, individual),
            source=_At(place, single.source[0]),
            objectives=single.objectives,
            results=single.results,
        )

    def put(
        self, indices: Sequence[int], fitnesses: Sequence[Fitness], *, table: bool = False
    ) -> None:
        """The fitness of the individual."""
        assert len(indices) == 1
        assert not table
        self.results[0] = fitnesses[0]


class StreamWork:
    """The individuals of a stream that no worker has yet, and the workers' results."""

    def __init__(self, evaluator: StreamSteps, number: int, singles: dict[int, Single]) -> None:
        self._evaluator, self._number, self._singles = evaluator, number, singles
        self._backend, self._losses = evaluator.dispatcher.backend, evaluator.losses
        self.queue: list[int] = []
        self._away: set[int] = set()
        self._results: Iterator[tuple[int, Outcome | Lost]] | None = None
        self._barren = 0
        self._began, self._seconds, self._idle = time.perf_counter(), 0.0, 0.0

    def next(self) -> tuple[int, Outcome | FailureReason]:
        """Wait for the next result; returns the individual's index and the outcome."""
        while True:
            if given_up := self._losses.given_up(self._number, self.queue):
                self.queue.remove(given_up[0])
                return given_up[0], self._losses.failure(self._number, given_up[0])
            if self._results is None:
                self._results = self._backend.run(_StreamFeed(self))
            number, outcome = next(self._results, _NOTHING)
            if number is None:  # the backend has nothing left of what it was given
                self._results = None
                self._lose(sorted(self._away), Lost())
            elif number not in self._away:
                continue  # a result that comes twice counts once
            elif isinstance(outcome, Lost):
                self._lose([number], outcome)
            else:
                self._away.remove(number)
                self._account(outcome)
                return number, outcome

    def next_chunk(self) -> Chunk | None:
        """Return the next evaluation; None if there is none, or if it must run alone later.

        An individual whose worker died is evaluated alone, to find out if it is the cause.
        """
        suspect = self._losses.suspects(self._number, self._away)
        if not self.queue or suspect:
            return None
        suspects = self._losses.suspects(self._number, self.queue) if self._losses else []
        if suspects and self._away:
            return None
        place = suspects[0] if suspects else self.queue[0]
        self.queue.remove(place)
        self._away.add(place)
        sent = not self._backend.local
        return self._evaluator.chunks.make(self._singles[place], place, [place], sent=sent)

    def _lose(self, places: Sequence[int], loss: Lost) -> None:
        """Send individuals again whose worker died, before those that were not sent yet."""
        if loss.reason == "unknown":  # each of them may have been the one
            for place in places:
                self._losses.add(self._number, Lost(place))
        elif loss.index is not None:
            self._losses.add(self._number, loss)
        else:
            self._barren += 1
            if self._barren > _BARREN_ROUNDS * self._backend.workers:
                raise RunError(
                    "workers were lost again and again without one evaluation between; look for "
                    "what kills them (memory, a limit of the system)"
                )
        self._away.difference_update(places)
        self.queue[:0] = places

    def _account(self, outcome: Outcome) -> None:
        times = self._evaluator.dispatcher.times
        self._barren = 0
        self._seconds += outcome.seconds
        times.evaluation += outcome.seconds
        wall = time.perf_counter() - self._began
        idle = max(0.0, self._backend.workers * wall - self._seconds)
        times.idle += idle - self._idle
        self._idle = idle


class _StreamFeed(Iterator[Chunk]):
    """An iterator over queued evaluations; after its end it may go on with later ones."""

    def __init__(self, work: StreamWork) -> None:
        self._work = work

    def __next__(self) -> Chunk:
        if (chunk := self._work.next_chunk()) is None:
            raise StopIteration
        return chunk
