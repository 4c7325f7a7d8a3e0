"""The calls of one `map` of `open_backend`: cut them into chunks, send and repeat them."""

import hashlib
import random
from collections.abc import Callable, Sequence
from typing import Any

from evosweep.errors import RunError
from evosweep.evaluation.blame import Losses
from evosweep.evaluation.dispatcher import Dispatcher
from evosweep.evaluation.failure import FailureReason
from evosweep.evaluation.open_calls import Arguments, Calls, Returned, travelling
from evosweep.evaluation.open_pickle import pickled
from evosweep.evaluation.recovery import Recovery


class Drew(Exception):
    """A call drew random numbers; its value depends on where it was evaluated."""


def mapped(dispatcher: Dispatcher, task: "Task") -> list[Any]:
    """Return the values of all calls of a task, in order.

    Raises
    ------
    Drew
        If a call drew random numbers without a seed of its own.
    RunError
        If a call killed its worker three times, or raised something that is no `Exception`. Any
        other exception of a call is raised as it is.
    """
    results: list[Any] = [None] * len(task.rows)
    recovery = Recovery(dispatcher, Losses((), 0, None))
    for indices, outcome in recovery.run(task.batch, range(len(task.rows)), task.chunk):
        if isinstance(outcome, FailureReason):
            raise task.failed(outcome.index, outcome.error)
        _check(task, indices, outcome)
        for index, value in zip(indices, outcome.values, strict=True):
            results[index] = value
    return results


def _check(task: "Task", indices: Sequence[int], outcome: Returned) -> None:
    if outcome.drew:
        raise Drew
    error = outcome.error
    if isinstance(error, Exception):
        raise error
    if error is not None:  # as CancelledError or SystemExit, it would end this program
        index = indices[len(outcome.values)]
        raise task.failed(index, f"it raised {type(error).__name__}: {error}") from error


class Task:
    """A function and its arguments, cut into chunks that travel."""

    def __init__(
        self,
        batch: int,
        function: Callable[..., object],
        rows: Sequence[Arguments],
        seed: int | None,
    ) -> None:
        self.batch, self.rows = batch, rows
        self._function = pickled(function, "the function given to map")
        self._seed = seed

    def chunk(
        self,
        number: int,
        items: Sequence[int],
        *,
        sent: bool,  # noqa: ARG002
        followed: bool = False,
    ) -> Calls:
        """Return a chunk with the calls of some rows."""
        arguments = travelling([self.rows[index] for index in items])
        return Calls(
            number,
            self.batch,
            list(items),
            function=self._function,
            arguments=arguments,
            seed=self._seed,
            followed=followed,
        )

    def failed(self, index: int, reason: str) -> RunError:
        """Return the error for an item."""
        return RunError(f"map: item {index}: {reason}; the arguments: {self.rows[index]!r:.200}")


def seed_of_state() -> int:
    """Return a number that depends on the program's own seed, without drawing a number."""
    return int.from_bytes(hashlib.sha256(repr(random.getstate()).encode()).digest()[:4], "little")
