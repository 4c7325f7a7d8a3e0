"""The contract of a backend.

A backend is a context manager with `workers` and one method, `run`: it takes chunks and yields
the number and the result of each as it finishes, in any order. It notices dead workers and reports
their chunks as lost; its caller decides whether to repeat them.
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
        """Number of the batch that the chunk is cut from."""
        ...

    @property
    def indices(self) -> Sequence[int]:
        """Indices of its individuals in the batch."""
        ...

    @property
    def followed(self) -> bool:
        """True if another round of chunks comes after this one, for all workers."""
        ...

    def work(self) -> _Result_co:
        """Evaluate them in this process."""
        ...


@dataclass(frozen=True, slots=True)
class Lost:
    """Takes the place of a chunk's result when its worker died or was killed."""

    index: int | None = None
    """Index of the individual that the worker was evaluating; None if it is in another chunk."""
    reason: str = "worker"
    """`worker`, `timeout`, or `unknown`: any evaluation of the chunk may have killed its worker."""
    signal: int | None = None
    """The signal that killed it, if that is known."""


class Backend(Protocol):
    """The contract; tests/contract/test_backends.py holds every backend of the table to it."""

    workers: int
    overhead: float
    """First guess of the seconds that this backend adds to a batch; later batches measure it."""
    watches: bool
    """True if it kills workers that are past their deadline; else the supervisor does."""
    local: bool
    """True if it evaluates in this process, so that chunks are cut for the journal alone."""
    elsewhere: bool
    """True if its workers may run another installation of evosweep: their code is compared."""

    def run(self, chunks: Iterator[Work[Result]]) -> Iterator[tuple[int, Result | Lost]]:
        """Yield (number, result or Lost) of each chunk as it finishes; take chunks while room.

        The caller counts each number once, also if it comes twice.
        """
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
    """A backend that only the program's own thread may call, so it makes the futures itself."""

    def submit(self, call: Callable[[], Value]) -> "Future[Value]":
        """Return the future of a call without arguments."""
        ...

    def as_completed(self, futures: "Iterable[Future[Value]]") -> "Iterator[Future[Value]]":
        """Yield the futures as they finish."""
        ...
