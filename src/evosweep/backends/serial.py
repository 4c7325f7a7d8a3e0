"""Evaluations in the run's own process, one after the other."""

from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

from evosweep.backends.protocol import Work
from evosweep.errors import InputError


class Serial:
    """The reference: what every other backend must equal."""

    overhead = 0.0
    watches = False
    local = True

    def __init__(self, workers: int = 1) -> None:
        if workers != 1:
            raise InputError(f"backend serial: workers is {workers}, and it has one; use pool")
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

    def run(self, chunks: Iterator[Work]) -> Iterator[tuple[int, Any]]:
        """Each chunk in turn."""
        for chunk in chunks:
            yield chunk.number, chunk.work()
