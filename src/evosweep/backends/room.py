"""The room for chunks at the workers of a backend, and which worker gets the next chunk."""

from collections import deque
from collections.abc import Iterable
from typing import Generic, TypeVar

CHUNKS_A_WORKER = 2
"""Chunks that a worker holds: one at work and one that waits for it."""

_Worker = TypeVar("_Worker")


class Room(Generic[_Worker]):
    """Workers in the order in which they get chunks, each once for each chunk more that it takes.

    Parameters
    ----------
    workers
        The first of them.
    """

    def __init__(self, workers: Iterable[_Worker] = ()) -> None:
        self._places = deque(workers)

    def __len__(self) -> int:
        return len(self._places)

    def take(self) -> _Worker:
        """Return the worker that needs a chunk most, for a chunk."""
        return self._places.popleft()

    def give(self, worker: _Worker, *, is_idle: bool) -> None:
        """Make room for a chunk at a worker; one that has nothing to do is the next."""
        self._places.appendleft(worker) if is_idle else self._places.append(worker)

    def give_second(self, worker: _Worker) -> None:
        """Make room for the chunks that wait while a new worker is at its first one."""
        self._places.extend([worker] * (CHUNKS_A_WORKER - 1))

    def close(self, worker: _Worker) -> None:
        """Make no more room at a worker."""
        self._places = deque(other for other in self._places if other is not worker)
