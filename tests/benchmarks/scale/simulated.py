"""What the dispatcher makes of engines that no machine here can have: simulated.py.

The chunks are cut by evosweep's own dispatcher; the engine is simulated: a parent that takes so
many seconds for each chunk, one after the other, and workers that take as long as their
evaluations. Its clock is virtual, so 10,000 workers take a second.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from evosweep.backends.serial import Serial
from evosweep.evaluation.dispatcher import Dispatcher

ENGINES = {"pool": (0.0001, 0.002), "scoop": (0.0003, 0.004), "mpi": (0.0001, 0.003)}
"""Seconds of the parent for a chunk, and the backend's own guess of a batch's overhead."""
DASK = {"dask": 0.0002, "dask there": 0.0035}
"""Of Dask, by lanes to a cluster of its own, and by tasks to a scheduler that is there."""
CASES = (
    (64, 2_000, 0.01), (256, 2_000, 0.05), (1_000, 10_000, 1.0), (10_000, 10_000, 1.0),
    (10_000, 100_000, 1.0), (10_000, 100_000, 60.0),
)  # fmt: skip


@dataclass
class Chunk:
    """Some evaluations of equal length."""

    number: int
    indices: Sequence[int]
    seconds: float
    batch: int = 0

    def work(self) -> "Chunk":
        """As if it had taken its time."""
        return self


class Engine(Serial):
    """A parent and its workers on a virtual clock."""

    local = False

    def __init__(self, workers: int, cost: float, overhead: float) -> None:
        super().__init__(workers)
        self.overhead, self._cost = overhead, cost
        self.clock = 0.0

    def run(self, chunks: Iterator[Any]) -> Iterator[tuple[int, Any]]:
        """Two chunks a worker are on their way; each costs the parent its time once."""
        free, under_way = [self.clock] * self.workers, list[tuple[float, int, Chunk]]()
        exhausted = False
        while True:
            while len(under_way) < 2 * self.workers and not exhausted:
                chunk = next(chunks, None)
                if chunk is None:
                    exhausted = True
                    break
                self.clock += self._cost
                end = max(self.clock, heapq.heappop(free)) + chunk.seconds
                heapq.heappush(free, end)
                heapq.heappush(under_way, (end, chunk.number, chunk))
            if not under_way:
                return
            end, number, chunk = heapq.heappop(under_way)
            self.clock = max(self.clock, end)
            yield number, chunk


def efficiency(engine: Engine, population: int, seconds: float) -> float:
    """Of a generation, once the cost of an evaluation is known."""

    def make(number: int, items: Sequence[int], **_: bool) -> Chunk:
        return Chunk(number, items, len(items) * seconds)

    dispatcher = Dispatcher(engine, workers_only=True)
    for _ in range(2):
        started = engine.clock
        for _ in dispatcher.run(range(population), make):
            pass
    return population * seconds / engine.workers / (engine.clock - started)


def main() -> None:
    """Print a table."""
    names = [*ENGINES, *DASK]
    print("| workers | population | evaluation |", *(f"{name} |" for name in names))
    print("|---:|---:|---:|", *("---:|" for _ in names))
    for workers, population, seconds in CASES:
        engines = [Engine(workers, *costs) for costs in ENGINES.values()]
        engines += [Engine(workers, cost, max(0.01, cost * workers / 2)) for cost in DASK.values()]
        row = [f"{efficiency(engine, population, seconds):.2f} |" for engine in engines]
        print(f"| {workers:,} | {population:,} | {seconds:g} s |", *row, flush=True)


if __name__ == "__main__":
    main()
