"""Decide where to evaluate items: in chunks by workers, or in this process if that is faster.

Chunks come in rounds: each worker gets a share of the items that are left, so that the first chunks
are large and the last are small (factoring: Hummel, Schonberg and Flynn 1992). The size of the
share follows how much the costs of chunks have differed: even work is cut into few pieces, uneven
work into many. The very first chunks are smaller, so that workers begin while the next ones are
made. Where work is even and the first chunks are soon sent, each worker gets its whole share in one
chunk, or as much of it as a chunk may have: each chunk costs its sender and its worker time. If
such chunks turn out to take long to be sent, the next batches begin with smaller ones again. They
do so for longer where the engine gave a worker two of them, and another one none. No chunk is
shorter than twice the overhead of a whole batch, because a smaller one would gain less at the end
of the batch than it takes to send it. For the same reason, no round leaves less for the next one
than its chunks take to be sent. Results depend on none of this, so it may follow the clock.
"""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from evosweep.backends.protocol import Backend, Lost, Result, Timed, Work
from evosweep.evaluation.measures import MEMORY, Cost, Paces, Unevenness

_PROBE = 0.002  # seconds of work in this process after which the cost of an item is known
_FIRST = 0.1  # seconds up to which the very first evaluation may be slow for another reason
_LONGEST = 0.25  # seconds of work in a chunk: a kill loses no more, and no worker waits longer
_LONGEST_SHARE = 0.5  # the same, where a worker gets its whole share at once
_OPENING = 4  # an even share is divided by this for the first chunks, which are made soon
_LATE = 0.5  # part of a share beyond which a batch of one share each was not given out evenly
_DEAREST = 0.05  # seconds of work that a round may leave to each worker for want of a next one
_CURIOSITY = 0.02  # part of the time spent here that may be lost on trying workers again

_Result_co = TypeVar("_Result_co", bound=Timed, covariant=True)


class Make(Protocol[_Result_co]):
    """A function that makes a chunk of items."""

    def __call__(
        self, number: int, items: Sequence[int], *, sent: bool, followed: bool = False
    ) -> Work[_Result_co]:
        """Return a chunk of these items.

        `sent`: it goes to a worker, not to this process. `followed`: see `Work.followed`.
        """
        ...


@dataclass
class Times:
    """The seconds of a run by their use, for its record."""

    evaluation: float = 0.0
    """Spent in evaluations, over all workers."""
    dispatch: float = 0.0
    """Spent in this process on making, sending and recording chunks."""
    idle: float = 0.0
    """Spent by workers on waiting while a batch was under way."""


