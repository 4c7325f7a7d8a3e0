"""Evaluations in the run's own process, one after the other."""

from collections.abc import Iterator
from types import TracebackType
from typing import Self

from evosweep.backends.protocol import Result, Work


class Serial:
    """The reference: every other backend must give the same results."""

    overhead = 0.0
    watches = False
    local = True
    elsewhere = False

    def __init__(self, workers: int = 1) -> None:
        self.workers = workers

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to close."""

    def run(self, chunks: Iterator[Work[Result]]) -> Iterator[tuple[int, Result]]:
        """Yield each chunk in turn."""
        for chunk in chunks:
            yield chunk.number, chunk.work()
