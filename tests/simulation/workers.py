"""A backend without processes: its workers, their deaths and its clock are simulated."""

import random
from collections.abc import Callable, Iterator

from evosweep.backends.protocol import Lost, Result, Work
from evosweep.backends.serial import Serial


class Clock:
    """Time that passes only where the simulation says so; takes the place of the module `time`."""

    def __init__(self) -> None:
        self.now = 1e6

    def perf_counter(self) -> float:
        self.now += 1e-6
        return self.now

    time = monotonic = process_time = perf_counter

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Idle:
    """Takes the place of the journal's thread: events of the schedule sync instead."""

    def __init__(self, **_: object) -> None:
        """As a thread is made."""

    def start(self) -> None:
        """Do nothing."""

    join = start


class SimulatedBackend(Serial):
    """Finishes chunks in an order that its generator decides, and loses those that it is told to.

    Parameters
    ----------
    workers
        The number of workers.
    chance
        Decides who is next.
    step
        Called before each result with batch, indices and the index that a worker is at: what
        happens now, of `schedule.WORKERS`, or None.
    """

    overhead = 0.001
    local = False

    def __init__(
        self, workers: int, chance: random.Random, step: Callable[[int, list[int], int], str | None]
    ) -> None:
        super().__init__(workers)
        self._chance, self._step = chance, step

    def run(self, chunks: Iterator[Work[Result]]) -> Iterator[tuple[int, Result | Lost]]:
        """Each chunk with its result as it finishes, and some of them twice."""
        under_way: list[Work[Result]] = []
        late: list[tuple[int, Result]] = []
        while True:
            while len(under_way) < 2 * self.workers and (chunk := next(chunks, None)) is not None:
                under_way.append(chunk)
            if not under_way:
                return
            chunk = under_way.pop(self._chance.randrange(min(self.workers, len(under_way))))
            indices = list(chunk.indices)
            index = self._chance.choice(indices)
            what = self._step(chunk.batch, indices, index)
            yield from _outcome(chunk, what, index, late=late)
            if late and self._chance.random() < 0.5:
                yield late.pop()


def _outcome(
    chunk: Work[Result], what: str | None, index: int, *, late: list[tuple[int, Result]]
) -> Iterator[tuple[int, Result | Lost]]:
    match what:
        case "lost":
            yield chunk.number, Lost(index, "worker", 9)
        case "lost after":
            chunk.work()
            yield chunk.number, Lost(index, "worker", 9)
        case "lost idle":
            yield chunk.number, Lost()
        case "unknown":
            yield chunk.number, Lost(None, "unknown")
        case "timeout":
            yield chunk.number, Lost(index, "timeout")
        case _:
            outcome = chunk.work()
            if what == "twice":
                late.append((chunk.number, outcome))
            yield chunk.number, outcome