class Dispatcher:
    """Distributes the items of a batch over a backend, and measures the costs."""

    def __init__(self, backend: Backend, *, workers_only: bool = False) -> None:
        self.backend = backend
        self.workers_only = workers_only and not backend.local
        """True to evaluate nothing in this process, since an evaluation may hang or kill it."""
        self.times = Times()
        self._cost = Cost()
        self._unevenness = Unevenness()
        self._paces = Paces()
        self._care = 0.0
        """Measured seconds per item of this process, without its evaluation."""
        self._overhead = backend.overhead
        """Additional seconds of a batch that workers evaluate."""
        self._warm = False
        self._since_workers = 0.0
        """Seconds of batches in this process since the last batch of the workers."""

    def run(
        self, items: Sequence[int], make: Make[Result]
    ) -> Iterator[tuple[Work[Result], Result | Lost]]:
        """Yield each chunk with its result or `Lost` as it finishes; they cover all items once."""
        self._cost.fade()
        self._unevenness.fade()
        left = items
        if not (self._cost.is_measured or self.workers_only):
            for chunk, outcome, left in self._probe(items, make):  # noqa: B007
                yield chunk, outcome
        if left:
            if self._is_local(len(left)):
                yield from self._locally(left, make)
            else:
                yield from self._spread(left, make)

    def together(
        self, items: Sequence[int], make: Make[Result]
    ) -> Iterator[tuple[Work[Result], Result | Lost]]:
        """Yield the items as one chunk for a worker, with no other chunk beside it."""
        chunk = make(0, items, sent=True)
        yield from ((chunk, outcome) for _, outcome in self.backend.run(iter([chunk])))

    def _is_local(self, count: int) -> bool:
        if self.backend.local:
            return True
        if self.workers_only or not self._cost.is_measured:
            return False
        loss = self._overhead - count * self._cost.value * (1 - 1 / self.backend.workers)
        if loss < 0:
            return False
        # The measurement may be out of date: it is made again as soon as that is cheap enough.
        return not self._warm or loss > _CURIOSITY * self._since_workers

    def _probe(
        self, items: Sequence[int], make: Make[Result]
    ) -> Iterator[tuple[Work[Result], Result, Sequence[int]]]:
        """Evaluate a few items in this process, twice as many each time, to learn their cost."""
        size, spent = 1, 0.0
        while items and spent < _PROBE:
            chunk, outcome = self._here(items[:size], make)
            items = items[size:]
            yield chunk, outcome, items
            spent += outcome.seconds
            if size == 1 and items and _PROBE <= spent < _FIRST:
                # It may have imported or built something that the next ones need not: they tell.
                self._cost, spent = Cost(), 0.0
            size *= 2

    def _locally(
        self, items: Sequence[int], make: Make[Result]
    ) -> Iterator[tuple[Work[Result], Result]]:
        started, start = time.perf_counter(), 0
        while start < len(items):
            size = self._cost.items_in(_LONGEST)
            yield self._here(items[start : start + size], make)
            start += size
        self._since_workers += time.perf_counter() - started

    def _here(self, items: Sequence[int], make: Make[Result]) -> tuple[Work[Result], Result]:
        started = time.perf_counter()
        chunk = make(-1, items, sent=False)
        outcome = chunk.work()
        care = time.perf_counter() - started - outcome.seconds
        self.times.evaluation += outcome.seconds
        self.times.dispatch += care
        self._cost.add(outcome.seconds, len(items))
        self._care += MEMORY * (care / len(items) - self._care)
        return chunk, outcome

    def _spread(
        self, items: Sequence[int], make: Make[Result]
    ) -> Iterator[tuple[Work[Result], Result | Lost]]:
        sent: dict[int, tuple[Work[Result], int]] = {}
        seconds, waited, usual = 0.0, 0.0, Cost()
        full, chunks = self._is_soon_sent(math.ceil(len(items) / self.backend.workers)), 0
        started = time.perf_counter()
        resumed = started
        for number, outcome in self.backend.run(self._cut(items, make, sent, full=full)):
            waited += time.perf_counter() - resumed
            if number not in sent:  # a result that comes twice counts once
                resumed = time.perf_counter()
                continue
            chunk, size = sent.pop(number)
            chunks += 1
            if not isinstance(outcome, Lost):
                seconds += outcome.seconds
                if usual.is_measured:
                    self._unevenness.add_chunk(usual.seconds_of(size), outcome.seconds)
                usual.add(outcome.seconds, size)
                self._cost.add(outcome.seconds, size)
            yield chunk, outcome
            resumed = time.perf_counter()
        wall = time.perf_counter() - started
        share = seconds / self.backend.workers
        if full and chunks == self.backend.workers and wall - share > _LATE * share:
            self._paces.bar()
        self._account(seconds, waited=waited, wall=wall, count=len(items))

    def _cut(
        self,
        items: Sequence[int],
        make: Make[Result],
        sent: dict[int, tuple[Work[Result], int]],
        *,
        full: bool,
    ) -> Iterator[Work[Result]]:
        number, start, end, pieces = 0, 0, 0, 0
        began = time.perf_counter()
        while start < len(items):
            if not pieces:
                end, pieces = self._round(start, len(items), opening=number == 0)
            own = items[start : start + math.ceil((end - start) / pieces)]
            pieces -= 1
            chunk = make(number, own, sent=True, followed=end < len(items))
            sent[number] = (chunk, len(own))
            start += len(own)
            number += 1
            yield chunk
            if number == self.backend.workers < start and self._warm:
                self._paces.note(time.perf_counter() - began, start, full=full)

    def _round(self, start: int, count: int, opening: bool) -> tuple[int, int]:
        """Return the end of the items of the next round, and the number of their chunks.

        The last round leaves no worker without a chunk unless chunks became too short. They differ
        by one item at most.
        """
        workers, rest = self.backend.workers, count - start
        if not self._cost.is_measured:
            pieces = min(workers, rest)
            return start + pieces, pieces
        size = self._size(rest, opening)
        if self._is_worth_a_round(rest - size * workers):
            return start + size * workers, workers
        return count, workers if size > self._shortest else math.ceil(rest / size)

    def _is_worth_a_round(self, count: int) -> bool:
        """True if so many items, as chunks of their own, gain more than these cost to send."""
        seconds = self._cost.seconds_of(count) / self.backend.workers
        return count > 0 and seconds >= min(_DEAREST, self._paces.of_round)

    def _is_soon_sent(self, even: int) -> bool:
        """True if work is even, and all workers begin soon although their first chunks are full."""
        if not self._unevenness.is_small:
            return False
        size = self._full(even)
        seconds = self._paces.seconds_of_full(size * self.backend.workers)
        return _OPENING * seconds <= self._cost.seconds_of(size)

    def _full(self, even: int) -> int:
        """The number of items of a first chunk that need not be small."""
        if self._cost.seconds_of(even) <= _LONGEST_SHARE:
            return even
        return min(even, self._longest)

    @property
    def _longest(self) -> int:
        """The number of items of the longest chunk."""
        return self._cost.items_in(max(_LONGEST, 4 * self.backend.overhead))

    @property
    def _shortest(self) -> int:
        """The number of items below which a chunk gains less than it costs to send."""
        return self._cost.items_in(2 * self.backend.overhead)

    def _size(self, left: int, opening: bool) -> int:
        """Return the number of items in each of the next chunks, one chunk per worker."""
        even = math.ceil(left / self.backend.workers)
        shortest = self._shortest
        size = max(shortest, math.ceil(even / self._unevenness.divisor))
        if opening and even >= _OPENING * shortest:
            if self._is_soon_sent(even):
                return self._full(even)
            size = even // _OPENING
        elif even < size + shortest / 2:  # the rest would be too short for a round of its own
            size = even
        return min(size, self._longest)

    def _account(self, seconds: float, *, waited: float, wall: float, count: int) -> None:
        workers = self.backend.workers
        self.times.evaluation += seconds
        self.times.idle += max(0.0, workers * wall - seconds)
        self.times.dispatch += max(0.0, wall - waited)
        overhead = max(0.0, wall - seconds / workers - self._care * count)
        if self._warm:
            self._overhead = (self._overhead + overhead) / 2
        else:  # workers started, and may have imported: that says nothing of the next batch
            self._warm = True
            self._cost.doubt()
            self._unevenness = Unevenness()
        self._since_workers = 0.0
