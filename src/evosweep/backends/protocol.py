"""The contract of a backend.

A backend is a context manager with `workers` and one method, `run`: it takes chunks and yields
each one's number and what became of it as it finishes, in any order. It notices dead workers;
what follows from that is decided by whoever gave it the chunks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Protocol, Self


class Work(Protocol):
    """A chunk: a number, and something to do that a worker can be sent."""

    @property
    def number(self) -> int:
        """By which the result is known."""
        ...

    def work(self) -> Any:
        """Does it, in this process."""
        ...


@dataclass(frozen=True, slots=True)
class Lost:
    """A chunk has no result, for its worker died or was killed."""

    index: int | None = None
    """The individual that the worker was evaluating; None where it was another chunk's."""
    reason: str = "worker"
    """worker, or timeout"""
    signal: int | None = None
    """What killed it, where that is known."""


class Backend(Protocol):
    """The contract; tests/contract/test_backends.py holds every backend to it."""

    workers: int
    overhead: float
    """Seconds by which a batch is slower here at first guess; measured from then on."""
    watches: bool
    """Whether it kills workers that are past their deadline; else the supervisor does."""
    local: bool
    """Whether its work is done in this process, so that chunks are cut for the journal alone."""

    def run(self, chunks: Iterator[Work]) -> Iterator[tuple[int, Any | Lost]]:
        """(number, result or Lost) of each chunk as it finishes; takes chunks as it has room."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...
