"""Evaluations over an executor of the user's own: loky's, executorlib's, Parsl's, Ray's, anybody's.

The user's function is called with the number of workers and returns a
`concurrent.futures.Executor`. The journal, repeated evaluations and the search for individuals
that kill workers are the same as for every backend. Some limits depend on the executor: evosweep
cannot kill a worker on another machine, it finds the individual that killed such a worker only by
halving the chunk, and it waits for ever for a chunk that the executor loses without an error.
"""

from collections.abc import Callable
from concurrent.futures import Executor

from evosweep.backends.over_executor import OverExecutor
from evosweep.errors import InputError, shown
from evosweep.plugins.loading import load

Make = Callable[[int], object]
"""Called with the number of workers; returns an executor."""


class Futures(OverExecutor):
    """The workers of an executor that a user's function makes.

    Parameters
    ----------
    workers
        The argument of the function.
    executor
        The function, or its name as `module:function`.
    import_path
        The folder of the function's module, relative to the working folder.
    """

    elsewhere = True

    def __init__(self, workers: int = 1, *, executor: str | Make, import_path: str = "") -> None:
        super().__init__(workers, "futures")
        if isinstance(executor, str):
            self._label, self._make = executor, load("executor", executor, import_path)
        else:
            self._label, self._make = shown(executor), executor

    def start(self) -> Executor:
        """Return what the user's function returns; raises InputError if that is no executor."""
        executor = self._make(self.workers)
        if not isinstance(executor, Executor):
            raise InputError(
                f"executor {self._label} returned {shown(executor)}; it is called with the number "
                "of workers, and returns a concurrent.futures.Executor"
            )
        return executor
