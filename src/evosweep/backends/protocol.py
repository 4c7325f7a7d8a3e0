"""The contract of a backend.

A backend is a context manager with `workers` and one method, `run`: it takes chunks and yields
each one's number and result as it finishes, in any order. It notices dead workers; whoever gave it
the chunks decides what follows from that.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self, TypeVar, runtime_checkable


class Timed(Protocol):
    """The result of a chunk."""

    @property
    def seconds(self) -> float:
        """Seconds that its evaluations took on their worker."""
        ...


Value = TypeVar("Value")
"""The value of a call in a user's program."""
Result = TypeVar("Result", bound=Timed)
_Result_co = TypeVar("_Result_co", bound=Timed, covariant=True)


class Work(Protocol[_Result_co]):
    """A chunk of evaluations, which can be sent to a worker."""

    @property
    def number(self) -> int:
        """Number of the chunk in its batch; the result has the same number."""
        ...

    @property
    def batch(self) -> int:
        """The batch that it is cut from."""
        ...

    @property
    def indices(self) -> Sequence[int]:
        """Places of its individuals in the batch."""
        ...

    def work(self) -> _Result_co:
        """Evaluate them in this process."""
        ...


@dataclass(frozen=True, slots=True)
class Lost:
    """Takes the place of a chunk's result when its worker died or was killed."""

    index: int | None = None
    """The individual that the worker was evaluating; None if it was another chunk's."""
    reason: str = "worker"
    """worker, or timeout; unknown: any of the chunk's evaluations may have killed its worker."""
    signal: int | None = None
    """The signal that killed it, if that is known."""


class Backend(Protocol):
    """The contract; tests/contract/test_backends.py holds every backend of the table to it."""

    workers: int
    overhead: float
    """First guess of the seconds by which a batch is slower here; measured from then on."""
    watches: bool
    """True if it kills workers that are past their deadline; else the supervisor does."""
    local: bool
    """True if it evaluates in this process, so that chunks are cut for the journal alone."""
    elsewhere: bool
    """True if its workers may have been installed apart from this process: its code is compared."""

    def run(self, chunks: Iterator[Work[Result]]) -> Iterator[tuple[int, Result | Lost]]:
        """(number, result or Lost) of each chunk as it finishes; takes chunks as it has room."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


@runtime_checkable
class OwnFutures(Protocol):
    """A backend whose own futures must be used, since only the program's thread may call it."""

    def submit(self, call: Callable[[], Value]) -> "Future[Value]":
        """Return the future of a call without arguments."""
        ...

    def as_completed(self, futures: "Iterable[Future[Value]]") -> "Iterator[Future[Value]]":
        """Return the futures as they finish."""
        ...
