"""Where evaluations happen: `serial`, `pool` and `scoop`, by name.

A backend is a context manager with `workers` and one method, `run`: it takes chunks and yields
each one's number and what became of it as it finishes, in any order. It notices dead workers;
what follows from that is decided by whoever gave it the chunks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from evosweep.errors import InputError

if TYPE_CHECKING:
    from evosweep.backends.opened import OpenBackend

BACKENDS = {
    "serial": "evosweep.backends.serial:Serial",
    "pool": "evosweep.backends.pool:Pool",
    "scoop": "evosweep.backends.scoop:Scoop",
}


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


def create(use: str, workers: int = 1) -> Backend:
    """The backend of that name, not yet entered.

    Raises `InputError` for an unknown name, for fewer than one worker, and for a backend whose
    package is not installed.
    """
    from evosweep.naming import did_you_mean, resolve

    if use not in BACKENDS:
        raise InputError(
            f"no backend is called {use!r}{did_you_mean(use, BACKENDS)}; "
            f"there are: {', '.join(BACKENDS)}"
        )
    if workers < 1:
        raise InputError(f"backend {use}: workers is {workers}, and must be 1 or more")
    backend: Backend = resolve(use, BACKENDS, "", "backend")(workers)
    return backend


def open_backend(use: str = "pool", workers: int | None = None) -> OpenBackend:
    """A backend whose `map` a DEAP program of your own registers as `toolbox.map`.

    `workers`: processes; by default as many as this process may use (under `python -m scoop -n N`
    always N). Use it as a context manager. Unlike a run's evaluator it sends your function, so it
    must be one that pickles: `InputError` names the part that does not, before any evaluation.
    """
    from evosweep.backends.opened import OpenBackend

    return OpenBackend(use, workers)
