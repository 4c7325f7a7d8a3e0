"""Which items go where: into chunks for workers, or into this process where that is cheaper.

Chunk sizes are guided (Polychronopoulos & Kuck 1987): each is a share of what is left, so that the
first are large and the last are small, and none is so small that sending it costs more than a few
per cent of working on it. Results do not depend on any of this, so that it may follow the clock.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from evosweep.backends import Backend, Lost, Work

_PROBE = 0.002  # seconds of work in this process that tell what an item costs
_LOCAL_CHUNK = 0.25  # seconds of work between two entries of the journal
_WORTH = 20  # a chunk lasts at least so many times what sending it takes
_SHARE = 2  # each chunk is this fraction of an even share of what is left
_SENDING = 0.0002  # seconds to send one chunk, at first guess
_MEMORY = 0.3  # weight of the newest measurement
_FADING = 0.98  # of a measurement, with each batch in which it was not made again

Make = Callable[[int, Sequence[int], bool], Work]
"""(number, items, for a worker) -> chunk."""


@dataclass
class Times:
    """Where the seconds of a run went, for its record."""

    evaluation: float = 0.0
    """Spent in evaluations, over all workers."""
    dispatch: float = 0.0
    """Spent in this process on making, sending and recording chunks."""
    idle: float = 0.0
    """Spent by workers on waiting while a batch was under way."""


class Dispatcher:
    """Spreads the items of a batch over a backend and measures what that brings."""

    def __init__(self, backend: Backend, workers_only: bool = False) -> None:
        self.backend = backend
        self.workers_only = workers_only
        """Nothing is evaluated in this process: where an evaluation may hang or die."""
        self.times = Times()
        self.cost: float | None = None
        """Seconds an item, measured; None before the first."""
        self._care = 0.0
        """Seconds that an item takes here beside its evaluation, measured."""
        self._toll: float | None = None
        """Seconds that an item took on workers beside its share of evaluation, measured."""
        self._warm = False

    def run(self, items: Sequence[int], make: Make) -> Iterator[tuple[Work, Any | Lost]]:
        """Each chunk with its result (or `Lost`) as it finishes; every item is in one chunk."""
        left = items
        if self.cost is None and not self.workers_only:
            for chunk, outcome, left in self._probe(items, make):  # noqa: B007
                yield chunk, outcome
        if left:
            work = self._locally if self._is_local(len(left)) else self._spread
            yield from work(left, make)

    def _is_local(self, count: int) -> bool:
        if self.backend.local:
            return True
        if self.workers_only or self.cost is None:
            return False
        toll = self.backend.overhead / count if self._toll is None else self._toll
        local = self.cost + self._care <= self.cost / self.backend.workers + toll
        if local and self._toll is not None:
            self._toll *= _FADING  # what was measured long ago is tried again some day
        return local

    def _probe(self, items: Sequence[int], make: Make) -> Iterator[tuple[Work, Any, Sequence[int]]]:
        """Works on a few items here, twice as many each time, until their cost is known."""
        size, spent = 1, 0.0
        while items and spent < _PROBE:
            chunk, outcome = self._here(items[:size], make)
            items = items[size:]
            yield chunk, outcome, items
            spent += outcome.seconds
            size *= 2

    def _locally(self, items: Sequence[int], make: Make) -> Iterator[tuple[Work, Any]]:
        while items:
            size = len(items)
            if self.cost:
                size = max(1, min(size, int(_LOCAL_CHUNK / self.cost)))
            yield self._here(items[:size], make)
            items = items[size:]

    def _here(self, items: Sequence[int], make: Make) -> tuple[Work, Any]:
        started = time.perf_counter()
        chunk = make(-1, items, False)
        outcome = chunk.work()
        care = time.perf_counter() - started - outcome.seconds
        self.times.evaluation += outcome.seconds
        self.times.dispatch += care
        self._learn(outcome.seconds / len(items))
        self._care += _MEMORY * (care / len(items) - self._care)
        return chunk, outcome

    def _learn(self, cost: float) -> None:
        self.cost = cost if self.cost is None else self.cost + _MEMORY * (cost - self.cost)

    def _spread(self, items: Sequence[int], make: Make) -> Iterator[tuple[Work, Any | Lost]]:
        sent: dict[int, tuple[Work, int]] = {}
        seconds, waited = 0.0, 0.0
        started = time.perf_counter()
        asked = started
        for number, outcome in self.backend.run(self._cut(items, make, sent)):
            waited += time.perf_counter() - asked
            chunk, size = sent.pop(number)
            if not isinstance(outcome, Lost):
                seconds += outcome.seconds
                self._learn(outcome.seconds / size)
            yield chunk, outcome
            asked = time.perf_counter()
        self._account(seconds, waited, time.perf_counter() - started, len(items))

    def _cut(
        self, items: Sequence[int], make: Make, sent: dict[int, tuple[Work, int]]
    ) -> Iterator[Work]:
        smallest = 1
        if self.cost:
            smallest = max(1, math.ceil(_WORTH * _SENDING / self.cost))
        number = 0
        while items:
            share = math.ceil(len(items) / (_SHARE * self.backend.workers))
            size = min(len(items), max(share, smallest))
            if self.cost is None:
                size = 1
            chunk = make(number, items[:size], True)
            sent[number] = (chunk, size)
            items = items[size:]
            number += 1
            yield chunk

    def _account(self, seconds: float, waited: float, wall: float, count: int) -> None:
        workers = self.backend.workers
        self.times.evaluation += seconds
        self.times.idle += max(0.0, workers * wall - seconds)
        self.times.dispatch += max(0.0, wall - waited)
        toll = max(0.0, wall - seconds / workers) / count
        if not self._warm:  # the first batch starts the workers, and says nothing of the next
            self._warm = True
        elif self._toll is None:
            self._toll = toll
        else:
            self._toll += _MEMORY * (toll - self._toll)
